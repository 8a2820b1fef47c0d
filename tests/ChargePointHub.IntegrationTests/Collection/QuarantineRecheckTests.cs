using System.Runtime.CompilerServices;
using System.Text;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Collection;

public sealed class QuarantineRecheckTests : IAsyncLifetime
{
    private const string Operator = "old-mill";

    private static readonly Finding Wrong = new("rule-of-before", Severity.Error, "/energy_kwh", null, "Wrong.");

    private HubDatabase hub = null!;
    private OperatorDefinition definition = null!;
    private PageWriter writer = null!;
    private QuarantineRecheck recheck = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("cph-recheck-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{Operator}.json"),
            $$"""
            {"operator_id": "{{Operator}}", "name": "Old Mill", "feeds": [{"feed_id": "main", "protocol": "loti-v1", "base_url": "https://api.old-mill.invalid/v1", "datasets": [
             {"dataset": "charge_points"}, {"dataset": "status_changes", "axis": "at"}, {"dataset": "charging_sessions", "axis": "last_updated"}]}]}
            """);
        definition = OperatorFiles.Load(folder).Operators.Single();
        Directory.Delete(folder, recursive: true);
        writer = new PageWriter(hub.Database);
        recheck = new QuarantineRecheck(new QuarantineStore(hub.Database), writer, TimeProvider.System);
        await WriteAsync(new RecordPage { ChargePoints = [Samples.Accept(Samples.ChargePoint("P1", op: Operator))] }, Dataset.ChargePoints);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task What_rules_of_before_refused_is_mapped_again_and_released_with_what_is_found_now()
    {
        Finding personal = new("personal-data-present", Severity.Warning, "/driver", null, "Dropped.");
        await RefuseAsync(
            (Dataset.ChargingSessions, "S1", Session("S1", "7"), [Wrong, personal]), (Dataset.ChargingSessions, "S2", Session("S2", "-1"), [Wrong]),
            (Dataset.StatusChanges, "P1", """{"charge_point_id":"P1","status":"CHARGING","at":"2026-11-20T12:00:00Z"}""", [Wrong]));

        var done = await RunAsync();

        Assert.Equal(new RecheckCounts(2, 0, 1), done.Counts);
        Assert.Equal([new KeyValuePair<string, int>("energy-negative", 1)], done.ByRule);
        Assert.Equal(["S1 personal-data-present"], await hub.ManyAsync("SELECT split_part(session_id, ':', 2) || ' ' || (findings->0->>'rule') FROM charging_session"));
        Assert.Equal("CHARGING", await hub.OneAsync("SELECT status FROM charge_point_status"));
        Assert.Equal("energy-negative", await hub.OneAsync("SELECT findings->0->>'rule' FROM quarantine"));
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing()
    {
        await RefuseAsync((Dataset.ChargingSessions, "S1", Session("S1", "7"), [Wrong]), (Dataset.ChargingSessions, "S2", Session("S2", "-1"), [Wrong]));
        var before = await hub.OneAsync("SELECT tick || ' ' || (SELECT string_agg(findings::text || judged_with, ',') FROM quarantine) FROM hub_clock");

        var done = await RunAsync(write: false);

        Assert.Equal((new RecheckCounts(1, 0, 1), 1), (done.Counts, done.ByRule["energy-negative"]));
        Assert.Equal(before, await hub.OneAsync("SELECT tick || ' ' || (SELECT string_agg(findings::text || judged_with, ',') FROM quarantine) FROM hub_clock"));
    }

    [Fact]
    public async Task A_hub_checks_only_what_other_rules_refused_and_each_once()
    {
        await RefuseAsync((Dataset.ChargingSessions, "S1", Session("S1", "7"), [Wrong]), (Dataset.ChargingSessions, "S2", Session("S2", "-1"), [Wrong]));
        await WriteAsync(Refused((Dataset.ChargingSessions, "S3", Session("S3", "7"), [Wrong])), Dataset.ChargingSessions, JudgeVersion.Of(definition.Feeds[0]));

        Assert.Equal(new RecheckCounts(1, 0, 1), (await RunAsync(onlyOtherwiseJudged: true)).Counts);
        Assert.Equal(new RecheckCounts(0, 0, 0), (await RunAsync(onlyOtherwiseJudged: true)).Counts);
        Assert.Equal(["S2", "S3"], await hub.ManyAsync("SELECT own_id FROM quarantine ORDER BY 1"));
    }

    [Fact]
    public async Task More_than_a_batch_is_checked_to_its_end_also_where_nothing_passes()
    {
        await RefuseAsync([.. Enumerable.Range(0, 1203).Select(i => (Dataset.ChargingSessions, $"S{i}", Session($"S{i}", i % 3 == 0 ? "7" : "-1"), (Finding[])[Wrong]))]);
        var told = new List<int>();

        var done = await recheck.RunAsync(
            definition, QuarantineRecheck.Datasets, false, true, null,
            p =>
            {
                told.Add(p.Counts.Released + p.Counts.Refused);
                return Task.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal(new RecheckCounts(401, 0, 802), done.Counts);
        Assert.Equal([500, 1000, 1203], told);
        Assert.Equal("401", await hub.OneAsync("SELECT count(*) FROM charging_session"));
    }

    [Fact]
    public async Task A_change_that_the_store_does_not_believe_is_counted_as_refused_whoever_judges()
    {
        await RefuseAsync((Dataset.StatusChanges, "P1", """{"charge_point_id":"P1","status":"CHARGING","at":"2010-01-01T12:00:00Z"}""", [Wrong]));

        Assert.Equal((new RecheckCounts(0, 0, 1), 1), ((await RunAsync(write: false)).Counts, (await RunAsync()).ByRule["time-out-of-range"]));
        Assert.Equal(new RecheckCounts(0, 0, 1), (await RunAsync()).Counts);
    }

    [Fact]
    public async Task One_that_can_no_longer_be_read_stays_and_the_others_are_checked()
    {
        await RefuseAsync(
            (Dataset.StatusChanges, "A", $$"""{"operator_id":"{{Operator}}"}""", [Wrong]),
            (Dataset.StatusChanges, "P1", """{"charge_point_id":"P1","status":"CHARGING","at":"2026-11-20T12:00:00Z"}""", [Wrong]));

        Assert.Equal(new RecheckCounts(1, 0, 0), (await RunAsync()).Counts);
        Assert.Equal("A", await hub.OneAsync("SELECT own_id FROM quarantine"));
    }

    [Fact]
    public async Task Charge_points_and_tariffs_are_left_to_the_next_crawl()
    {
        await RefuseAsync((Dataset.ChargePoints, "P2", """{"charge_point_id":"P2"}""", [Wrong]));
        Assert.Equal(new RecheckCounts(0, 0, 0), (await recheck.RunAsync(definition, Dataset.All, false, true, null, null, CancellationToken.None)).Counts);
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM quarantine"));
    }

    [Fact]
    public async Task Polls_that_are_due_come_before_it_and_after_each_batch()
    {
        await RefuseAsync([.. Enumerable.Range(0, 1203).Select(i => (Dataset.ChargingSessions, $"S{i}", Session($"S{i}", "-1"), (Finding[])[Wrong]))]);
        using var leaving = new CancellationTokenSource();
        var clock = new MovedClock { Now = Samples.Noon };
        var left = new List<string>();
        var polled = new Polled(async () =>
        {
            left.Add(await hub.OneAsync("SELECT count(*) FROM quarantine WHERE judged_with = 'rules-of-before'"));
            clock.Now += TimeSpan.FromHours(1);
            if (left.Count == 5) await leaving.CancelAsync();
        });
        var (coverage, places) = (new CoverageStore(hub.Database), new PullPlaces(new ContinuationStore(hub.Database), clock));
        var feed = definition.Feeds[0] with { Datasets = [.. definition.Feeds[0].Datasets.Where(d => d.Dataset == Dataset.ChargePoints)] };
        var collection = new OperatorCollection(
            definition with { Feeds = [feed] }, null, [polled], CollectedHub.Run(hub.Database, writer, clock),
            new CollectionLedger(coverage, places, new RereadStore(hub.Database)), new StatusSweeper(writer, coverage, clock), clock, NullLogger.Instance)
        { Recheck = recheck };

        await collection.CollectAsync(leaving.Token, CancellationToken.None);

        Assert.Equal(["1203", "1203", "703", "203", "0"], left);
    }

    private static string Session(string id, string kwh) =>
        $$"""{"session_id":"{{id}}","charge_point_id":"P1","plug_in_at":"2026-11-20T10:00:00Z","plug_out_at":"2026-11-20T11:00:00Z","energy_kwh":{{kwh}},"last_updated":"2026-11-20T11:00:00Z"}""";

    private static RecordPage Refused(params (Dataset Dataset, string OwnId, string Json, Finding[] Findings)[] records) =>
        new() { Refused = [.. records.Select(r => new RefusedRecord(r.Dataset, r.OwnId, Encoding.UTF8.GetBytes(r.Json), r.Findings))] };

    private Task<PageWritten> RefuseAsync(params (Dataset Dataset, string OwnId, string Json, Finding[] Findings)[] records) =>
        WriteAsync(Refused(records), records[0].Dataset, "rules-of-before");

    private Task<RecheckProgress> RunAsync(bool onlyOtherwiseJudged = false, bool write = true) =>
        recheck.RunAsync(definition, QuarantineRecheck.Datasets, onlyOtherwiseJudged, write, null, null, CancellationToken.None);

    private Task<PageWritten> WriteAsync(RecordPage records, Dataset dataset, string judgedWith = "") =>
        writer.WriteAsync(Samples.Page(records, dataset, Operator) with { JudgedWith = judgedWith }, CancellationToken.None);

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>An operator without charge points.</summary>
    private sealed class Polled(Func<Task> asked) : IFeedProtocol
    {
        public string Name => "loti-v1";

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await asked();
            yield return new PulledPage(1, true, new RecordPage(), 1);
        }
    }
}
