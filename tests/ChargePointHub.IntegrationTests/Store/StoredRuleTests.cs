using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Tests;
using ChargePointHub.Tests.Feeds.Protocols;
using ChargePointHub.Tests.Feeds.Protocols.Csv;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Each folder below tests/Fixtures/stored is a rule by which the store judges, here beside the one charge point CP-1.</summary>
public sealed class StoredRuleTests : IAsyncLifetime
{
    private const string Absent = "absent-from-two-crawls";

    private static readonly string[] Codes = [.. RuleCatalogue.All.Select(r => r.Code).Where(c => c is not (Absent or JoinedSession.CdrSeveral or ReportedUsageRules.ChargePointUnknown or ReportedUsageRules.AboveRating) && Directory.Exists(Folder(c)))];

    private HubDatabase hub = null!;

    public static TheoryData<string> Rules() => [.. Codes];

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public void What_the_store_judges_by_is_in_the_catalogue() =>
        Assert.Equal(
            [QuarantineRules.Wait, SessionRatingRules.AboveRating, SessionRatingRules.Excessive, SessionRatingRules.UnitSuspected, QuarantineRules.OutOfRange], Codes);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_waited_is_held_against_the_power_of_the_charge_point_that_released_it(bool hasPower)
    {
        var writer = new PageWriter(hub.Database);
        await writer.WriteAsync(Sessions(Session("S", kwh: 30m)), CancellationToken.None);
        await writer.WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1") with { MaxPowerKw = hasPower ? 7.4m : null })] }, Dataset.ChargePoints), CancellationToken.None);

        Assert.Equal(hasPower ? [SessionRatingRules.AboveRating] : [], await hub.ManyAsync("SELECT f->>'rule' FROM charging_session, json_array_elements(findings) f"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task An_answer_breaks_its_rule_and_no_other(string rule)
    {
        using var expected = JsonDocument.Parse(Read(rule, "expected.json"));
        var (accepted, findings) = await WriteAsync(rule, "answer.json");

        Assert.Equal(expected.RootElement.GetProperty("accepted").GetInt32(), accepted);
        Assert.Equal(expected.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetString()), findings.Select(f => $"{f.Rule} {f.Pointer}"));
        Assert.All(findings, f => Assert.Equal(RuleCatalogue.Named(rule)!.Severity, f.Severity));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_passing_sample_does_not(string rule)
    {
        var (accepted, findings) = await WriteAsync(rule, "passing.json");
        Assert.Equal(1, accepted);
        Assert.DoesNotContain(findings, f => f.Rule == rule);
    }

    [Theory]
    [InlineData("answer.json", true)]
    [InlineData("passing.json", false)]
    public async Task What_two_whole_crawls_do_not_name_is_removed_by_the_rule_of_the_catalogue(string file, bool isRemoved)
    {
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Read(Absent, file))).PullAsync(PretendFeed.Feed("loti-v1"), Dataset.ChargePoints);
        var (writer, listed) = (new PageWriter(hub.Database), Assert.Single(pulled.Pages).Records);
        await writer.WriteAsync(Page(new RecordPage { ChargePoints = [.. Ids.Select(id => Accept(ChargePoint(id, op: "example")))] }, Dataset.ChargePoints, "example"), CancellationToken.None);
        for (var crawl = 1; crawl <= 2; crawl++)
        {
            var page = Page(listed, Dataset.ChargePoints, "example") with { AskedAt = Noon.AddHours(crawl), IsOfCrawl = true };
            var named = listed.ChargePoints.Select(c => c.Record.ChargePointId).Concat(Ids.Skip(1).Select(id => $"example:{id}"));
            await writer.WriteAsync(page with { Whole = new WholeCrawl([.. named], NamesAll: true) }, CancellationToken.None);
        }

        var found = await hub.ManyAsync("SELECT f->>'rule' || ' ' || lower(f->>'severity') FROM status_change, json_array_elements(findings) f WHERE status = 'REMOVED'");
        Assert.Equal(isRemoved ? [$"{Absent} {Words<Severity>.Of(RuleCatalogue.Named(Absent)!.Severity)}"] : [], found);
    }

    [Theory]
    [InlineData("answer.json", true)]
    [InlineData("passing.json", false)]
    public async Task Of_two_CDRs_of_one_charge_the_one_left_out_is_told_by_the_rule_of_the_catalogue(string file, bool isTold)
    {
        var feed = PretendFeed.Feed("ocpi-2.2.1", f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = false, SessionModules = ["cdrs"] } });
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Read(JoinedSession.CdrSeveral, file))).PullAsync(feed, Dataset.ChargingSessions);
        var writer = new PageWriter(hub.Database);
        await writer.WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("CP-1", op: feed.OperatorId))] }, Dataset.ChargePoints, feed.OperatorId), CancellationToken.None);
        await writer.WriteAsync(Page(Assert.Single(pulled.Pages).Records, Dataset.ChargingSessions, feed.OperatorId), CancellationToken.None);

        var found = await hub.ManyAsync("SELECT f->>'rule' || ' ' || lower(f->>'severity') || ' ' || (f->>'value') FROM charging_session, json_array_elements(findings) f");
        Assert.Equal(isTold ? [$"{JoinedSession.CdrSeveral} {Words<Severity>.Of(RuleCatalogue.Named(JoinedSession.CdrSeveral)!.Severity)} CDR C-1: 12.345 kWh"] : [], found);
    }

    [Theory]
    [InlineData(ReportedUsageRules.ChargePointUnknown)]
    [InlineData(ReportedUsageRules.AboveRating)]
    public async Task Reported_figures_are_held_against_the_charge_points_that_are_known(string rule)
    {
        using var expected = JsonDocument.Parse(Read(rule, "expected.json"));
        var writer = new PageWriter(hub.Database);
        await writer.WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("CP-1", op: "quarter-by-quarter"))] }, Dataset.ChargePoints, "quarter-by-quarter"), CancellationToken.None);
        foreach (var (file, findings) in new[] { ("passing.csv", []), ("answer.csv", expected.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetString()!).ToList()) })
        {
            var handed = HandedIn.Of(HandedIn.Operator("usage").Feeds[0], Read(rule, file), LondonCalendar.Quarter(2026, 3));
            await writer.WriteAsync(Page(Assert.Single(handed.Pages).Records, Dataset.ReportedUsage, "quarter-by-quarter"), CancellationToken.None);
            Assert.Equal(findings, await hub.ManyAsync("SELECT f->>'rule' || ' ' || (f->>'pointer') FROM reported_usage, json_array_elements(findings) f"));
        }

        Assert.Equal([Words<Severity>.Of(RuleCatalogue.Named(rule)!.Severity)], await hub.ManyAsync("SELECT lower(f->>'severity') FROM reported_usage, json_array_elements(findings) f"));
    }

    /// <summary>So many that one of them is less than a fifth.</summary>
    private static IEnumerable<string> Ids => Enumerable.Range(1, 10).Select(n => n == 1 ? "CP-1" : $"X-{n}");

    /// <summary>What was taken, and what was found in what was not.</summary>
    private async Task<(int Accepted, IReadOnlyList<Finding> Findings)> WriteAsync(string rule, string file)
    {
        using var expected = JsonDocument.Parse(Read(rule, "expected.json"));
        var dataset = Dataset.Named(expected.RootElement.GetProperty("dataset").GetString()!)!;
        var feed = PretendFeed.Feed("loti-v1");
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Read(rule, file))).PullAsync(feed, dataset);
        var writer = new PageWriter(hub.Database);
        await writer.WriteAsync(
            Page(new RecordPage { ChargePoints = [Accept(ChargePoint("CP-1", op: feed.OperatorId))] }, Dataset.ChargePoints, feed.OperatorId), CancellationToken.None);
        var written = await writer.WriteAsync(Page(Assert.Single(pulled.Pages).Records, dataset, feed.OperatorId), CancellationToken.None);
        var found = Encoding.UTF8.GetBytes(await hub.OneAsync(
            """
            SELECT coalesce(json_agg(f), '[]')::text
            FROM (SELECT findings FROM quarantine UNION ALL SELECT findings FROM charging_session) r, json_array_elements(r.findings) f
            """));
        return (written.Added, HubJson.Read<IReadOnlyList<Finding>>(found));
    }

    private static string Read(string rule, string file) => File.ReadAllText(Path.Combine(Folder(rule), file));

    private static string Folder(string rule) => RepositoryRoot.Path("tests", "Fixtures", "stored", rule);
}
