using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>Sessions and CDRs from an OCPI operator's answers to the ledger.</summary>
public sealed class OcpiSessionsTests : IAsyncLifetime
{
    private static readonly Window Day = new(Samples.Noon.AddDays(-1), Samples.Noon);

    private readonly Dictionary<string, string?> answers = [];
    private readonly DatasetPlan plan = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated, Earliest = Day.From };
    private HubDatabase hub = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        await new PageWriter(hub.Database).WriteAsync(Samples.Points("E1"), CancellationToken.None);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_window_is_claimed_when_both_have_answered_and_a_pull_goes_on_with_the_one_that_failed()
    {
        answers["sessions"] = """{"id":"S","start_date_time":"2026-11-20T08:00:00Z","end_date_time":"2026-11-20T09:00:00Z","kwh":5,"evse_uid":"E1","connector_id":"1","status":"COMPLETED","currency":"GBP","last_updated":"2026-11-20T09:00:00Z"}""";
        answers["cdrs"] = null;

        Assert.Equal(FailureKind.ServerError, (await PullAsync()).Failure?.Kind);
        Assert.Equal(["char-gy:S 5000"], await SessionsAsync());
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM coverage"));

        answers["cdrs"] = """{"id":"C","start_date_time":"2026-11-20T08:00:30Z","end_date_time":"2026-11-20T09:00:00Z","cdr_location":{"evse_uid":"e1"},"currency":"GBP","total_cost":{"excl_vat":1,"incl_vat":1.2},"total_energy":5.5,"total_time":1,"last_updated":"2026-11-20T09:10:00Z"}""";
        Assert.True((await PullAsync()).Completed);
        Assert.Equal(["char-gy:S 5500"], await SessionsAsync());
        Assert.Equal("covered", await hub.OneAsync("SELECT kind FROM coverage"));
        Assert.Equal("1.2", await hub.OneAsync("SELECT document ->> 'cost_inc_vat' FROM charging_session"));

        var tick = await hub.OneAsync("SELECT tick FROM hub_clock");
        Assert.True((await PullAsync()).Completed);
        Assert.Equal(tick, await hub.OneAsync("SELECT tick FROM hub_clock"));
    }

    private Task<List<string>> SessionsAsync() => hub.ManyAsync("SELECT session_id || ' ' || energy_wh FROM charging_session");

    private Task<RunResult> PullAsync()
    {
        var feed = CollectedHub.Feed("ocpi-2.2.1", plan) with { Ocpi = new OcpiSettings { Discovery = false } };
        var clock = new StandingClock(Samples.Noon.AddHours(1));
        var protocol = ProtocolCatalogue.Create(_ => FetchAsync, _ => null, clock).Single(p => p.Name == feed.Protocol);
        var run = CollectedHub.Run(hub.Database, new PageWriter(hub.Database), clock);
        return run.ExecuteAsync(new Pull(new DatasetSchedule(feed, plan, protocol), RunKind.Live, Day, StatusesAreEvidence: false), () => Task.CompletedTask, CancellationToken.None);
    }

    private Task<FetchResult> FetchAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken, FetchForm? form = null) => Task.FromResult<FetchResult>(
        answers[url.Segments[^1]] is { } row
            ? new Fetched(JsonDocument.Parse(Encoding.UTF8.GetBytes($$"""{"data":[{{row}}],"status_code":1000}""")), new Dictionary<string, string> { ["X-Total-Count"] = "1" }, 1)
            : new FetchFailed(new FeedFailure(FailureKind.ServerError, "As the test has it.", url.AbsolutePath), 1));

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
