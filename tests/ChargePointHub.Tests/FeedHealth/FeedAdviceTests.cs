using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.FeedHealth;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.FeedHealth;

/// <summary>What to do, for every failure kind and state, and in which order.</summary>
public sealed class FeedAdviceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<FailureKind, string> Kinds => new()
    {
        { FailureKind.Unreachable, "see that it is up" },
        { FailureKind.TimedOut, "make it faster" },
        { FailureKind.TlsRefused, "valid certificate" },
        { FailureKind.AddressRefused, "allow_private_hosts" },
        { FailureKind.Unauthorised, "get a new one from the operator" },
        { FailureKind.Forbidden, "give it the right" },
        { FailureKind.Throttled, "write the operator's real limits" },
        { FailureKind.ServerError, "look into its log" },
        { FailureKind.UnexpectedStatus, "compare base_url and paths" },
        { FailureKind.TooLarge, "page them" },
        { FailureKind.NotJson, "mend its API" },
        { FailureKind.Truncated, "server or proxy" },
        { FailureKind.ProtocolError, "mend what the detail" },
        { FailureKind.LoopDetected, "links to the next page" },
        { FailureKind.CredentialMissing, "not the operator's doing: whoever keeps the hub must put it" },
        { FailureKind.HubFault, "not the operator's doing: whoever keeps the hub must look into its log" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_failure_has_its_own_thing_to_do(FailureKind kind, string part)
    {
        var advice = Assert.Single(FeedAdvice.Of(Facts(Failing(Words<FailureKind>.Of(kind)))));

        Assert.Equal((AdviceMatter.Failing, "main", Dataset.ChargingSessions), (advice.Matter, advice.FeedId, advice.Dataset));
        Assert.Contains(part, advice.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_failure_kind_is_in_the_table_and_says_another_thing()
    {
        Assert.Equal(Enum.GetValues<FailureKind>(), Kinds.Select(k => (FailureKind)k[0]));
        Assert.Equal(Words<FailureKind>.All.Count + 1, Words<FailureKind>.All.Append("new-in-a-later-version").Select(FeedAdvice.OfFailure).Distinct().Count());
    }

    [Fact]
    public void Each_state_of_a_dataset_has_its_own_thing_to_do()
    {
        DatasetHealth stale = Of(FeedStanding.Ok) with { NewestAt = Now.AddMinutes(-16) }, fresh = stale with { NewestAt = Now.AddMinutes(-15) };
        (DatasetHealth Dataset, AdviceMatter Matter, string Part)[] table =
        [
            (Of(FeedStanding.Ok), AdviceMatter.Nothing, "All is well"),
            (fresh, AdviceMatter.Nothing, "All is well"),
            (stale, AdviceMatter.Stale, "2026-11-20T11:44:00.000Z"),
            (Of(FeedStanding.Overdue), AdviceMatter.Overdue, "since 2026-11-20T11:30:00.000Z"),
            (Of(FeedStanding.NotBegun), AdviceMatter.NotBegun, "begins by itself"),
            (Of(FeedStanding.Inactive), AdviceMatter.Inactive, "set active to true"),
            (Of(FeedStanding.Ok) with { OpenTime = TimeSpan.FromHours(1) }, AdviceMatter.Gaps, "by itself"),
            (ByFile(Of(FeedStanding.NotBegun)), AdviceMatter.NotBegun, "No file was handed in yet"),
            (ByFile(Of(FeedStanding.Ok)) with { OpenTime = TimeSpan.FromHours(1) }, AdviceMatter.Gaps, "no whole file of it was handed in"),
            (Of(FeedStanding.Ok, backfillFailure: "forbidden") with { OpenTime = TimeSpan.FromHours(1) }, AdviceMatter.HistoryFailing, "give it the right"),
            (Of(FeedStanding.Ok) with { Quarantine = new(0, 5, Now.AddHours(-23)) }, AdviceMatter.Nothing, "All is well"),
            (Of(FeedStanding.Ok) with { Quarantine = new(0, 5, Now.AddHours(-24)) }, AdviceMatter.Waiting,
                "5, the oldest since 2026-11-19T12:00:00.000Z. The operator should list these charge points; /v1/quarantine?operator=alpha&rule=charge-point-unknown "),
            (Of(FeedStanding.Ok) with { Quarantine = new(0, 1000, Now, 7) }, AdviceMatter.Waiting, "So many waited that 7 older ones are lost."),
            (Of(FeedStanding.Ok) with { Quarantine = new(3, 0), Findings = [new("charging_sessions", "time-missing", "error", 3, []), new("charging_sessions", "energy-low", "info", 9, [])] },
                AdviceMatter.Quarantine, "3, most often by the rule time-missing. The operator should correct them and send them again; /v1/quarantine?operator=alpha "),
        ];

        Assert.All(table, line =>
        {
            var advice = Assert.Single(FeedAdvice.Of(Facts(line.Dataset)));
            Assert.Equal(line.Matter, advice.Matter);
            Assert.Contains(line.Part, advice.Sentence, StringComparison.Ordinal);
        });

        static DatasetHealth ByFile(DatasetHealth health) => health with { Plan = health.Plan with { IsHandedIn = true } };
    }

    [Theory]
    [InlineData("unexpected_status", "Notices do not reach duty, waiting: 2. It answers with a status that is none from 200 to 299.", "tries again")]
    [InlineData("gone", "A notice to duty is given up: It answered 410", "not sent again")]
    [InlineData("too_old", "A notice to duty is given up: It could not be delivered for days.", "not sent again")]
    public void A_receiver_s_failure_is_told_without_its_address_and_says_what_becomes_of_the_notice(string failure, string begins, string part)
    {
        var facts = Facts(Of(FeedStanding.Ok)) with { Receivers = [new ReceiverState("duty", 2, 1, null, Now, failure, "hooks.inner.example:8443 answered 500.")] };

        var sentence = Assert.Single(FeedAdvice.Of(facts)).Sentence;

        Assert.StartsWith(begins, sentence, StringComparison.Ordinal);
        Assert.Contains(part, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("inner", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30.5, AdviceMatter.Nothing, "All is well")]
    [InlineData(29.5, AdviceMatter.CertificateSoon, "plan its renewal")]
    [InlineData(7.5, AdviceMatter.CertificateSoon, "plan its renewal")]
    [InlineData(6.5, AdviceMatter.Certificate, "before then")]
    [InlineData(-0.5, AdviceMatter.Certificate, "renew it now")]
    public void A_certificate_is_told_a_month_and_a_week_before_it_ends(double days, AdviceMatter matter, string part)
    {
        var facts = Facts(Of(FeedStanding.Ok)) with { Feeds = [new FeedFacts("main", true, new SeenTls("1.3", Now.AddDays(days), Now), [])] };

        var advice = Assert.Single(FeedAdvice.Of(facts));

        Assert.Equal(matter, advice.Matter);
        Assert.Contains(part, advice.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_comes_first()
    {
        var limit = new ListedLimit(30, TimeSpan.FromHours(1));
        var facts = new FeedHealthFacts(
            "alpha", Now,
            [
                Of(FeedStanding.Ok) with { Quarantine = new(1, 0), NewestAt = Now.AddHours(-1) }, Of(FeedStanding.Overdue, dataset: Dataset.Tariffs),
                Failing("throttled") with { Plan = Plan(Dataset.StatusChanges) },
            ],
            [new FeedFacts("main", true, new SeenTls("1.3", Now.AddDays(2), Now), [new LimitUse(limit, 30)]), new FeedFacts("off", false, new SeenTls("1.3", Now.AddDays(2), Now), [])],
            new CrawlHold("alpha", Now.AddHours(-2), Now, 100, 30, 4, null));

        var advice = FeedAdvice.Of(facts);

        Assert.Equal(
            [AdviceMatter.Failing, AdviceMatter.Overdue, AdviceMatter.Stale, AdviceMatter.Certificate, AdviceMatter.Hold, AdviceMatter.Limit, AdviceMatter.Quarantine],
            advice.Select(a => a.Matter));
        Assert.Contains("feeds release alpha", advice[4].Sentence, StringComparison.Ordinal);
        Assert.Contains("believed", Assert.Single(FeedAdvice.Of(Facts(Of(FeedStanding.Ok)) with { Hold = facts.Hold! with { ReleasedAt = Now } })).Sentence, StringComparison.Ordinal);
    }

    private static FeedHealthFacts Facts(DatasetHealth dataset) => new("alpha", Now, [dataset], [], null);

    private static DatasetHealth Failing(string failure) => Of(FeedStanding.Failing, failure);

    private static DatasetHealth Of(FeedStanding standing, string? failure = null, string? backfillFailure = null, Dataset? dataset = null) => new()
    {
        Plan = Plan(dataset ?? Dataset.ChargingSessions),
        Standing = standing,
        Activity = new FeedActivity("alpha", dataset ?? Dataset.ChargingSessions, Now.AddMinutes(-30), null, null, failure is not null, failure, null, null, backfillFailure),
    };

    private static ListedDataset Plan(Dataset dataset) => new() { Dataset = dataset, Protocol = "loti-v1" };
}
