using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;
using static ChargePointHub.Server.Api.Parameters.WordList;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>What changes alone take.</summary>
internal static class ChangeParameters
{
    public static readonly Parameter ChangedDataset = Words("dataset", "Datasets, separated by commas. Default: all of them that may be read with exact times.", [.. ChangeQueries.Followed.Select(d => d.Name)]);

    public static readonly Parameter History = new(
        "history", "`all`: every version of each record, and not its newest state alone. Where times are cut it is not told here.", "all", ["all"], (value, _) => OneOf("history", value, ["all"]))
    {
        Errors = [ErrorCatalogue.UnknownValue],
    };
}
