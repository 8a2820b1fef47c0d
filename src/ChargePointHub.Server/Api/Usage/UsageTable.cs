using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Usage;

/// <summary>
/// What sessions add up to, beside what there was to use: charge points of the group that counted, and the minutes in which they were open. Sums are of the
/// roll-up; open minutes and counts of charge points are worked out here of the network as it stands.
/// </summary>
internal sealed class UsageTable : IFigureTable
{
    public static readonly UsageTable Instance = new();

    private static readonly string[] Names =
    [
        "charge_points", "undated_charge_points", "unused_charge_points", "sessions", "successful_sessions", "unended_sessions", "energy_kwh", "sessions_without_energy", "plugged_minutes",
        "charging_minutes", "idle_minutes", "sessions_without_charging_minutes", "open_minutes", "utilisation_percent", "charging_utilisation_percent", "sessions_per_day", "revenue_inc_vat",
        "priced_sessions", "coverage_percent",
    ];

    public IReadOnlyList<string> Measures => Names;

    /// <summary>Of a measure among the values of a row.</summary>
    public static int PlaceOf(string measure) => Array.IndexOf(Names, measure);

    public async Task<IReadOnlyList<FigureRow>> ReadAsync(HubRequest request, FigureReading reading, int first, int count)
    {
        var periods = reading.Periods.Skip(first).Take(count).ToList();
        var network = new OpenNetwork(reading.Points, reading.Coverage, reading.Now, periods);
        var question = new UsageQuestion(network.Points, [.. periods.Select(p => p.First)], periods[^1].Last);
        var sums = (await request.Hub.Usage.ReadAsync(question, request.Scope, request.Aborted)).ToDictionary(s => (s.Period, s.Group));
        var hidden = Enumerable.Range(0, reading.Points.Keys.Count).Select(g => HiddenFigures.Of(reading.Points, reading.Basis, request.Scope, g)).ToList();
        var rows = new List<FigureRow>();
        for (var p = 0; p < periods.Count; p++)
        {
            for (var g = 0; g < reading.Points.Keys.Count; g++)
            {
                var open = network.Of(p, g);
                var isThere = sums.TryGetValue((p, g), out var sum);
                if (open.ChargePoints == 0 && !isThere) continue;
                var (period, hides) = (periods[p], hidden[g]);
                rows.Add(new FigureRow(first + p, periods[p], g, json => Write(json, Names, Values(period, reading.Now, open, sum, hides))));
            }
        }

        return rows;
    }

    /// <summary>The measures of one row, in the order of their names; null: not known, or not shown.</summary>
    /// <param name="now">Time after it does not count.</param>
    public static decimal?[] Values(FigurePeriod period, DateTimeOffset now, OpenFigures open, UsageSum sum, HiddenFigures hidden)
    {
        // Where nothing is known, nothing is 0.
        var isBlind = open.CoveragePercent is null or 0 && sum.Figures == default;
        var figures = sum.Figures;
        return
        [
            open.ChargePoints,
            open.Undated,
            isBlind ? null : open.ChargePoints - sum.Used,
            isBlind ? null : figures.Sessions,
            isBlind || hidden.Outcome ? null : figures.SuccessfulSessions,
            isBlind ? null : figures.UnendedSessions,
            isBlind || hidden.Energy ? null : figures.EnergyWh / 1000m,
            isBlind || hidden.Energy ? null : figures.WithoutEnergy,
            isBlind ? null : Minutes(figures.PluggedMicroseconds),
            isBlind || hidden.Charging ? null : Minutes(figures.ChargingMicroseconds),
            isBlind || hidden.Charging ? null : Minutes(figures.IdleMicroseconds),
            isBlind || hidden.Charging ? null : figures.WithoutChargingMinutes,
            Minutes(open.Microseconds),
            isBlind ? null : Share(figures.PluggedMicroseconds, open.Microseconds),
            isBlind || hidden.Charging ? null : Share(figures.ChargingMicroseconds, open.Microseconds),
            isBlind ? null : Rounded(figures.Sessions / DaysUpTo(period, now)),
            hidden.Revenue || figures.PricedSessions == 0 ? null : figures.RevenueIncVat,
            isBlind || hidden.Revenue ? null : figures.PricedSessions,
            open.CoveragePercent,
        ];
    }

    public static void Write(Utf8JsonWriter json, string[] names, decimal?[] values)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (values[i] is { } number) json.WriteNumber(names[i], number.Scale == 0 ? number : number / 1.0000000000000000000000000000m);
            else json.WriteNull(names[i]);
        }
    }

    /// <summary>Whole London days; of one that goes on the part that is over.</summary>
    private static decimal DaysUpTo(FigurePeriod period, DateTimeOffset now)
    {
        if (now >= period.Window.To) return period.Days;
        var today = LondonCalendar.Day(period.Last);
        return period.Days - 1 + Math.Max(0.0001m, (decimal)(now - today.From).Ticks / today.Length.Ticks);
    }

    public static decimal Minutes(long microseconds) => Rounded(microseconds / 60_000_000m);

    /// <summary>In percent; null: of nothing.</summary>
    public static decimal? Share(long part, long whole) => whole == 0 ? null : Rounded(part * 100m / whole);

    public static decimal Rounded(decimal value) => Math.Round(value, 3, MidpointRounding.AwayFromZero);
}
