using System.Text.Json.Serialization;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>What a piece of advice is about. The worst first.</summary>
public enum AdviceMatter
{
    [JsonStringEnumMemberName("failing")] Failing,
    [JsonStringEnumMemberName("overdue")] Overdue,
    [JsonStringEnumMemberName("stale")] Stale,
    [JsonStringEnumMemberName("certificate")] Certificate,
    [JsonStringEnumMemberName("hold")] Hold,
    [JsonStringEnumMemberName("certificate_soon")] CertificateSoon,
    [JsonStringEnumMemberName("limit")] Limit,
    [JsonStringEnumMemberName("quarantine")] Quarantine,
    [JsonStringEnumMemberName("waiting")] Waiting,
    [JsonStringEnumMemberName("history_failing")] HistoryFailing,
    [JsonStringEnumMemberName("notices")] Notices,
    [JsonStringEnumMemberName("gaps")] Gaps,
    [JsonStringEnumMemberName("not_begun")] NotBegun,
    [JsonStringEnumMemberName("inactive")] Inactive,
    [JsonStringEnumMemberName("nothing")] Nothing,
}

/// <param name="FeedId">Null: of the operator as a whole.</param>
/// <param name="Dataset">Null: of the feed or the operator as a whole.</param>
/// <param name="Sentence">What is so, and who does what about it.</param>
public sealed record Advice(AdviceMatter Matter, string? FeedId, Dataset? Dataset, string Sentence);

/// <summary>What to do, worked out from the facts alone.</summary>
public static class FeedAdvice
{
    /// <summary>A charge point that is new to the operator is in its list by then.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromDays(1);

    private const long ManyWait = 1000;

    /// <summary>At least one; the worst first, then by feed and dataset.</summary>
    public static IReadOnlyList<Advice> Of(FeedHealthFacts facts)
    {
        var all = facts.Datasets.Select(d => OfDataset(d, facts.Now)).Concat(facts.Feeds.SelectMany(f => OfFeed(f, facts.Now))).Append(OfHold(facts))
            .OfType<Advice>().Concat(facts.Datasets.SelectMany(d => OfRecords(d, facts.OperatorId, facts.Now))).Concat(facts.Receivers.Where(r => r.Failure is not null).Select(OfReceiver))
            .OrderBy(a => a.Matter).ThenBy(a => a.FeedId, StringComparer.Ordinal).ThenBy(a => a.Dataset?.Name, StringComparer.Ordinal).ToList();
        return all.Count > 0 ? all : [new Advice(AdviceMatter.Nothing, null, null, "All is well: nothing needs to be done.")];
    }

