using System.Collections.Concurrent;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>
/// One page is one transaction: records, versions, statuses, areas, quarantine and, with the last page, the claim; all or nothing.
/// Everything is decided first; only a page that changes something takes a tick, and then writes.
/// </summary>
public sealed class PageWriter(Database database)
{
    /// <summary>Refused records of one operator and dataset that quarantine holds, and as many sessions that wait, unless told otherwise; the newest stay.</summary>
    public const int MostInQuarantine = 100_000;

    private readonly ConcurrentBag<PageBuffer> buffers = [];
    private readonly StatusPartitions partitions = new();

    /// <summary>A fault built in on request, so that a proof can show that it would be seen.</summary>
    internal PlantedBug Planted { get; init; }

    /// <summary>Stands in for the database's clock in simulations, in which a day passes in seconds.</summary>
    internal TimeProvider? SimulatedClock { get; init; }

    /// <summary>
    /// For proofs: a page that has arrived is written even when its collection has been told to end, as a statement on its way to
    /// the database would be. What then keeps a woken hub from writing is the fence alone.
    /// </summary>
    internal bool OutlivesItsCollection { get; init; }

    /// <summary>Of one operator and dataset, refused and waiting each.</summary>
    internal int QuarantineBound { get; init; } = MostInQuarantine;

    /// <summary>Called at points of a page's transaction with what it writes, for proofs that kill the hub there.</summary>
    internal Func<CommitPoint, PageToWrite, ValueTask>? AtPoint { get; init; }

    /// <summary>Any page may be written twice; the second time changes nothing.</summary>
    /// <exception cref="LeaseLostException">Another instance has taken the operator's lease: nothing is written.</exception>
    public async Task<PageWritten> WriteAsync(PageToWrite page, CancellationToken cancellationToken)
    {
        if (OutlivesItsCollection) cancellationToken = CancellationToken.None;
        await ReachAsync(CommitPoint.Arrived, page);
        page = PlantedFaults.Apply(Planted, EventTimes.Refuse(page));
        if (Planted == PlantedBug.ClaimBeforeRows && page.Claims.Count > 0)
        {
            await WriteOnceAsync(page with { Records = new RecordPage() }, cancellationToken);
            page = page with { Claims = [] };
        }

        return await WriteOnceAsync(page, cancellationToken);
    }

    private async Task<PageWritten> WriteOnceAsync(PageToWrite page, CancellationToken cancellationToken)
    {
        if (!buffers.TryTake(out var buffer)) buffer = new PageBuffer();
        try
        {
            await using var connection = await database.Pages.OpenConnectionAsync(cancellationToken);
            await partitions.EnsureAsync(connection, StatusStage.TimesOf(page), cancellationToken);
            return await WriteAsync(connection, page, buffer, cancellationToken);
        }
        finally
        {
            buffer.Clear();
            buffers.Add(buffer);
        }
    }

