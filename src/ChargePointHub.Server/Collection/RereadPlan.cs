using System.Text;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Reads covered time of an event axis once more: the last 7 days each night, 35 days each week, 400 days each quarter. A record
/// keeps its place on such an axis when it is corrected, so nothing else would find that a long session has ended.
/// </summary>
/// <param name="operatorId">Spreads the hours: two operators are rarely re-read at the same time.</param>
public sealed class RereadPlan(string operatorId, DatasetPlan plan)
{
    /// <summary>A window that keeps failing is left out after so many trials; the next round asks for it again.</summary>
    private const int MostTrials = 3;

    private static readonly (int Days, TimeSpan Every)[] Rounds = [(7, TimeSpan.FromDays(1)), (35, TimeSpan.FromDays(7)), (400, TimeSpan.FromDays(91))];

    /// <summary>A Monday, at one in the morning.</summary>
    private static readonly DateTimeOffset FirstRound = new(2018, 1, 1, 1, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<int, RereadProgress> progress = [];
    private Rest rest = Rest.None;
    private int trials;

    /// <summary>False: the axis moves with corrections, so that live polls see them.</summary>
    public bool IsNeeded => plan.Axis is not (null or WindowAxis.LastUpdated);

    /// <summary>What was kept when the collection began. A re-read that was never begun counts as done: history has just been read.</summary>
    /// <returns>What is to be kept anew.</returns>
    public IReadOnlyList<RereadProgress> Begin(IReadOnlyList<RereadProgress> kept, DateTimeOffset now)
    {
        if (!IsNeeded) return [];
        var added = new List<RereadProgress>();
        foreach (var (days, _) in Rounds)
        {
            var known = kept.FirstOrDefault(k => k.Dataset == plan.Dataset && k.Days == days);
            if (known is null) added.Add(known = new RereadProgress(plan.Dataset, days, now, now.AddDays(-days)));
            progress[days] = known;
        }

        return added;
    }

    /// <summary>When there may be something to read again.</summary>
    public DateTimeOffset NextDue(DateTimeOffset now)
    {
        if (!IsNeeded) return DateTimeOffset.MaxValue;
        Disbelieve(now);
        var due = Rounds.Min(r => IsUnderWay(r.Days) ? now : SlotAtOrBefore(r, now) > progress[r.Days].BeganAt ? now : SlotAtOrBefore(r, now) + r.Every);
        return rest.IsOver(now) || due > rest.Until ? due : rest.Until;
    }

    /// <summary>The next window, newest first, the shortest round first; null: nothing now.</summary>
    /// <param name="covered">Only what is here is read again; the rest is a gap.</param>
    public RereadWindow? Next(Coverage covered, DateTimeOffset now)
    {
        if (!IsNeeded || !rest.IsOver(now)) return null;
        Disbelieve(now);
        foreach (var round in Rounds)
        {
            var known = progress[round.Days];
            if (!IsUnderWay(round.Days) && SlotAtOrBefore(round, now) <= known.BeganAt) continue;
            if (!IsUnderWay(round.Days)) progress[round.Days] = known = known with { BeganAt = now, DownTo = now };
            var oldest = known.BeganAt.AddDays(-round.Days);
            if (plan.LookBack is { } lookBack && oldest < now - lookBack + plan.Cadence) oldest = now - lookBack + plan.Cadence;
            var left = Window.Between(Instants.ToWholeSecond(oldest).AddSeconds(1), known.DownTo) is { } within ? covered.Intersect(within) : Coverage.None;
            if (left.IsEmpty)
            {
                progress[round.Days] = known with { DownTo = known.BeganAt.AddDays(-round.Days) };
                return new RereadWindow(round.Days, null, progress[round.Days]);
            }

            var window = left[^1].CutNewestFirst(plan.LongestWindow).First();
            return new RereadWindow(round.Days, window, known with { DownTo = window.From });
        }

        return null;
    }

    /// <returns>What is to be kept; null: the window is tried again.</returns>
    public RereadProgress? Ended(RereadWindow read, RunResult result, DateTimeOffset now)
    {
        if (result.Failure is { } failure)
        {
            var wait = failure.RetryAfter > plan.Cadence ? failure.RetryAfter.Value : plan.Cadence;
            rest = new Rest(now + wait, now);
            if (result.GoesOn || ++trials < MostTrials) return null;
        }

        trials = 0;
        return progress[read.Days] = read.WhenDone;
    }

    /// <summary>A round that began in the future began now at the latest: the clock had run ahead, and the next round is not put off until then.</summary>
    private void Disbelieve(DateTimeOffset now)
    {
        foreach (var (days, known) in progress.Where(p => p.Value.BeganAt > now).ToList())
            progress[days] = known with { BeganAt = now, DownTo = known.DownTo < now ? known.DownTo : now };
    }

    private bool IsUnderWay(int days) => progress[days].DownTo > progress[days].BeganAt.AddDays(-days);

    private DateTimeOffset SlotAtOrBefore((int Days, TimeSpan Every) round, DateTimeOffset now)
    {
        var hash = Encoding.UTF8.GetBytes(operatorId + plan.Dataset.Name).Aggregate(2166136261u, (h, b) => (h ^ b) * 16777619u);
        var first = FirstRound.AddMinutes(hash % 240).AddDays(hash / 240 % (int)round.Every.TotalDays);
        return first + (round.Every * Math.Floor((now - first) / round.Every));
    }
}

/// <summary>One window of a re-read.</summary>
/// <param name="Window">Null: the round is done, and that is to be kept.</param>
/// <param name="WhenDone">To be kept once the window has been read.</param>
public sealed record RereadWindow(int Days, Window? Window, RereadProgress WhenDone);