    private static Advice? OfDataset(DatasetHealth d, DateTimeOffset now) => d.Standing switch
    {
        FeedStanding.Failing => new Advice(AdviceMatter.Failing, d.Plan.FeedId, d.Plan.Dataset, OfFailure(d.Activity.Failure)),
        FeedStanding.Overdue => new Advice(AdviceMatter.Overdue, d.Plan.FeedId, d.Plan.Dataset,
            $"The hub itself has asked for nothing since {Instants.Format(d.Activity.LastAttemptAt!.Value)}: whoever keeps it should see that a hub that collects is running."),
        FeedStanding.NotBegun when d.Plan.IsHandedIn => new Advice(AdviceMatter.NotBegun, d.Plan.FeedId, d.Plan.Dataset,
            "No file was handed in yet: the operator sends one to POST /v1/submissions under a key of its own, or whoever keeps the hub imports it."),
        FeedStanding.NotBegun => new Advice(AdviceMatter.NotBegun, d.Plan.FeedId, d.Plan.Dataset,
            "Nothing was asked for yet: collecting begins by itself within a cadence, where a hub that collects is running."),
        FeedStanding.Inactive => new Advice(AdviceMatter.Inactive, d.Plan.FeedId, d.Plan.Dataset,
            "Collecting is stopped on purpose: to go on, set active to true in the operator file."),
        _ when d.NewestAt is { } newest && now - newest > FeedStandings.LongestAge(d.Plan.Freshness, d.Plan.Cadence) => new Advice(AdviceMatter.Stale, d.Plan.FeedId, d.Plan.Dataset,
            $"The newest whole data is of {Instants.Format(newest)}, older than its freshness limit: a pull is on its way; if it stays so, the operator's API is too slow for its cadence and limits."),
        _ when d.Activity.BackfillFailure is { } failure => new Advice(AdviceMatter.HistoryFailing, d.Plan.FeedId, d.Plan.Dataset,
            $"The present comes in and history does not: {OfFailure(failure)}"),
        _ when d.OpenTime > TimeSpan.Zero && !d.Plan.Dataset.IsSnapshot && d.Plan.IsHandedIn => new Advice(AdviceMatter.Gaps, d.Plan.FeedId, d.Plan.Dataset,
            "Some time is missing, as no whole file of it was handed in: the operator sends one of each period that /v1/gaps lists, or whoever keeps the hub imports it."),
        _ when d.OpenTime > TimeSpan.Zero && !d.Plan.Dataset.IsSnapshot => new Advice(AdviceMatter.Gaps, d.Plan.FeedId, d.Plan.Dataset,
            "Some time is missing and the hub is fetching it by itself: nothing needs to be done but to keep the API up."),
        _ => null,
    };

    private static IEnumerable<Advice> OfFeed(FeedFacts feed, DateTimeOffset now)
    {
        if (!feed.IsActive) yield break;
        if (feed.Tls is { } tls)
        {
            var days = tls.DaysLeft(now);
            var date = $"{tls.CertificateExpiresAt:yyyy-MM-dd}";
            if (days < 0) yield return new Advice(AdviceMatter.Certificate, feed.FeedId, null, $"The certificate of the operator's server ended on {date}: the operator must renew it now, as every new connection is refused.");
            else if (days < TlsSeen.UrgentDays) yield return new Advice(AdviceMatter.Certificate, feed.FeedId, null, $"The certificate of the operator's server ends on {date}: the operator must renew it before then, or the hub refuses it.");
            else if (days < TlsSeen.SoonDays) yield return new Advice(AdviceMatter.CertificateSoon, feed.FeedId, null, $"The certificate of the operator's server ends on {date}: the operator should plan its renewal.");
        }

        foreach (var use in feed.Limits.Where(l => l.Used >= l.Limit.Requests).Take(1))
            yield return new Advice(AdviceMatter.Limit, feed.FeedId, null, $"All {use.Limit.Requests} requests that the operator allows in {use.Limit.Interval:g} are used up, so pulls wait: ask the operator for more, or poll less often.");
    }

    private static Advice? OfHold(FeedHealthFacts facts) => facts.Hold is not { } hold ? null : new Advice(AdviceMatter.Hold, null, Dataset.ChargePoints, hold.ReleasedAt is null
        ? $"A crawl is not believed: of {hold.Known} charge points {hold.Vanishing} would vanish and {hold.Changing} move at once. If that is true, whoever keeps the hub runs: feeds release {facts.OperatorId}; if not, the operator mends its list."
        : "The crawl that was held is released: the next whole one is believed, and nothing needs to be done.");

    private static Advice OfReceiver(ReceiverState receiver) => new(AdviceMatter.Notices, null, null, ToldFailure.IsGivenUp(receiver.Failure)
        ? $"A notice to {receiver.ReceiverId} is given up: {ToldFailure.OfNotice(receiver.Failure)} It is not sent again, the next ones are; waiting: {receiver.Waiting}. Whoever keeps that receiver should see to it."
        : $"Notices do not reach {receiver.ReceiverId}, waiting: {receiver.Waiting}. {ToldFailure.OfNotice(receiver.Failure)} Whoever keeps that receiver should see to it; the hub tries again by itself.");

