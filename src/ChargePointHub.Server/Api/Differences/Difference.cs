using System.Text.Json.Serialization;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Differences;

/// <summary>What most likely makes two counts of one thing differ.</summary>
public enum DifferenceCause
{
    /// <summary>One is a thousand or sixty times the other: Wh for kWh, hours or seconds for minutes, a share for a percentage.</summary>
    [JsonStringEnumMemberName("unit")] Unit,

    /// <summary>Not all of the operator's sessions of the period are here.</summary>
    [JsonStringEnumMemberName("gap")] Gap,

    /// <summary>The operator counts by the days of UTC, or by the end of sessions.</summary>
    [JsonStringEnumMemberName("day_boundary")] DayBoundary,

    /// <summary>Sessions of the period changed after the operator made its count.</summary>
    [JsonStringEnumMemberName("late_records")] LateRecords,
}

/// <summary>One figure that an operator reports and the hub works out otherwise.</summary>
/// <param name="Measure">Name of the field of both.</param>
/// <param name="Computed">Null: nothing of the records is here.</param>
/// <param name="Cause">Null: none of the likely ones.</param>
internal sealed record Difference(Model.ReportedUsage Report, string Measure, decimal Reported, decimal? Computed, decimal? CoveragePercent, DifferenceCause? Cause)
{
    private static readonly decimal[] Factors = [1000, 60, 3600, 100];

    /// <summary>Reported less computed.</summary>
    public decimal? By => Reported - Computed;

    /// <summary>Of what was computed, to one decimal; null: that is nothing.</summary>
    public decimal? Percent => Computed is { } computed and not 0 ? Math.Round((Reported - computed) * 100 / Math.Abs(computed), 1, MidpointRounding.AwayFromZero) : null;

    /// <summary>Whether what was reported is what was computed, written to its own last decimal.</summary>
    public static bool AreSame(decimal reported, decimal computed) => Math.Abs(reported - computed) <= HalfOfLast(reported);

    /// <summary>By the same thing in another unit.</summary>
    public static bool IsUnit(decimal reported, decimal computed)
    {
        if (computed == 0 || reported == 0) return false;
        var ratio = Math.Abs(reported / computed);
        return Factors.Any(f => IsNear(ratio, f) || IsNear(ratio, 1 / f));

        static bool IsNear(decimal ratio, decimal factor) => Math.Abs((ratio / factor) - 1) < 0.02m;
    }

    private static decimal HalfOfLast(decimal reported)
    {
        var scale = (reported / 1.0000000000000000000000000000m).Scale;
        return 0.5m / (decimal)Math.Pow(10, scale);
    }
}
