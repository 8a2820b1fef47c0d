using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>
/// How charge points were used in each hour of London's week: a row for each, those without a session too. Sums are of the sessions themselves, so that no roll-up has to be kept
/// of hours; windows are short enough for that.
/// </summary>
internal sealed class ProfileTable : IFigureTable
{
    /// <summary>London days that a window has at most: a quarter; of named charge points or locations a year.</summary>
    public const int MostDays = 92;

    public const int MostDaysOfPoints = 366;

    public static readonly ProfileTable Instance = new();

    private static readonly string[] Names =
    [
        "weekday", "hour", "days", "hour_minutes", "sessions", "energy_kwh", "plugged_minutes", "charging_minutes", "open_minutes", "utilisation_percent", "charging_utilisation_percent",
        "average_occupied_charge_points", "coverage_percent",
    ];

    public IReadOnlyList<string> Measures => Names;

    public (FigureGroup? Group, PeriodUnit? Unit) Usual => (null, null);

    public int? RowsOfGroup => WeekHour.Count;

    public Fault? FaultOf(RequestParameters parameters, (DateOnly First, DateOnly Last) days)
    {
        var isOfPoints = parameters["charge_point"] is not null || parameters["location"] is not null;
        var (most, asked) = (isOfPoints ? MostDaysOfPoints : MostDays, days.Last.DayNumber - days.First.DayNumber + 1);
        if (asked <= most) return null;
        var name = parameters["period"] is null ? "from" : "period";
        return new Fault(
            ErrorCatalogue.WindowTooLong, name, $"The window has {asked} days; a profile is of at most {most}{(isOfPoints ? "" : $", or {MostDaysOfPoints} where charge_point or location is given")}.",
            Example: name == "from" ? $"from={days.Last.AddDays(1 - most):yyyy-MM-dd}" : $"period={days.Last.Year}-Q{(days.Last.Month + 2) / 3}");
    }

    public async Task<IReadOnlyList<FigureRow>> ReadAsync(HubRequest request, FigureReading reading, int first, int count)
    {
        var (window, points) = (reading.Periods[0], reading.Points.Of(first, count));
        var (network, week) = (new OpenNetwork(points, reading.Coverage, reading.Now, [window]), new OpenWeek(points, window, reading.Now));
        var sums = await request.Hub.Profiles.ReadAsync(network.Points, count, window.First, window.Last, request.Scope, request.Aborted);
        var rows = new List<FigureRow>();
        for (var g = 0; g < count; g++)
        {
            var (group, open, isUsed, hidden) = (g, network.Of(0, g), sums[g].Any(f => f != default), HiddenFigures.Of(points, reading.Basis, request.Scope, g));
            if (open.ChargePoints == 0 && !isUsed) continue;
            for (var h = 0; h < WeekHour.Count; h++)
            {
                var hour = new WeekHour(h);
                rows.Add(new FigureRow(h, window, first + g, json => UsageTable.Write(json, Names, ValuesOf(hour, week, group, sums[group][hour.Place], hidden, open.CoveragePercent, isUsed))));
            }
        }

        return rows;
    }

    /// <summary>The measures of one row, in the order of their names; null: not known, or not shown.</summary>
    /// <param name="isUsed">Anything is known of the group in any hour: where nothing is, and nothing is covered, nothing is 0.</param>
    private static decimal?[] ValuesOf(WeekHour hour, OpenWeek week, int group, UsageFigures figures, HiddenFigures hidden, decimal? coverage, bool isUsed)
    {
        var (open, lasted, isBlind) = (week.Of(group, hour), week.Lasted[hour.Place], coverage is null or 0 && !isUsed);
        return
        [
            hour.Weekday,
            hour.Hour,
            week.Days[hour.Place],
            UsageTable.Minutes(lasted),
            isBlind ? null : figures.Sessions,
            isBlind || hidden.Energy ? null : figures.EnergyWh / 1000m,
            isBlind ? null : UsageTable.Minutes(figures.PluggedMicroseconds),
            isBlind || hidden.Charging ? null : UsageTable.Minutes(figures.ChargingMicroseconds),
            UsageTable.Minutes(open),
            isBlind ? null : UsageTable.Share(figures.PluggedMicroseconds, open),
            isBlind || hidden.Charging ? null : UsageTable.Share(figures.ChargingMicroseconds, open),
            isBlind || lasted == 0 ? null : UsageTable.Rounded((decimal)figures.PluggedMicroseconds / lasted),
            coverage,
        ];
    }
}
