using System.Collections.Concurrent;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>
/// All that one operator's books hold, asked by window as of an instant. Every answer is a function of the world and the
/// question; what is kept between questions only saves time, and is bounded.
/// </summary>
public sealed class OperatorTruth(World world, SimulatedOperator owner)
{
    private const int MostBlocksKept = 12;

    private readonly ConcurrentDictionary<int, Lazy<Block>> blocks = new();
    private readonly ConcurrentDictionary<int, Lazy<SimulatedStatusChange[]>> baselines = new();

    public SimulatedOperator Operator => owner;

    public World World => world;

    private long Epoch => world.Epoch.ToUnixTimeMilliseconds();

    /// <summary>
    /// The newest version, as of <paramref name="asOf"/>, of each session whose axis time then lies in <paramref name="window"/>,
    /// ascending by axis time, then id.
    /// </summary>
    /// <param name="axis">Last updated, plug-in or plug-out.</param>
    /// <param name="chargePoint">Index of the only charge point wanted; null: all.</param>
    public List<SessionVersion> Sessions(WindowAxis axis, Window window, DateTimeOffset asOf, int? chargePoint = null)
    {
        var (from, to, now) = (Milliseconds(window.From), Milliseconds(window.To), asOf.ToUnixTimeMilliseconds());
        var found = new List<(long Key, SessionVersion Version)>();
        var first = Math.Max(ChargePointDay.FirstBlock(from - (axis == WindowAxis.LastUpdated ? ChargePointDay.LongestLag : 0)), ChargePointDay.FirstBlock(Epoch));
        var last = ChargePointDay.LastBlock(Math.Min(to - 1, now));
        for (var block = first; block <= last; block++) Look(BlockAt(block).Sessions);
        if (axis == WindowAxis.LastUpdated)
        {
            var oldest = Math.Max(ChargePointDay.FirstBlock(from - ChargePointDay.LongestLag - ChargePointDay.LongestCorrection), ChargePointDay.FirstBlock(Epoch));
            for (var block = oldest; block < Math.Min(first, last + 1); block++) Look(BlockAt(block).Corrected);
        }

        found.Sort(static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : ById(a.Version.Session, b.Version.Session));
        return found.ConvertAll(f => f.Version);

        void Look(SimulatedSession[] sessions)
        {
            foreach (var session in sessions)
            {
                if (session.PlugInAt > now || (chargePoint is { } only && session.ChargePoint != only)) continue;
                var version = session.AsOf(now);
                var key = axis switch
                {
                    WindowAxis.LastUpdated => version.LastUpdated,
                    WindowAxis.PlugInAt => session.PlugInAt,
                    WindowAxis.PlugOutAt => version.Stage == SessionStage.Open ? long.MinValue : session.PlugOutAt,
                    _ => throw new ArgumentOutOfRangeException(nameof(axis), axis, "Sessions have no such time."),
                };
                if (key >= from && key < to) found.Add((key, version));
            }
        }
    }

    /// <summary>Status changes in the books as of <paramref name="asOf"/> with their time in the window, ascending by that time, then charge point.</summary>
    /// <param name="byReported">The time is when it was reported; otherwise when it happened.</param>
    public List<SimulatedStatusChange> StatusChanges(Window window, DateTimeOffset asOf, bool byReported = false)
    {
        var (from, to, now) = (Milliseconds(window.From), Milliseconds(window.To), asOf.ToUnixTimeMilliseconds());
        var found = new List<SimulatedStatusChange>();
        var first = Math.Max(ChargePointDay.FirstBlock(from - (byReported ? 1000 : 0)), ChargePointDay.FirstBlock(Epoch));
        for (var block = first; block <= ChargePointDay.LastBlock(Math.Min(to - 1, now)); block++)
        {
            foreach (var change in BlockAt(block).Changes)
            {
                var key = byReported ? change.ReportedAt : change.At;
                if (key >= from && key < to && change.ReportedAt <= now) found.Add(change);
            }
        }

        found.Sort((a, b) => (byReported ? a.ReportedAt.CompareTo(b.ReportedAt) : a.At.CompareTo(b.At)) is var order and not 0 ? order : a.ChargePoint.CompareTo(b.ChargePoint));
        return found;
    }

    /// <summary>The newest version, as of <paramref name="asOf"/>, of each outage whose axis time then lies in <paramref name="window"/>, ascending by that time, then charge point.</summary>
    /// <param name="axis">Last updated or start.</param>
    public List<OutageVersion> Outages(WindowAxis axis, Window window, DateTimeOffset asOf)
    {
        var (from, to, now) = (Milliseconds(window.From), Milliseconds(window.To), asOf.ToUnixTimeMilliseconds());
        var found = new List<(long Key, OutageVersion Version)>();
        var first = Math.Max(ChargePointDay.FirstBlock(from - SimulatedOutage.LongestLag), ChargePointDay.FirstBlock(Epoch));
        for (var block = first; block <= ChargePointDay.LastBlock(Math.Min(to - 1, now)); block++)
        {
            foreach (var outage in BlockAt(block).Outages)
            {
                if (outage.AsOf(now) is not { } version) continue;
                var key = axis == WindowAxis.LastUpdated ? version.LastUpdated : outage.StartedAt;
                if (key >= from && key < to) found.Add((key, version));
            }
        }

        found.Sort(static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Version.Outage.ChargePoint.CompareTo(b.Version.Outage.ChargePoint));
        return found.ConvertAll(f => f.Version);
    }

