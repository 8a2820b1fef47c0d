using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Reliability;

/// <summary>
/// Time in each status, what was missing and what lay outside opening hours; and of the part that is a network of public rapid charge points how reliable it was, with
/// what that is made of and what was left out. Time in a status is of the roll-up; what was to be observed is worked out here of the network as it stands.
/// </summary>
internal sealed class ReliabilityTable : IFigureTable
{
    public static readonly ReliabilityTable Instance = new();

    private static readonly string[] Names =
    [
        "charge_points", "available_minutes", "charging_minutes", "reserved_minutes", "blocked_minutes", "unknown_minutes", "inoperative_minutes", "outoforder_minutes", "planned_minutes", "removed_minutes",
        "missing_minutes", "outside_hours_minutes", "coverage_percent", "network_part", "network_charge_points", "network_operated_minutes", "network_down_minutes", "network_exempt_minutes",
        "network_not_operated_minutes", "network_missing_minutes", "reliability_r1_percent", "reliability_r2_percent", "left_out",
    ];

    /// <summary>Parameters that say which part of an operator's charge points is asked about.</summary>
    private static readonly string[] Narrowing =
        ["borough", "ward", "lsoa", "charge_point", "location", "power_band", "max_power_kw__gte", "max_power_kw__lt", "access", "funding_stream", "location_type"];

    public IReadOnlyList<string> Measures => Names;

    public async Task<IReadOnlyList<FigureRow>> ReadAsync(HubRequest request, FigureReading reading, int first, int count)
    {
        var periods = reading.Periods.Skip(first).Take(count).ToList();
        var ledger = await request.Hub.Ledger.ReadAsync([Dataset.StatusChanges, Dataset.ChargePoints], null, request.Scope, request.Aborted);
        var seen = SeenStatuses.Of(request.Directory, ledger, reading.Points.Units.SelectMany(u => u.Members).Select(m => m.OperatorId), reading.Now);
        var network = new StatusNetwork(reading, periods, seen, request.Directory.Areas.Boroughs.Count > 0);
        var sums = (await request.Hub.Statuses.ReadAsync(new StatusQuestion(network.Points, seen, [.. periods.Select(p => p.First)], periods[^1].Last), request.Scope, request.Aborted))
            .ToDictionary(s => (s.Period, s.Group));
        var isWhole = reading.Points.By is [FigureGroup.Operator] && reading.Meta.RestrictedTo.All(r => !r.Contains(':', StringComparison.Ordinal)) && Narrowing.All(n => request.Parameters[n] is null);
        var rows = new List<FigureRow>();
        for (var p = 0; p < periods.Count; p++)
        {
            for (var g = 0; g < reading.Points.Keys.Count; g++)
            {
                var classes = Enumerable.Range(0, StatusNetwork.Classes).Select(c => (ToObserve: network.Of(p, g, c), Sum: sums.GetValueOrDefault((p, (g * StatusNetwork.Classes) + c)))).ToList();
                if (classes.All(c => c.ToObserve.ChargePoints == 0)) continue;
                var away = network.AwayOf(p, g);
                rows.Add(new FigureRow(first + p, periods[p], g, json => Write(json, classes, away, isWhole)));
            }
        }

        return rows;
    }

    private static void Write(Utf8JsonWriter json, List<(ToObserve ToObserve, StatusSum Sum)> classes, (int Gone, int Coming) away, bool isWhole)
    {
        var time = classes.Aggregate(default(StatusMicroseconds), (sum, c) => sum + c.Sum.Time);
        var (open, outside) = (classes.Sum(c => c.ToObserve.Open), classes.Sum(c => c.ToObserve.Outside));

        // Where nothing is known, nothing is 0.
        var isBlind = time.Total == 0;
        json.WriteNumber(Names[0], classes.Sum(c => c.ToObserve.ChargePoints));
        long[] statuses = [time.Available, time.Charging, time.Reserved, time.Blocked, time.Unknown, time.Inoperative, time.OutOfOrder, time.Planned, time.Removed];
        for (var i = 0; i < statuses.Length; i++) Minutes(Names[i + 1], isBlind ? null : statuses[i]);
        Minutes(Names[10], open - time.Total);
        Minutes(Names[11], outside);
        Number(Names[12], open == 0 ? null : Math.Floor(time.Total * 1000m / open) / 10);
        var (toObserve, sum) = classes[0];
        var (down, exempt, idle) = (sum.Time.Inoperative + sum.Time.OutOfOrder, sum.Time.Unknown + sum.Time.Blocked, sum.Time.Planned + sum.Time.Removed);
        var isNetwork = toObserve.ChargePoints > 0;
        var isSeen = isNetwork && sum.Time.Total > 0;
        var reliability = Model.Reliability.Of(sum.Time);
        json.WriteString(Names[13], !isNetwork ? null : isWhole ? "london" : "part_of_london");
        json.WriteNumber(Names[14], toObserve.ChargePoints);
        Minutes(Names[15], isSeen ? sum.Time.Total - idle : null);
        Minutes(Names[16], isSeen ? down : null);
        Minutes(Names[17], isSeen ? exempt : null);
        Minutes(Names[18], isSeen ? idle : null);
        Minutes(Names[19], isNetwork ? toObserve.Open - sum.Time.Total : null);
        Number(Names[20], reliability.R1Percent);
        Number(Names[21], reliability.R2Percent);
        json.WriteStartArray(Names[22]);
        for (var c = 1; c < classes.Count; c++) Reason((LeftOut)(c - 1), classes[c].ToObserve.ChargePoints, classes[c].ToObserve.Open);
        Reason(LeftOut.Decommissioned, away.Gone, 0);
        Reason(LeftOut.NotYetCommissioned, away.Coming, 0);
        Reason(LeftOut.NeverObserved, toObserve.ChargePoints - sum.Seen, null);
        json.WriteEndArray();

        void Reason(LeftOut why, int chargePoints, long? microseconds)
        {
            if (chargePoints == 0) return;
            json.WriteStartObject();
            json.WriteString("reason", Words<LeftOut>.Of(why));
            json.WriteNumber("charge_points", chargePoints);
            Minutes("open_minutes", microseconds);
            json.WriteEndObject();
        }

        void Minutes(string name, long? microseconds) => Number(name, microseconds is not { } us ? null : Math.Round(us / 60_000_000m, 3, MidpointRounding.AwayFromZero));

        void Number(string name, decimal? value)
        {
            if (value is { } number) json.WriteNumber(name, number / 1.0000000000000000000000000000m);
            else json.WriteNull(name);
        }
    }
}
