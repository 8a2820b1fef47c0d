using System.Text.Json.Serialization;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>How collecting one dataset goes, in one word that anyone may know. The worse, the later in this list.</summary>
public enum FeedStanding
{
    /// <summary>The operator file stops it.</summary>
    [JsonStringEnumMemberName("inactive")] Inactive,

    /// <summary>The newest poll that ended came through.</summary>
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>Nothing was asked for yet.</summary>
    [JsonStringEnumMemberName("not_begun")] NotBegun,

    /// <summary>Polls are due and are not even tried.</summary>
    [JsonStringEnumMemberName("overdue")] Overdue,

    /// <summary>The newest poll that ended failed.</summary>
    [JsonStringEnumMemberName("failing")] Failing,
}

/// <summary>From the run log to the word.</summary>
public static class FeedStandings
{
    /// <summary>A dataset is overdue when so many polls in a row were not even tried.</summary>
    private const int MissedPolls = 3;

    /// <summary>A crawl may take hours under an operator's limit; one that has no end after this belongs to a hub that is gone.</summary>
    private static readonly TimeSpan LongestCrawl = TimeSpan.FromDays(1);

    public static FeedStanding Of(bool isActive, TimeSpan cadence, FeedActivity activity, DateTimeOffset now)
    {
        if (!isActive) return FeedStanding.Inactive;
        if (activity.IsFailing) return FeedStanding.Failing;
        if (activity.LastAttemptAt is not { } attempt) return FeedStanding.NotBegun;
        var until = activity.RunsSince + LongestCrawl ?? attempt + Patience(cadence);
        return now > until ? FeedStanding.Overdue : FeedStanding.Ok;
    }

    /// <summary>From one attempt to when the next one is overdue.</summary>
    public static TimeSpan Patience(TimeSpan cadence) => ((MissedPolls + 1) * cadence) + TimeSpan.FromMinutes(1);

    /// <summary>Data may be as old as its freshness allows, and never has to be newer than polls bring it.</summary>
    public static TimeSpan LongestAge(TimeSpan freshness, TimeSpan cadence) => freshness > Patience(cadence) ? freshness : Patience(cadence);

    /// <summary>Of an operator: the worst of its datasets; inactive only where all are.</summary>
    public static FeedStanding Worst(IEnumerable<FeedStanding> standings) => standings.DefaultIfEmpty(FeedStanding.Inactive).Max();
}