    /// <summary>By index of charge point: the change that began its present status.</summary>
    public SimulatedStatusChange[] Statuses(DateTimeOffset asOf)
    {
        var now = asOf.ToUnixTimeMilliseconds();
        var first = Math.Max(ChargePointDay.FirstBlock(now), ChargePointDay.FirstBlock(Epoch));
        var statuses = (SimulatedStatusChange[])Baseline(first).Clone();
        for (var block = first; block <= ChargePointDay.LastBlock(now); block++)
        {
            foreach (var change in BlockAt(block).Changes)
            {
                if (change.ReportedAt <= now) statuses[change.ChargePoint] = change;
            }
        }

        return statuses;
    }

    /// <summary>When the charge point's record, or its price, last changed; milliseconds since 1970.</summary>
    public long LastUpdated(SimulatedChargePoint point, DateTimeOffset asOf)
    {
        var now = asOf.ToUnixTimeMilliseconds();
        var priced = owner.TariffFor(point.Kind).LastUpdatedAt(now);
        return point.RemovedAt is { } removed && removed <= now ? Math.Max(removed, priced) : Math.Max(point.RecordedAt, priced);
    }

    private static int ById(SimulatedSession a, SimulatedSession b) =>
        a.ChargePoint != b.ChargePoint ? a.ChargePoint.CompareTo(b.ChargePoint)
        : a.Block != b.Block ? a.Block.CompareTo(b.Block) : a.Number.CompareTo(b.Number);

    // Times lie on whole milliseconds: an end within a millisecond takes that millisecond's first instant in, and leaves out the one of its own.
    private static long Milliseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    private Block BlockAt(int number)
    {
        if (blocks.Count > MostBlocksKept)
        {
            // Backfill walks backwards while live windows stay at the newest block: what is farthest from both goes.
            foreach (var old in blocks.Keys.Where(k => Math.Abs(k - number) > MostBlocksKept / 2).Order().Take(blocks.Count - MostBlocksKept)) blocks.TryRemove(old, out _);
        }

        return blocks.GetOrAdd(number, n => new Lazy<Block>(() => Generate(n))).Value;
    }

    private Block Generate(int number)
    {
        var sessions = new List<SimulatedSession>();
        var changes = new List<SimulatedStatusChange>();
        foreach (var point in owner.ChargePoints) ChargePointDay.Generate(world, owner, point, number, sessions, changes);
        SimulatedStatusChange[] ordered = [.. changes.OrderBy(c => c.At).ThenBy(c => c.ChargePoint)];
        return new Block([.. sessions], [.. sessions.Where(s => s.CorrectedAt is not null)], ordered, owner.ReportsOutages ? [.. OutagesOf(ordered)] : []);
    }

    // A fault lies wholly within its block, and nothing happens during it.
    private IEnumerable<SimulatedOutage> OutagesOf(SimulatedStatusChange[] changes) =>
        from each in changes.GroupBy(c => c.ChargePoint)
        from pair in each.Zip(each.Skip(1))
        where pair.First.Status == Status.OutOfOrder
        select SimulatedOutage.Of(world, owner.ChargePoints[each.Key], pair.First, pair.Second);

    // Each charge point's newest change before the block: looked for backwards, one block at a time, as far as the epoch.
    private SimulatedStatusChange[] Baseline(int block)
    {
        foreach (var old in baselines.Keys.Where(k => k < block - 2)) baselines.TryRemove(old, out _);
        return baselines.GetOrAdd(block, b => new Lazy<SimulatedStatusChange[]>(() => FindBaseline(b))).Value;
    }

    private SimulatedStatusChange[] FindBaseline(int block)
    {
        var result = new SimulatedStatusChange[owner.ChargePoints.Count];
        var sessions = new List<SimulatedSession>();
        var changes = new List<SimulatedStatusChange>();
        var oldest = ChargePointDay.FirstBlock(Epoch);
        foreach (var point in owner.ChargePoints)
        {
            changes.Clear();
            for (var b = block - 1; b >= oldest && changes.Count == 0; b--)
            {
                sessions.Clear();
                ChargePointDay.Generate(world, owner, point, b, sessions, changes);
            }

            result[point.Index] = changes.Count > 0 ? changes[^1] : new SimulatedStatusChange(point.Index, Status.Available, Epoch, Epoch);
        }

        return result;
    }

    private sealed record Block(SimulatedSession[] Sessions, SimulatedSession[] Corrected, SimulatedStatusChange[] Changes, SimulatedOutage[] Outages);
}
