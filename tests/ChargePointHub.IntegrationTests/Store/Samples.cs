using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Small true-looking records and pages.</summary>
internal static class Samples
{
    public const string Operator = "char-gy";

    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static ChargePoint ChargePoint(string own, DateTimeOffset? lastUpdated = null, string op = Operator) => new()
    {
        ChargePointId = $"{op}:{own}",
        OperatorId = op,
        OperatorName = "char.gy",
        LocationId = $"{op}:L-{own}",
        Address = "Électric Avenue \"9\" 🚗",
        Latitude = 51.4613000m,
        Longitude = -0.1150000m,
        MaxPowerKw = 7.40m,
        PowerBand = PowerBand.Slow,
        LastUpdated = lastUpdated ?? Noon,
    };

    public static ChargingSession Session(string own, string chargePoint = "1", DateTimeOffset? lastUpdated = null, decimal kwh = 7.123m, string op = Operator) =>
        new ChargingSession
        {
            SessionId = $"{op}:{own}",
            OperatorId = op,
            ChargePointId = $"{op}:{chargePoint}",
            PlugInAt = Noon,
            PlugOutAt = Noon.AddHours(2),
            EnergyKwh = kwh,
            LastUpdated = lastUpdated ?? Noon.AddHours(2),
        }.WithDerived();

    public static StatusChange Change(DateTimeOffset at, Status status, string chargePoint = "1", Evidence evidence = Evidence.Event) => new()
    {
        ChargePointId = $"{Operator}:{chargePoint}",
        OperatorId = Operator,
        Status = status,
        At = at,
        Evidence = evidence,
    };

    /// <param name="minutes">How long it lasted; null: it lasts.</param>
    public static Outage Outage(string own, string chargePoint = "1", DateTimeOffset? startedAt = null, double? minutes = 90, OutageCategory? category = OutageCategory.Comms, string op = Operator)
    {
        var started = startedAt ?? Noon;
        return new Outage
        {
            OutageId = $"{op}:{own}",
            OperatorId = op,
            ChargePointId = $"{op}:{chargePoint}",
            StartedAt = started,
            EndedAt = minutes is { } lasted ? started.AddMinutes(lasted) : null,
            Category = category,
            Cause = "SIM, \"as\" usual",
            Exempt = false,
            LastUpdated = started.AddMinutes(minutes ?? 1),
        };
    }

    public static PageToWrite Outages(params Outage[] outages) => Page(new RecordPage { Outages = [.. outages.Select(Accept)] }, Dataset.Outages, outages[0].OperatorId);

    /// <param name="id">Hub id of a charge point or location; an operator's slug: all of it.</param>
    public static ReportedUsage Usage(string id, string period = "2026-Q3", decimal? kwh = 120.5m, UsageGroup group = UsageGroup.ChargePoint)
    {
        var (slug, whole) = (id.Split(':')[0], Period.Parse(period)!);
        return new ReportedUsage
        {
            ReportedUsageId = $"{slug}:{ReportedUsage.IdOf(group, group == UsageGroup.Operator ? null : id[(slug.Length + 1)..], period)}",
            OperatorId = slug,
            Group = group,
            ChargePointId = group == UsageGroup.ChargePoint ? id : null,
            LocationId = group == UsageGroup.Location ? id : null,
            Period = period,
            PeriodUnit = whole.Unit,
            PeriodFrom = whole.Window.From,
            PeriodTo = whole.Window.To,
            Sessions = 12,
            EnergyKwh = kwh,
            ChargingMinutes = 600.5m,
        };
    }

    public static PageToWrite Usages(params ReportedUsage[] usage) => Page(new RecordPage { ReportedUsage = [.. usage.Select(Accept)] }, Dataset.ReportedUsage, usage[0].OperatorId);

    public static PageToWrite Page(RecordPage records, Dataset? dataset = null, string op = Operator, params Claim[] claims) => new()
    {
        Feed = new FeedKey(op, "main", dataset ?? Dataset.ChargingSessions),
        RunId = Guid.NewGuid(),
        PageNumber = 1,
        AskedAt = Noon.AddHours(6),
        Records = records,
        Claims = claims,
    };

    public static PageToWrite Points(params string[] own) =>
        Page(new RecordPage { ChargePoints = [.. own.Select(o => Accept(ChargePoint(o)))] }, Dataset.ChargePoints);

    public static PageToWrite Sessions(params ChargingSession[] sessions) => Page(new RecordPage { ChargingSessions = [.. sessions.Select(Accept)] });

    public static PageToWrite Changes(params StatusChange[] changes) =>
        Page(new RecordPage { StatusChanges = [.. changes.Select(Accept)] }, Dataset.StatusChanges);

    /// <summary>A crawl's page that saw one status, with nothing else to tell of it than, perhaps, since when.</summary>
    public static PageToWrite Seen(DateTimeOffset askedAt, Status status, bool evidence = true, DateTimeOffset? since = null) =>
        Page(new RecordPage { Statuses = [new StatusObservation($"{Operator}:1", status, since)] }, Dataset.ChargePoints)
            with
        { AskedAt = askedAt, StatusesAreEvidence = evidence };

    public static Judged<T> Accept<T>(T record) => new(record, []);

    public static Claim Covered(double fromHour, double toHour) =>
        new(Dataset.ChargingSessions, new Window(Noon.AddHours(fromHour), Noon.AddHours(toHour)), ClaimKind.Covered);

    public static Claim Lost(double fromHour, double toHour, string cause = "beyond_look_back") =>
        new(Dataset.ChargingSessions, new Window(Noon.AddHours(fromHour), Noon.AddHours(toHour)), ClaimKind.Unavailable, cause);

    public static async Task<string> OneAsync(this HubDatabase hub, string sql)
    {
        await using var command = hub.Database.Reads.CreateCommand(sql);
        // Making and dropping databases waits for a checkpoint, which a busy disk draws out.
        command.CommandTimeout = 180;
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    public static async Task<List<string>> ManyAsync(this HubDatabase hub, string sql)
    {
        await using var command = hub.Database.Reads.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