    private static IEnumerable<Advice> OfRecords(DatasetHealth d, string operatorId, DateTimeOffset now)
    {
        if (d.Quarantine is { WaitingSince: { } since } quarantine && (now - since >= LongWait || quarantine.Waiting >= ManyWait))
        {
            var gone = quarantine.WaitedInVain == 0 ? "" : $" So many waited that {quarantine.WaitedInVain} older ones are lost.";
            yield return new Advice(AdviceMatter.Waiting, d.Plan.FeedId, d.Plan.Dataset,
                $"Sessions that wait for a charge point which the operator does not list: {quarantine.Waiting}, the oldest since {Instants.Format(since)}.{gone} "
                + $"The operator should list these charge points; /v1/quarantine?operator={operatorId}&rule={QuarantineRules.Wait} shows which.");
        }

        if (d.Quarantine.Refused == 0) yield break;
        var worst = d.Findings.Where(f => f.Severity == Words<Severity>.Of(Severity.Error)).MaxBy(f => f.Count);
        var why = worst is null ? "" : $", most often by the rule {worst.Rule}";
        yield return new Advice(AdviceMatter.Quarantine, d.Plan.FeedId, d.Plan.Dataset,
            $"Records that cannot be used: {d.Quarantine.Refused}{why}. The operator should correct them and send them again; /v1/quarantine?operator={operatorId} shows each with what is wrong.");
    }

    /// <param name="failure">Slug of a <see cref="FailureKind"/>.</param>
    public static string OfFailure(string? failure) => Words<FailureKind>.Parse(failure) switch
    {
        FailureKind.Unreachable => "The operator's server cannot be reached: the operator should see that it is up and open to the hub, which goes on trying by itself.",
        FailureKind.TimedOut => "The operator's server takes longer than a minute to answer: the operator should make it faster, or page_size in the operator file be made smaller.",
        FailureKind.TlsRefused => "The operator's TLS is refused: the operator must show a valid certificate for its host with the whole chain, by TLS 1.2 or 1.3; where the operator file names a ca_file, it must hold the certificates of who signed it.",
        FailureKind.AddressRefused => "The operator's address leads where the hub must not go: correct base_url in the operator file, or name the host in allow_private_hosts if that is meant.",
        FailureKind.Unauthorised => "The operator does not take the credential: get a new one from the operator and put it where the operator file's credential points.",
        FailureKind.Forbidden => "The operator knows the credential and refuses it this data: the operator must give it the right to read it.",
        FailureKind.Throttled => "More is asked than the operator lets through: write the operator's real limits into the operator file, or agree on higher ones.",
        FailureKind.ServerError => "The operator's server fails while answering: the operator should look into its log at the time of the last attempt; the hub goes on trying.",
        FailureKind.UnexpectedStatus => "The operator answers with a status that is no answer: compare base_url and paths in the operator file with the operator's documentation.",
        FailureKind.TooLarge => "The operator's answers are too large: the operator should page them, or page_size in the operator file be made smaller.",
        FailureKind.NotJson => "The operator's answers are not valid JSON: the operator must mend its API, or base_url leads to a page for people.",
        FailureKind.Truncated => "The operator's answers break off in the middle: the operator should look at its server or proxy; the hub goes on trying.",
        FailureKind.ProtocolError => "The operator's answers do not keep to the protocol: the operator should mend what the detail of the last failure names.",
        FailureKind.LoopDetected => "The operator's pages lead in a circle: the operator must mend its links to the next page.",
        FailureKind.CredentialMissing => "The hub has no credential for this feed, and this is not the operator's doing: whoever keeps the hub must put it where the operator file's credential points.",
        FailureKind.HubFault => "The hub itself failed, and this is not the operator's doing: whoever keeps the hub must look into its log at the time of the last attempt, and report what stands there.",
        _ => "The last poll failed in a way that this version of the hub has no words for: look at the detail of the failure.",
    };
}
