using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Proofs;

/// <summary>What happens to a hub, drawn at random: records come, are corrected, move, are withheld, end and are purged, and time passes.</summary>
/// <param name="losesAnnouncements">One page in ten does not say what it changed.</param>
internal sealed class MirrorStory(Random random, MirrorHub hub, bool losesAnnouncements)
{
    public static readonly string[] Operators = ["alpha", "beta"];
    private static readonly string?[] Boroughs = ["E09000022", "E09000007", "E09000033", null];
    private static readonly PowerBand[] Bands = [PowerBand.Slow, PowerBand.Fast, PowerBand.Rapid];
    private static readonly Status[] Statuses = [Status.Available, Status.Charging, Status.OutOfOrder, Status.Inoperative];

    /// <summary>Of real time everything happens at one clock, which only rises.</summary>
    public async Task NextAsync()
    {
        hub.Clock.Move(TimeSpan.FromSeconds(random.Next(1, 240)));
        var op = Operators[random.Next(Operators.Length)];
        switch (random.Next(24))
        {
            case < 4: await PointsAsync(op); break;
            case < 7: await ChangesAsync(op); break;
            case < 11: await SessionsAsync(op); break;
            case < 13: await PartsAsync(op); break;
            case 13: await WriteAsync(op, Dataset.Tariffs, new RecordPage { Tariffs = [Accept(TariffOf(op))] }); break;
            case 14: await PlaceAsync(op); break;
            case 15: await new SameAsSweep(hub.Database) { SimulatedClock = hub.Clock }.RunAsync(CancellationToken.None); break;
            case 16: await SweepAsync(op); break;
            case 17: await PurgeAsync(op); break;
            case 18 or 19: await WriteAsync(op, Dataset.ReportedUsage, new RecordPage { ReportedUsage = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => UsageOf(op)).DistinctBy(u => u.ReportedUsageId).Select(Accept)] }); break;
            case 20 or 21: await OutagesAsync(op); break;
            case 22: hub.Clock.Move(TimeSpan.FromMinutes(random.Next(10, 200))); break;
            default: await hub.LookAtFreshnessAsync(); break;
        }
    }

    private DateTimeOffset Now => hub.Clock.GetUtcNow();

    private string Number(int most) => random.Next(most).ToString(CultureInfo.InvariantCulture);

    /// <summary>A page of a crawl, with what it saw and now and then a claim that all is fresh.</summary>
    private Task PointsAsync(string op)
    {
        var points = Enumerable.Range(0, random.Next(1, 5)).Select(_ => PointOf(op, Number(6))).DistinctBy(p => p.ChargePointId).ToList();
        return WriteAsync(
            op, Dataset.ChargePoints,
            new RecordPage { ChargePoints = [.. points.Select(Accept)], Statuses = [.. points.Where(_ => random.Next(2) == 0).Select(p => new StatusObservation(p.ChargePointId, Statuses[random.Next(4)], null))] },
            page => page with
            {
                StatusesAreEvidence = random.Next(2) == 0,
                Areas = points.Where(_ => random.Next(3) > 0).ToDictionary(p => p.ChargePointId, _ => AreasOf()),
                Claims = random.Next(2) == 0 ? [new Claim(Dataset.ChargePoints, new Window(Now, Now.AddMinutes(15)), ClaimKind.Covered)] : [],
            });
    }

    private Task ChangesAsync(string op) => WriteAsync(op, Dataset.StatusChanges, new RecordPage
    {
        StatusChanges =
        [
            .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Accept(new StatusChange
            {
                ChargePointId = $"{op}:{Number(6)}", OperatorId = op, Status = Statuses[random.Next(4)], At = Now.AddMinutes(-random.Next(4) * 5),
                Evidence = random.Next(2) == 0 ? Evidence.Event : Evidence.Snapshot,
            })),
        ],
    });

    private Task SessionsAsync(string op) => WriteAsync(op, Dataset.ChargingSessions, new RecordPage
    {
        ChargingSessions = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Accept(SessionOf(op, "S" + Number(25), null)))],
    });

    /// <summary>Begun, ended or corrected, also to be of another charge point.</summary>
    private Task OutagesAsync(string op) => WriteAsync(op, Dataset.Outages, new RecordPage
    {
        Outages =
        [
            .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Accept(new Outage
            {
                OutageId = $"{op}:O{Number(12)}", OperatorId = op, ChargePointId = $"{op}:{Number(6)}", StartedAt = Now.AddMinutes(-random.Next(600)),
                EndedAt = random.Next(2) == 0 ? Now : null, Category = random.Next(2) == 0 ? OutageCategory.Comms : null, LastUpdated = Now.AddMinutes(-random.Next(30)),
            })),
        ],
    });

    /// <summary>A CDR alone, or the session that it turns out to be of.</summary>
    private Task PartsAsync(string op)
    {
        var id = Number(4);
        var start = MirrorClock.Begin.AddMinutes(int.Parse(id, CultureInfo.InvariantCulture) * 40);
        var cdr = random.Next(2) == 0;
        var own = cdr ? "CDR C" + id : "J" + id;
        var part = new SessionPart(cdr ? SessionPartKind.Cdr : SessionPartKind.Session, $"{op}:{own}", NamesSession: !cdr, IsFinal: true, null);
        return WriteAsync(op, Dataset.ChargingSessions, new RecordPage { ChargingSessions = [Accept(SessionOf(op, own, part) with { ChargePointId = $"{op}:{id}", PlugInAt = start, PlugOutAt = start.AddHours(1) })] });
    }

    private async Task PlaceAsync(string op) => await new AreaStore(hub.Database) { SimulatedClock = hub.Clock }.WriteAsync(
        [.. Enumerable.Range(0, random.Next(1, 7)).Select(n => new PlacedChargePoint(op, $"{op}:{n}", AreasOf()))], CancellationToken.None);

    /// <summary>Nobody has seen anything of the operator.</summary>
    private Task SweepAsync(string op) => WriteAsync(op, Dataset.ChargePoints, new RecordPage(), page => page with { StatusesAreEvidence = true, StaleAt = Now });

    private async Task PurgeAsync(string op)
    {
        var (dataset, id) = random.Next(7) switch
        {
            0 => (Dataset.ChargePoints, Number(6)),
            1 => (Dataset.Tariffs, "T" + Number(3)),
            2 => (Dataset.ReportedUsage, UsageOf(op).ReportedUsageId[(op.Length + 1)..]),
            3 => (Dataset.Outages, "O" + Number(12)),
            _ => (Dataset.ChargingSessions, "S" + Number(25)),
        };
        var isMended = random.Next(2) == 0;
        await new PurgeStore(hub.Database) { SimulatedClock = hub.Clock }.PurgeAsync(new Purge(dataset, op, $"{op}:{id}", HidesId: random.Next(5) == 0, isMended, "proof", "proof"), CancellationToken.None);
        // What is kept out would leave the story with less and less: all is mended in the end.
        if (!isMended) await new PurgeStore(hub.Database) { SimulatedClock = hub.Clock }.PurgeAsync(new Purge(dataset, op, $"{op}:{id}", false, IsMended: true, "proof", "proof"), CancellationToken.None);
    }

    private async Task WriteAsync(string op, Dataset dataset, RecordPage records, Func<PageToWrite, PageToWrite>? with = null)
    {
        var page = new PageToWrite { Feed = new FeedKey(op, "main", dataset), RunId = Guid.NewGuid(), PageNumber = 1, AskedAt = Now, Records = records };
        var planted = losesAnnouncements && random.Next(10) == 0 ? PlantedBug.LostAnnouncement : PlantedBug.None;
        await new PageWriter(hub.Database) { SimulatedClock = hub.Clock, Planted = planted }.WriteAsync(with?.Invoke(page) ?? page, CancellationToken.None);
    }

    private AreaCodes AreasOf() => Boroughs[random.Next(4)] is { } borough ? new AreaCodes(borough, borough, "W" + Number(3), "L" + Number(3), "1") : AreaCodes.None;

    private ChargePoint PointOf(string op, string id)
    {
        var band = random.Next(3);
        return new ChargePoint
        {
            ChargePointId = $"{op}:{id}",
            OperatorId = op,
            OperatorName = op,
            LocationId = $"{op}:L{Number(3)}",
            Latitude = 51.5m,
            Longitude = -0.1m - (0.01m * int.Parse(id, CultureInfo.InvariantCulture)),
            MaxPowerKw = band,
            PowerBand = Bands[band],
            Published = random.Next(4) > 0,
            LastUpdated = Now,
            EvseId = random.Next(2) == 0 ? "GB*X*E" + id : null,
        };
    }

    private Tariff TariffOf(string op) => new() { TariffId = $"{op}:T{Number(3)}", OperatorId = op, Currency = "GBP", PencePerKwh = random.Next(90), LastUpdated = Now };

    /// <summary>Of a charge point, a location or the operator, known or not; figures of one are corrected.</summary>
    private ReportedUsage UsageOf(string op)
    {
        var group = (UsageGroup)random.Next(3);
        var own = group switch { UsageGroup.ChargePoint => Number(7), UsageGroup.Location => "L" + Number(4), _ => null };
        var period = Period.Parse(random.Next(2) == 0 ? "2080-01" : "2080-02")!;
        return new ReportedUsage
        {
            ReportedUsageId = $"{op}:{ReportedUsage.IdOf(group, own, period.Text)}",
            OperatorId = op,
            Group = group,
            ChargePointId = group == UsageGroup.ChargePoint ? $"{op}:{own}" : null,
            LocationId = group == UsageGroup.Location ? $"{op}:{own}" : null,
            Period = period.Text,
            PeriodUnit = period.Unit,
            PeriodFrom = period.Window.From,
            PeriodTo = period.Window.To,
            EnergyKwh = random.Next(500),
        };
    }

    private ChargingSession SessionOf(string op, string id, SessionPart? part)
    {
        var start = Now.AddMinutes(-random.Next(600));
        return new ChargingSession
        {
            SessionId = $"{op}:{id}",
            OperatorId = op,
            ChargePointId = $"{op}:{Number(6)}",
            PlugInAt = start,
            PlugOutAt = start.AddMinutes(45),
            EnergyKwh = random.Next(1, 60),
            LastUpdated = Now.AddMinutes(-random.Next(30)),
            Part = part,
        }.WithDerived();
    }

    private static Judged<T> Accept<T>(T record) => new(record, []);
}
