using ChargePointHub.Model;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Usage;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Differences;

/// <summary>Holds reported figures against what their sessions add up to.</summary>
internal sealed class DifferenceReading(HubRequest request, IReadOnlyList<NetworkPoint> everybody, IReadOnlyList<NetworkPoint> held, DateTimeOffset now)
{
    private readonly ILookup<string, NetworkPoint> byPoint = held.ToLookup(p => p.ChargePointId, StringComparer.Ordinal);
    private readonly ILookup<string, NetworkPoint> byLocation = held.ToLookup(p => p.LocationId, StringComparer.Ordinal);
    private readonly ILookup<string, NetworkPoint> byOperator = held.ToLookup(p => p.OperatorId, StringComparer.Ordinal);

    /// <summary>Reports of whose charge points the reader does not hold all sessions, or which nobody knows.</summary>
    public int NotCompared { get; private set; }

    public int Compared { get; private set; }

    /// <summary>In the order of the reports, and of their fields.</summary>
    public async Task<IReadOnlyList<Difference>> ReadAsync(IReadOnlyList<Model.ReportedUsage> reports)
    {
        var found = new Dictionary<string, List<Difference>>(StringComparer.Ordinal);
        var recorded = await request.Hub.Differences.ReadRecordedAsync([.. reports.Select(r => r.ReportedUsageId)], request.Scope, request.Aborted);
        foreach (var period in reports.GroupBy(r => (r.Period, r.PeriodFrom, r.PeriodTo)))
        {
            var compared = period.Select(r => (Report: r, Points: PointsOf(r))).Where(r => r.Points.Length > 0).ToList();
            NotCompared += period.Count() - compared.Count;
            Compared += compared.Count;
            if (compared.Count > 0) await CompareAsync(compared, recorded, found);
        }

        return [.. reports.SelectMany(r => found.GetValueOrDefault(r.ReportedUsageId) ?? [])];
    }

    /// <summary>All charge points that the figures are of; empty: they are not known, or not all held.</summary>
    private NetworkPoint[] PointsOf(Model.ReportedUsage report)
    {
        var (mine, all) = report.Group switch
        {
            UsageGroup.ChargePoint => ([.. byPoint[report.ChargePointId!]], 1),
            UsageGroup.Location => ([.. byLocation[report.LocationId!]], everybody.Count(p => p.LocationId == report.LocationId)),
            _ => ((NetworkPoint[])[.. byOperator[report.OperatorId]], everybody.Count(p => p.OperatorId == report.OperatorId)),
        };
        return mine.Length == all ? mine : [];
    }

    private async Task CompareAsync(
        List<(Model.ReportedUsage Report, NetworkPoint[] Points)> reports, Dictionary<string, DateTimeOffset> recorded, Dictionary<string, List<Difference>> found)
    {
        var (first, last) = (LondonCalendar.DayOf(reports[0].Report.PeriodFrom), LondonCalendar.DayOf(reports[0].Report.PeriodTo).AddDays(-1));
        FigurePeriod[] periods = [new(reports[0].Report.Period, reports[0].Report.PeriodUnit, first, last, LondonCalendar.Days(first, last))];
        var network = new FigurePoints(
            [FigureGroup.Operator], [.. reports.SelectMany((r, i) => r.Points.Select(p => new FigureUnit([p], i)))], [.. reports.Select((_, i) => new FigureKey([$"{i:00000}"]))]);
        var judged = request.Directory.Operators.Where(o => reports.Any(r => r.Report.OperatorId == o.OperatorId)).ToList();
        var open = new OpenNetwork(network, await FigureCoverage.ReadAsync(request, Dataset.ChargingSessions, judged, periods[0].Window, now), now, periods);
        var sums = (await request.Hub.Usage.ReadAsync(new UsageQuestion(open.Points, [first], last), request.Scope, request.Aborted)).ToDictionary(s => s.Group);
        Dictionary<int, OtherCounts>? others = null;
        for (var i = 0; i < reports.Count; i++)
        {
            var report = reports[i].Report;
            var hidden = HiddenFigures.Of(network, Dataset.ChargingSessions, request.Scope, i);
            var values = UsageTable.Values(periods[0], now, open.Of(0, i), sums.GetValueOrDefault(i), hidden);
            foreach (var (measure, reported) in MeasuresOf(report).Where(m => !hidden.Hides(m.Measure)))
            {
                var computed = values[UsageTable.PlaceOf(measure)];
                if (computed is { } same && Difference.AreSame(reported, same)) continue;
                others ??= (await request.Hub.Differences.ReadAsync(
                    [.. reports.SelectMany((r, n) => r.Points.Select(p => (p.ChargePointId, n)))], periods[0].Window, InUtc(first, last), request.Scope, request.Aborted)).ToDictionary(o => o.Group);
                var coverage = open.Of(0, i).CoveragePercent;
                var made = report.LastUpdated ?? recorded.GetValueOrDefault(report.ReportedUsageId, DateTimeOffset.MaxValue);
                if (!found.TryGetValue(report.ReportedUsageId, out var list)) found[report.ReportedUsageId] = list = [];
                list.Add(new Difference(report, measure, reported, computed, coverage, CauseOf(measure, reported, computed, coverage, others.GetValueOrDefault(i), made)));
            }
        }
    }

    private static DifferenceCause? CauseOf(string measure, decimal reported, decimal? computed, decimal? coverage, OtherCounts other, DateTimeOffset made)
    {
        if (computed is { } value && Difference.IsUnit(reported, value)) return DifferenceCause.Unit;
        if (coverage is null or < 100) return DifferenceCause.Gap;
        var isOtherDay = measure switch
        {
            "sessions" => reported == other.InUtc.Sessions || reported == other.ByEnd.Sessions,
            "energy_kwh" => Difference.AreSame(reported, other.InUtc.EnergyWh / 1000m) || Difference.AreSame(reported, other.ByEnd.EnergyWh / 1000m),
            _ => false,
        };
        return isOtherDay ? DifferenceCause.DayBoundary : other.LastChanged > made ? DifferenceCause.LateRecords : null;
    }

    private static Window InUtc(DateOnly first, DateOnly last) =>
        new(new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero), new DateTimeOffset(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero));

    /// <summary>What the report says of what the hub works out too.</summary>
    private static IEnumerable<(string Measure, decimal Reported)> MeasuresOf(Model.ReportedUsage report)
    {
        (string Measure, decimal? Reported)[] all =
        [
            ("sessions", report.Sessions), ("successful_sessions", report.SuccessfulSessions), ("energy_kwh", report.EnergyKwh), ("plugged_minutes", report.PluggedMinutes),
            ("charging_minutes", report.ChargingMinutes), ("idle_minutes", report.IdleMinutes), ("open_minutes", report.OpenMinutes), ("utilisation_percent", report.UtilisationPercent),
            ("charging_utilisation_percent", report.ChargingUtilisationPercent), ("sessions_per_day", report.SessionsPerDay), ("charge_points", report.ChargePoints),
            ("unused_charge_points", report.UnusedChargePoints), ("revenue_inc_vat", report.Currency is null or "GBP" ? report.RevenueIncVat : null),
        ];
        return all.Where(m => m.Reported is not null).Select(m => (m.Measure, m.Reported!.Value));
    }
}