    private async Task<PageWritten> WriteAsync(NpgsqlConnection connection, PageToWrite page, PageBuffer buffer, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Keys, quarantine and ledger rows belong to one operator: under this lock what is decided stays so until it is written.
        await AdvisoryLocks.TakePagesAsync(connection, page.Feed.OperatorId, cancellationToken);
        if (page.LeaseToken is { } token && Planted != PlantedBug.NoFencing)
            await OperatorLeases.CheckAsync(connection, page.Feed.OperatorId, token, cancellationToken);
        var sent = page.Records.Count;
        page = await PurgedMarks.LeaveOutAsync(connection, page, cancellationToken);
        var keptOut = sent - page.Records.Count;

        var quarantine = new QuarantineStage(connection, page, QuarantineBound);
        await quarantine.DecideAsync(cancellationToken);
        var chargePoints = await RecordStages.ChargePoints.DecideAsync(connection, page, ToStage(page.Records.ChargePoints), buffer, cancellationToken);
        var absence = new AbsenceStage(connection, page);
        chargePoints = chargePoints.Without(await absence.DecideAsync(cancellationToken));
        IReadOnlyList<Judged<Tariff>> namedTariffs = [.. page.Records.Tariffs, .. await absence.EndedTariffsAsync(cancellationToken)];
        var tariffs = await RecordStages.Tariffs.DecideAsync(connection, page, ToStage(namedTariffs), buffer, cancellationToken);
        var stagedSessions = new List<ChargingSession>(quarantine.Sessions.Count);
        var sessions = await RecordStages.ChargingSessions.DecideAsync(connection, page, quarantine.Sessions, buffer, cancellationToken, quarantine.AreJoined, stagedSessions);
        if (Planted == PlantedBug.NoKey) sessions = await PlantedFaults.ForgetKeysAsync(connection, cancellationToken);
        List<ToStage<Outage>> named = [.. quarantine.Outages, .. ToStage(page.Records.Outages)];
        var outages = await RecordStages.Outages.DecideAsync(connection, page, named, buffer, cancellationToken);
        var reported = await ReportedUsageStage.JudgeAsync(connection, page, quarantine.Usage, cancellationToken);
        var usage = await RecordStages.ReportedUsage.DecideAsync(connection, page, reported, buffer, cancellationToken);
        var statuses = new StatusStage(connection, page, absence, quarantine.Changes);
        await statuses.DecideAsync(buffer, cancellationToken);
        var coverage = new CoverageStage(connection, page, SimulatedClock?.GetUtcNow());
        await coverage.DecideAsync(cancellationToken);
        var placed = page.Areas.ExceptBy(absence.SetAside, a => a.Key);
        var areas = await AreaStore.WriteAsync(connection, [.. placed.Select(a => new PlacedChargePoint(page.Feed.OperatorId, a.Key, a.Value))], cancellationToken);
        await UsageStage.WriteAsync(connection, page.Feed.OperatorId, stagedSessions, sessions, quarantine.Ended, cancellationToken);
        await ReachAsync(CommitPoint.Staged, page);

        Tick? tick = null;
        if (quarantine.Written > 0 || quarantine.Ended.Count > 0 || chargePoints.WriteSomething || tariffs.WriteSomething || sessions.WriteSomething || outages.WriteSomething || usage.WriteSomething
            || statuses.WriteSomething || coverage.WriteSomething || areas.Count > 0)
        {
            var taken = await HubClock.NextAsync(connection, SimulatedClock?.GetUtcNow(), cancellationToken);
            await RecordStages.ChargePoints.WriteAsync(connection, page, chargePoints, taken, cancellationToken);
            await RecordStages.Tariffs.WriteAsync(connection, page, tariffs, taken, cancellationToken);
            await RecordStages.ChargingSessions.WriteAsync(connection, page, sessions, taken, cancellationToken, hasKey: Planted != PlantedBug.NoKey);
            await RecordStages.Outages.WriteAsync(connection, page, outages, taken, cancellationToken);
            await RecordStages.ReportedUsage.WriteAsync(connection, page, usage, taken, cancellationToken);
            if (sessions.Changed > 0) await Announcements.OfMovesAsync(connection, Dataset.ChargingSessions, RecordStages.ChargingSessions.Table, page.Feed.OperatorId, taken, cancellationToken);
            if (outages.Changed > 0) await Announcements.OfMovesAsync(connection, Dataset.Outages, RecordStages.Outages.Table, page.Feed.OperatorId, taken, cancellationToken);
            if (quarantine.Ended.Count > 0)
            {
                var ended = await RecordStages.ChargingSessions.EndAsync(connection, page, quarantine.Ended, taken, cancellationToken);
                await Announcements.OfEndsAsync(connection, Dataset.ChargingSessions, page.Feed.OperatorId, ended, taken, cancellationToken);
            }

            await statuses.WriteAsync(taken, cancellationToken);
            await coverage.WriteAsync(taken, cancellationToken);
            if (areas.Count > 0 || chargePoints.WriteSomething) await AreaStore.MarkChangeAsync(connection, taken, cancellationToken);
            IEnumerable<string> points = [.. await RecordStages.ChargePoints.WrittenAsync(connection, chargePoints, cancellationToken), .. statuses.Moved];
            if (Planted != PlantedBug.LostAnnouncement)
                await Announcements.OfChargePointsAsync(connection, [.. points.Select(id => (page.Feed.OperatorId, id)), .. areas], taken, cancellationToken);
            tick = taken;
        }

        await ReachAsync(CommitPoint.RowsWritten, page);
        await transaction.CommitAsync(cancellationToken);
        await ReachAsync(CommitPoint.Committed, page);

        Counts[] all = [chargePoints, tariffs, sessions, outages, usage, statuses.Counts];
        return new PageWritten(
            tick?.Number,
            all.Sum(c => c.Added),
            all.Sum(c => c.Changed),
            all.Sum(c => c.Unchanged),
            page.Records.Refused.Count,
            quarantine.Waiting,
            quarantine.Released)
        {
            Late = all.Sum(c => c.Late),
            KeptOut = keptOut,
            Taken = page.Records,
            Unplaced = reported.Count(u => u.Findings.Any(f => f.Rule == ReportedUsageRules.ChargePointUnknown)),
            SetAside = absence.SetAside,
            IsHeld = absence.IsHeld,
            IsHeldAnew = absence.IsHeldAnew,
            Rechecked = quarantine.Rechecked,
            OverflowingAnew = quarantine.OverflowingAnew,
        };
    }

    private static List<ToStage<T>> ToStage<T>(IReadOnlyList<Judged<T>> records) =>
        [.. records.Select(r => new ToStage<T>(r.Record, r.Findings))];

    private ValueTask ReachAsync(CommitPoint point, PageToWrite page) => AtPoint?.Invoke(point, page) ?? ValueTask.CompletedTask;
}

/// <summary>Points of a page's transaction.</summary>
internal enum CommitPoint
{
    /// <summary>The page is here; its transaction has not begun.</summary>
    Arrived,

    /// <summary>Everything is decided; no tick is taken yet.</summary>
    Staged,

    /// <summary>Everything is written and nothing is committed.</summary>
    RowsWritten,

    /// <summary>The page is durable.</summary>
    Committed,
}

/// <summary>Faults that a proof may ask for.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>The claim is committed before the rows that make it true.</summary>
    ClaimBeforeRows,

    /// <summary>Pages are written whoever holds the lease.</summary>
    NoFencing,

    /// <summary>Sessions are inserted without looking for their key.</summary>
    NoKey,

    /// <summary>A window is read from after its first instant, which belongs to it.</summary>
    EdgeLeftOut,

    /// <summary>The operator's word for when a record changed is believed of feeds that lie.</summary>
    TrustedLastUpdated,

    /// <summary>A page that is not the last claims its window.</summary>
    ClaimOnPartial,

    /// <summary>Followers of changes are not told that something that is served of a charge point changed.</summary>
    LostAnnouncement,
}
