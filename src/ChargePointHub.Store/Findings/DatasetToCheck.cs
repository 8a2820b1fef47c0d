using ChargePointHub.Model;

namespace ChargePointHub.Store.Findings;

/// <summary>What is to be looked at of one operator, and of which times the hub knows everything: it never judges its own blindness.</summary>
/// <param name="Window">Events in it are judged.</param>
/// <param name="Sessions">Event times of which every charging session is here.</param>
/// <param name="Told">The part of these in which every session had its time to be told.</param>
/// <param name="Statuses">Event times of which every status change is here, of an operator that reports them as they happen; none: it does not.</param>
/// <param name="Silence">In which a charge point may have been silent; null: not all of it is known.</param>
/// <param name="SessionWeeks">Whole London weeks of which every session is here.</param>
/// <param name="StatusWeeks">Whole London weeks of which statuses are known, where they are.</param>
public sealed record DatasetToCheck(
    string OperatorId, Window Window, Coverage Sessions, Coverage Told, Coverage Statuses, Window? Silence, IReadOnlyList<Window> SessionWeeks, IReadOnlyList<Window> StatusWeeks)
{
    /// <summary>With what may reach into the window and out of it.</summary>
    public Window Around => AroundOf(Window, Silence);

    public static Window AroundOf(Window window, Window? silence)
    {
        var (from, to) = (window.From - DatasetRule.LongestSession, window.To + DatasetRule.LongestSession);
        return new Window(silence is { } quiet && quiet.From < from ? quiet.From : from, to);
    }

    /// <summary>Times in which findings of a rule can be found, and so can be seen to have ended; null: it judges what is there now.</summary>
    public Coverage? JudgedBy(DatasetRule rule)
    {
        if (rule == DatasetRule.SessionsOverlap) return Coverage.Of(Window);
        if (rule == DatasetRule.SessionNotOccupied) return Statuses.Intersect(Window);
        if (rule == DatasetRule.OccupiedWithoutSession) return Statuses.Intersect(Told).Intersect(Window);
        if (rule == DatasetRule.ChargePointSilent) return Silence is null ? Coverage.None : null;
        if (rule.Dataset == Dataset.ChargePoints) return null;
        return Coverage.Of(rule == DatasetRule.OftenUnknown ? StatusWeeks : SessionWeeks);
    }
}

/// <summary>What a check of one operator came to.</summary>
/// <param name="Found">Findings that hold now, in the time that was looked at.</param>
/// <param name="Begun">Of these the ones that were not there before.</param>
/// <param name="Ended">Findings that no longer hold.</param>
/// <param name="LeftOut">Found, and not kept, as of one rule no more than <see cref="FindingStore.MostOpen"/> are.</param>
public sealed record DatasetChecked(long Found, long Begun, long Ended, long LeftOut);
