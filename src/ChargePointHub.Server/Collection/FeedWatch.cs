using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Notices;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// Beside the collection from one operator: notes what its servers show, what breaks and what has recovered, and makes the notices of
/// it. It looks by the clock and not by the end of a pull, for it is needed most while the operator hangs.
/// </summary>
public sealed partial class FeedWatch(FeedClients clients, FeedTlsStore tls, NoticeStore notices, TimeProvider time, ILogger<FeedWatch> log)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>The same certificate is noted anew after so long.</summary>
    private static readonly TimeSpan SeenAgain = TimeSpan.FromHours(1);

    /// <summary>Until cancelled. The database's absence is waited out.</summary>
    /// <exception cref="LeaseLostException">Another instance collects from the operator now.</exception>
    public async Task WatchAsync(OperatorDefinition definition, long? leaseToken, CancellationToken cancellationToken)
    {
        var (noted, watched) = (new Dictionary<string, TlsSeen>(), new WatchedSince(time.GetUtcNow()));
        using var looks = new PeriodicTimer(BetweenLooks, time);
        do
        {
            try
            {
                foreach (var feed in definition.Feeds) await NoteAsync(feed, leaseToken, noted, cancellationToken);
                await LookAsync(definition, leaseToken, watched.Look(time.GetUtcNow()), cancellationToken);
            }
            catch (Exception gone) when (DatabaseGone.Explains(gone))
            {
                watched.WasBlind(time.GetUtcNow());
            }
        }
        while (await looks.WaitForNextTickAsync(cancellationToken));
    }

    private async Task NoteAsync(FeedDefinition feed, long? leaseToken, Dictionary<string, TlsSeen> noted, CancellationToken cancellationToken)
    {
        if (clients.TlsOf(feed) is not { } seen) return;
        if (noted.TryGetValue(feed.FeedId, out var before) && seen.At - before.At < SeenAgain && seen with { At = before.At } == before) return;
        await tls.SaveAsync(feed.OperatorId, feed.FeedId, new SeenTls(seen.Version, seen.CertificateExpiresAt, seen.At), leaseToken, cancellationToken);
        noted[feed.FeedId] = seen;
    }

    /// <summary>Judges each dataset once.</summary>
    /// <param name="since">Before that nobody looked.</param>
    public async Task LookAsync(OperatorDefinition definition, long? leaseToken, DateTimeOffset since, CancellationToken cancellationToken)
    {
        foreach (var feed in definition.Feeds.Where(f => f.IsCollected)) await JudgeAsync(definition, feed, leaseToken, since, cancellationToken);
    }

    private async Task JudgeAsync(OperatorDefinition definition, FeedDefinition feed, long? leaseToken, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var plans = feed.Datasets.Where(d => d.CarriedBy is null).ToDictionary(d => d.Dataset);
        foreach (var condition in await notices.ReadAsync(feed.OperatorId, feed.FeedId, [.. plans.Keys], time.GetUtcNow(), cancellationToken))
        {
            var (plan, now, key) = (plans[condition.Dataset], Instants.ToStoredResolution(time.GetUtcNow()), new FeedKey(feed.OperatorId, feed.FeedId, condition.Dataset));
            var newest = BreakJudgement.NewestAt(plan, condition);
            if (condition is { BrokenAt: { } brokenAt, Cause: { } known })
            {
                if (!BreakJudgement.HasRecovered(plan, condition, now)) continue;
                if (await notices.RecoverAsync(key, brokenAt, now, Bodies(definition, new FeedNotice(key, known, brokenAt, now, newest)), leaseToken, cancellationToken)) LogRecovered(log, key);
            }
            else if (BreakJudgement.CauseOf(plan, condition, since, now) is { } cause)
            {
                if (await notices.BreakAsync(key, cause, now, Bodies(definition, new FeedNotice(key, cause, now, null, newest)), leaseToken, cancellationToken)) LogBroken(log, key, cause);
            }
        }
    }

    private static Dictionary<string, string> Bodies(OperatorDefinition definition, FeedNotice notice) =>
        definition.Notices.ToDictionary(r => r.ReceiverId, _ => NoticeText.Of(notice));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Feed} is broken: {Cause}")]
    private static partial void LogBroken(ILogger log, FeedKey feed, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Feed} has recovered")]
    private static partial void LogRecovered(ILogger log, FeedKey feed);
}
