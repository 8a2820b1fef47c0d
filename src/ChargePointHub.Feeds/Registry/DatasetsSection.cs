using System.Text.Json;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The <c>datasets</c> array of a feed.</summary>
internal static class DatasetsSection
{
    public static readonly IReadOnlyList<string> Names = [.. Dataset.All.Select(d => d.Name)];

    private static readonly TimeSpan Month = TimeSpan.FromDays(31);

    private static readonly string[] Axes = ["last_updated", "plug_in_at", "plug_out_at", "at", "started_at"];

    /// <param name="csv">How files that are handed in are written; null: the hub asks for the datasets.</param>
    public static List<DatasetPlan> Read(FileNode feed, string protocol, CsvDialect? csv)
    {
        var items = feed.Items("datasets", required: true).ToList();
        if (csv is not null) return [.. items.Select(d => SubmittedDatasetSection.Read(d.Item, d.Pointer, feed.Faults, csv)).OfType<DatasetPlan>()];
        var plans = items.Select(d => Plan(d.Item, d.Pointer, feed.Faults, protocol)).ToList();
        foreach (var (plan, pointer) in plans.Zip(items.Select(i => $"{i.Pointer}/carried_by")))
        {
            if (plan?.CarriedBy is not { } carrier) continue;
            if (carrier == plan.Dataset || !plans.Any(p => p?.Dataset == carrier && p.CarriedBy is null))
            {
                feed.Faults.Add(pointer, RegistryFaultCodes.CarrierNotPossible, $"{plan.Dataset} cannot be carried by {carrier}: that must be another dataset of this feed which is asked for itself.");
            }
        }

        return [.. plans.OfType<DatasetPlan>()];
    }

    /// <summary>Null when it is not even clear which dataset is meant.</summary>
    private static DatasetPlan? Plan(JsonElement json, string pointer, FileFaults faults, string protocol)
    {
        var isMapped = protocol == MappedProtocol.ProtocolName;
        var node = new FileNode(
            json, pointer, faults,
            "dataset", "cadence", "axis", "earliest", "look_back", "settle", "overlap", "longest_window", "freshness", "page_size", "carried_by", "mapping");
        if (Dataset.Named(node.Word("dataset", RegistryFaultCodes.UnknownDataset, Names, required: true) ?? "") is not { } dataset) return null;

        if (dataset.IsHandedIn)
        {
            node.Fault("dataset", RegistryFaultCodes.MappingNotPossible, $"{dataset} comes in files that are handed in: only a feed of the protocol csv-v1 brings it.");
            return null;
        }

        var plain = new DatasetPlan { Dataset = dataset };
        var (second, years) = (TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_525));
        var plan = new DatasetPlan
        {
            Dataset = dataset,
            Cadence = node.Duration("cadence", second, Month) ?? plain.Cadence,
            Axis = Axis(node, dataset),
            Earliest = node.Instant("earliest"),
            LookBack = node.Duration("look_back", second, years),
            Settle = node.Duration("settle", TimeSpan.Zero, Month) ?? plain.Settle,
            Overlap = node.Duration("overlap", TimeSpan.Zero, Month) ?? plain.Overlap,
            LongestWindow = node.Duration("longest_window", second, years) ?? plain.LongestWindow,
            Freshness = node.Duration("freshness", second, Month) ?? plain.Freshness,
            PageSize = node.Number("page_size", plain.PageSize, 1, 100_000),
            Mapping = MappingSection.Read(node, dataset),
            CarriedBy = Dataset.Named(node.Word("carried_by", RegistryFaultCodes.UnknownDataset, Names) ?? ""),
        };
        if (isMapped && node.Value("mapping") is null) node.Fault("mapping", RegistryFaultCodes.MappingNotPossible, "mapping is missing: how a mapped-json feed is asked and read.");
        if (!isMapped && plan.Mapping is not null) node.Fault("mapping", RegistryFaultCodes.MappingNotPossible, "mapping is for the protocol mapped-json alone.");
        if (isMapped && plan.CarriedBy is not null) node.Fault("carried_by", RegistryFaultCodes.MappingNotPossible, "A mapped-json dataset is always asked for itself.");
        OcpiSection.Check(node, protocol, plan);
        if (!dataset.IsSnapshot && plan.Overlap < plan.Settle)
        {
            node.Fault(node.Value("overlap") is null ? "settle" : "overlap", RegistryFaultCodes.OverlapUnderSettle, "overlap must be at least settle: records that appear late would otherwise never be asked for again.");
        }

        return plan;
    }

    public static WindowAxis? Axis(FileNode node, Dataset dataset)
    {
        string[] possible = dataset == Dataset.StatusChanges ? ["last_updated", "at"]
            : dataset == Dataset.ChargingSessions ? ["last_updated", "plug_in_at", "plug_out_at"]
            : dataset == Dataset.Outages ? ["last_updated", "started_at"]
            : [];
        if (dataset == Dataset.ReportedUsage)
        {
            if (node.Value("axis") is not null) node.Fault("axis", RegistryFaultCodes.AxisNotPossible, "reported_usage always goes by the periods of its figures; take axis out.");
            return WindowAxis.PeriodFrom;
        }

        if (node.Value("axis") is null)
        {
            if (!dataset.IsSnapshot) node.Fault("axis", RegistryFaultCodes.AxisMissing, $"{dataset} is asked for by window; axis says by which time.", possible);
            return null;
        }

        if (node.Word("axis", RegistryFaultCodes.AxisNotPossible, Axes) is not { } word) return null;
        if (dataset.IsSnapshot) node.Fault("axis", RegistryFaultCodes.AxisOnSnapshot, $"{dataset} comes as a whole and has no window; take axis out.");
        else if (!possible.Contains(word)) node.Fault("axis", RegistryFaultCodes.AxisNotPossible, $"{dataset} has no {word}.", possible);
        return word switch
        {
            "plug_in_at" => WindowAxis.PlugInAt,
            "plug_out_at" => WindowAxis.PlugOutAt,
            "at" => WindowAxis.At,
            "started_at" => WindowAxis.StartedAt,
            _ => WindowAxis.LastUpdated,
        };
    }
}
