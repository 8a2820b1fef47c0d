using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>One item of the <c>datasets</c> array of a feed whose files are handed in.</summary>
internal static class SubmittedDatasetSection
{
    private static readonly TimeSpan Quarter = TimeSpan.FromDays(92);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    private static readonly string[] OfRequests = ["look_back", "settle", "overlap", "longest_window", "page_size", "carried_by"];

    /// <summary>Null when it is not even clear which dataset is meant.</summary>
    public static DatasetPlan? Read(JsonElement json, string pointer, FileFaults faults, CsvDialect csv)
    {
        var node = new FileNode(json, pointer, faults, ["dataset", "cadence", "axis", "earliest", "freshness", "mapping", .. OfRequests]);
        if (Dataset.Named(node.Word("dataset", RegistryFaultCodes.UnknownDataset, DatasetsSection.Names, required: true) ?? "") is not { } dataset) return null;
        foreach (var name in OfRequests.Where(n => node.Value(n) is not null))
        {
            node.Fault(name, RegistryFaultCodes.MappingNotPossible, $"Files of a csv-v1 feed are handed in and nothing is asked for; take {name} out.");
        }

        var axis = DatasetsSection.Axis(node, dataset);
        if (axis == WindowAxis.LastUpdated) node.Fault("axis", RegistryFaultCodes.MappingNotPossible, "The period of a file is that of its events; last_updated cannot be its axis.");
        return new DatasetPlan
        {
            Dataset = dataset,
            Axis = axis,
            Cadence = node.Duration("cadence", TimeSpan.FromDays(1), Longest) ?? Quarter,
            Earliest = node.Instant("earliest"),
            Settle = TimeSpan.Zero,
            Overlap = TimeSpan.Zero,
            Freshness = node.Duration("freshness", TimeSpan.FromDays(1), Longest) ?? Quarter,
            Mapping = MappingSection.ReadColumns(node, dataset, csv),
        };
    }
}
