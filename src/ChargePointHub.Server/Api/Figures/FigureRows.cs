using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>Figures of one group in one period.</summary>
/// <param name="Place">Of the period; where rows are of the hours of a week, of the hour.</param>
/// <param name="Group">Place of the group.</param>
/// <param name="Write">Writes its measures.</param>
internal sealed record FigureRow(int Place, FigurePeriod Period, int Group, Action<Utf8JsonWriter> Write);

/// <summary>A kind of figures: what its rows measure, and how they are read.</summary>
internal interface IFigureTable
{
    /// <summary>Names of the measures, in their order in a row.</summary>
    IReadOnlyList<string> Measures { get; }

    /// <summary>By what rows are put together where a question does not say it.</summary>
    (FigureGroup? Group, PeriodUnit? Unit) Usual => (FigureGroup.Borough, PeriodUnit.Day);

    /// <summary>How many rows each group has, which then stand together; null: rows stand by period.</summary>
    int? RowsOfGroup => null;

    /// <summary>What is wrong with a window that is good for others; null: nothing.</summary>
    /// <param name="days">London days, both inclusive.</param>
    Fault? FaultOf(RequestParameters parameters, (DateOnly First, DateOnly Last) days) => null;

    /// <summary>
    /// Rows of some periods, by period and then group, or of some groups, by group and then place. Groups that had no charge point and no figure in a period are left out.
    /// </summary>
    /// <param name="first">Place of the first period, or group.</param>
    /// <param name="count">How many.</param>
    Task<IReadOnlyList<FigureRow>> ReadAsync(HubRequest request, FigureReading reading, int first, int count);
}

/// <summary>The columns by which rows are told apart, and their values.</summary>
internal static class FigureColumns
{
    private static readonly string[] OfPeriod = ["period", "period_unit", "period_from", "period_to"];

    /// <summary>Every column that rows of any grouping may have, measures left out.</summary>
    public static readonly IReadOnlyList<string> All =
        [.. OfPeriod, "operator_id", "location_id", "charge_point_id", "borough_gss", "borough_name", "ward_gss", "ward_name", "power_band", "funding_stream"];

    /// <summary>Those of rows of which nothing is asked: by borough and day.</summary>
    public static readonly IReadOnlyList<string> Usual = Of([FigureGroup.Borough]);

    /// <summary>Those of a grouping: what it does not ask about is no column, so that none is empty throughout.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<FigureGroup> groups)
    {
        var of = groups.SelectMany(Of).ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(c => OfPeriod.Contains(c) || of.Contains(c))];
    }

    /// <param name="columns">Of the grouping.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> columns, FigureReading reading, FigureRow row, AreaIndex areas)
    {
        var (period, unit) = (row.Period, reading.Points.Units[reading.Points.FirstUnit(row.Group)].First);
        json.WriteString(OfPeriod[0], period.Text);
        json.WriteString(OfPeriod[1], period.Unit is { } u ? Words<PeriodUnit>.Of(u) : null);
        json.WriteInstant(OfPeriod[2], period.Window.From);
        json.WriteInstant(OfPeriod[3], period.Window.To);
        for (var i = OfPeriod.Length; i < columns.Count; i++)
        {
            json.WriteString(columns[i], columns[i] switch
            {
                "operator_id" => unit.OperatorId,
                "location_id" => unit.LocationId,
                "charge_point_id" => unit.ChargePointId,
                "borough_gss" => unit.BoroughGss,
                "borough_name" => unit.BoroughGss is { } borough ? areas.NameOf(borough) : null,
                "ward_gss" => unit.WardGss,
                "ward_name" => unit.WardGss is { } ward ? areas.NameOf(ward) : null,
                "power_band" => unit.PowerBand is { } band ? Words<PowerBand>.Of(band) : null,
                _ => unit.FundingStream is { } funding ? Words<FundingStream>.Of(funding) : null,
            });
        }
    }

    private static string[] Of(FigureGroup group) => group switch
    {
        FigureGroup.ChargePoint => ["operator_id", "location_id", "charge_point_id"],
        FigureGroup.Location => ["operator_id", "location_id"],
        FigureGroup.Operator => ["operator_id"],
        FigureGroup.Borough => ["borough_gss", "borough_name"],
        FigureGroup.Ward => ["ward_gss", "ward_name"],
        FigureGroup.PowerBand => ["power_band"],
        _ => ["funding_stream"],
    };
}
