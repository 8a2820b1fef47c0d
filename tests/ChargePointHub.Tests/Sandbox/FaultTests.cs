using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Faults;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>Operators that misbehave on request, asked by the hub's own client and by a plain one.</summary>
public sealed class FaultTests
{
    /// <summary>What hangs is given up on soon; whatever else happens gets the time that a loaded machine needs.</summary>
    private static readonly FetchRules Once = new() { Attempts = 1, Budget = TimeSpan.FromSeconds(3), LargestBody = 4 * 1024 * 1024, BreakerThroughput = 1000 };

    [Theory]
    [InlineData("503:100", FailureKind.ServerError)]
    [InlineData("429:100", FailureKind.Throttled)]
    [InlineData("limit:1/PT1H/403", FailureKind.Forbidden)]
    [InlineData("limit:1/PT1H", FailureKind.Throttled)]
    [InlineData("forbidden-after:1", FailureKind.Forbidden)]
    [InlineData("reset:100", FailureKind.Unreachable)]
    [InlineData("time-out:100", FailureKind.TimedOut)]
    [InlineData("flaky:0/0/0/100", FailureKind.TimedOut)]
    [InlineData("hang", FailureKind.TimedOut)]
    [InlineData("slow:PT1H", FailureKind.TimedOut)]
    [InlineData("drip", FailureKind.TimedOut)]
    [InlineData("truncate", FailureKind.Truncated)]
    [InlineData("truncate:length", FailureKind.Truncated)]
    [InlineData("truncate:chunked", FailureKind.Truncated)]
    [InlineData("bomb", FailureKind.TooLarge)]
    [InlineData("bomb:br", FailureKind.TooLarge)]
    [InlineData("bomb:deflate", FailureKind.TooLarge)]
    [InlineData("endless", FailureKind.TooLarge)]
    [InlineData("html-200", FailureKind.NotJson)]
    [InlineData("hostile-json:nan", FailureKind.NotJson)]
    [InlineData("certificate:expired", FailureKind.TlsRefused)]
    [InlineData("certificate:future", FailureKind.TlsRefused)]
    [InlineData("certificate:wrong-host", FailureKind.TlsRefused)]
    [InlineData("certificate:self-signed", FailureKind.TlsRefused)]
    [InlineData("certificate:unknown-authority", FailureKind.TlsRefused)]
    [InlineData("certificate:weak-key", FailureKind.TlsRefused)]
    [InlineData("old-tls", FailureKind.TlsRefused)]
    public async Task The_hub_names_what_an_operator_does(string kind, FailureKind failure)
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Faults = [$"lamplight={kind}"] });
        using var factory = new FeedClientFactory(TimeProvider.System, failure == FailureKind.TimedOut ? Once : Once with { Budget = TimeSpan.FromSeconds(60) });
        var feed = Registry(host).Operators.Single(o => o.OperatorId == "lamplight").Feeds[0] with { Limits = [] };
        using var client = factory.Create(feed);
        var url = new Uri(feed.BaseUrl + "/charge-points?limit=5");
        if (kind.StartsWith("limit", StringComparison.Ordinal) || kind.StartsWith("forbidden", StringComparison.Ordinal)) Assert.IsType<Fetched>(await client.FetchAsync(url, new Dictionary<string, string>(), default));

        var failed = Assert.IsType<FetchFailed>(await client.FetchAsync(url, new Dictionary<string, string>(), default)).Failure;

        Assert.True(failed.Kind == failure, failed.ToString());
    }

    [Fact]
    public async Task Shares_of_requests_fail_as_they_were_wished_for_and_the_log_counts_them()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Faults = ["lamplight=429:25/negative", "lamplight=503:30"] });
        var client = sandbox.Client("lamplight");
        var seen = new Dictionary<int, int>();
        for (var i = 0; i < 400; i++)
        {
            using var response = await client.GetAsync(new Uri("/loti-v1/tariffs", UriKind.Relative));
            seen[(int)response.StatusCode] = seen.GetValueOrDefault((int)response.StatusCode) + 1;
            if ((int)response.StatusCode == 429) Assert.Equal("-30", response.Headers.GetValues("Retry-After").Single());
        }

        var log = host.Requests["lamplight"];
        Assert.Equal(400, log.Total);
        Assert.Equal((seen[200], seen[429], seen[503]), (log.Answered, log.CountOf("429"), log.CountOf("503")));
        Assert.InRange(seen[429], 70, 130);
        Assert.InRange(seen[503], 60, 120); // 30 % of what the first fault let through
        Assert.Equal(0, host.Requests["kerbside-volt"].Total);
    }

    [Fact]
    public async Task A_limit_is_shared_by_a_group_told_to_the_hub_and_what_goes_over_it_is_counted()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Faults = ["lamplight=limit:3/PT1H/429/one-host", "kerbside-volt=limit:3/PT1H/429/one-host"] });
        Assert.All(
            Registry(host).Operators.Where(o => o.OperatorId is "lamplight" or "kerbside-volt").SelectMany(o => o.Feeds),
            f => Assert.Equal(("one-host", new RequestLimit(3, TimeSpan.FromHours(1))), (f.LimitGroup, Assert.Single(f.Limits))));
        int[] statuses =
        [
            await StatusAsync(sandbox, "lamplight"), await StatusAsync(sandbox, "kerbside-volt"), await StatusAsync(sandbox, "lamplight"), await StatusAsync(sandbox, "kerbside-volt"),
        ];
        Assert.Equal([200, 200, 200, 429], statuses);
        Assert.Equal((0, 1), (host.Requests["lamplight"].OverLimit, host.Requests["kerbside-volt"].OverLimit));
        sandbox.Time.Now += TimeSpan.FromHours(1);
        Assert.Equal(200, await StatusAsync(sandbox, "kerbside-volt"));
        Assert.Equal(4, host.Requests["kerbside-volt"].MostInInterval);
    }

    [Fact]
    public async Task A_fault_holds_within_its_window_and_for_everyone_where_everyone_is_named()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync(sandbox.Options with { Faults = ["*=503:100@+30s/+90s"] });
        Assert.Equal(200, await StatusAsync(sandbox, "lamplight"));
        sandbox.Time.Now += TimeSpan.FromSeconds(30);
        Assert.Equal((503, 503), (await StatusAsync(sandbox, "lamplight"), await StatusAsync(sandbox, "foxglove-power")));
        sandbox.Time.Now += TimeSpan.FromSeconds(60);
        Assert.Equal(200, await StatusAsync(sandbox, "lamplight"));
    }

    [Fact]
    public async Task Charge_points_vanish_and_late_records_come_later_and_both_are_marked()
    {
        await using var sandbox = new SandboxFixture();
        var oracle = Path.Combine(sandbox.Folder, "oracle");
        var host = await sandbox.StartAsync(sandbox.Options with { OracleFolder = oracle, Faults = ["lamplight=vanish-share:30", "lamplight=late:50/PT10H"] });
        var client = sandbox.Client("lamplight");
        var all = host.London.Operators[0].Operator.ChargePoints.Count;
        var shown = await AllAsync(client, "/loti-v1/charge-points?limit=3");
        Assert.Equal(all - (int)Math.Round(all * 0.3), shown.Count);

        var window = new Window(sandbox.Time.Now.AddHours(-10), sandbox.Time.Now);
        var path = $"/loti-v1/charging-sessions?updated_from={Instants.Format(window.From)}&updated_to={Instants.Format(window.To)}";
        var truth = host.London.Operators[0].Sessions(WindowAxis.LastUpdated, window, sandbox.Time.Now).Count;
        var early = (await AllAsync(client, path)).Count;
        Assert.InRange(early, 1, truth - 1);
        var marked = host.Requests["lamplight"].Marked;
        Assert.Equal(truth - early, marked.Count(m => m is { Dataset: "charging_sessions", Fault: "late" }));
        Assert.Equal(all - shown.Count, marked.Count(m => m is { Dataset: "charge_points", Fault: "vanish" }));

        await sandbox.StopAsync();
        Assert.Equal(marked.Count, File.ReadAllLines(Path.Combine(oracle, "lamplight", "marked.ndjson")).Length);
        using var requests = JsonDocument.Parse(File.ReadAllText(Path.Combine(oracle, "lamplight", "requests.json")));
        Assert.Equal(host.Requests["lamplight"].Total, requests.RootElement.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Paging_faults_do_to_a_list_what_their_names_say()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with
        {
            ChargePoints = 300,
            Faults =
            [
                "lamplight=lying-total:7", "kerbside-volt=loop", "thames-rapid=foreign-next:far.example", "plumtree-charging=empty-page", "plumtree-charging=duplicates:100",
                "foxglove-power=page-drift:2", "foxglove-power=foreign-next:far.example",
            ],
        });
        var (_, lying) = await GetAsync(sandbox.Client("lamplight"), "/loti-v1/charge-points?limit=3");
        Assert.Equal(host.London.Operators[0].Operator.ChargePoints.Count + 7, lying.GetProperty("total").GetInt32());

        var second = (await GetAsync(sandbox.Client("kerbside-volt"), "/loti-v1/charge-points?limit=3")).Body.GetProperty("next_cursor").GetString();
        Assert.Equal(second, (await GetAsync(sandbox.Client("kerbside-volt"), $"/loti-v1/charge-points?limit=3&cursor={second}")).Body.GetProperty("next_cursor").GetString());

        var doubled = await AllAsync(sandbox.Client("plumtree-charging"), "/loti-v1/charge-points?limit=5");
        var ids = doubled.Select(r => r.GetProperty("charge_point_id").GetString()).ToList();
        Assert.Equal(ids.Count / 2, ids.Distinct().Count());
        var marked = (await GetAsync(sandbox.Client("plumtree-charging"), "/loti-v1/charge-points?limit=5")).Body.GetProperty("next_cursor").GetString();
        Assert.Empty((await GetAsync(sandbox.Client("plumtree-charging"), $"/loti-v1/charge-points?limit=5&cursor={marked}")).Body.GetProperty("data").EnumerateArray());

        var ocpi = sandbox.Client("foxglove-power", "Token");
        var pages = new List<string?>();
        for (var offset = 0; offset < 15; offset += 5)
        {
            using var response = await ocpi.GetAsync(new Uri($"/ocpi/2.2.1/locations?offset={offset}&limit=5", UriKind.Relative));
            Assert.StartsWith("<https://far.example/", response.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            pages.AddRange(json.RootElement.GetProperty("data").EnumerateArray().Select(l => l.GetProperty("id").GetString()));
        }

        // Two rows moved from before each further page to the end, so that a naive reader misses two at each seam.
        var order = host.London.Operators[4].Operator.ChargePoints.Select(p => p.LocationOwnId).Distinct().ToList();
        Assert.Equal([.. order.Take(5), .. order.Skip(7).Take(5), .. order.Skip(14).Take(5)], pages);
    }

    [Fact]
    public async Task Corrections_clocks_and_dates_that_lie_are_the_operators_own()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Faults = ["lamplight=corrections:100", "kerbside-volt=clock:60", "thames-rapid=always-now", "lamplight=look-back:PT12H"] });
        var sessions = host.London.Operators[0].Sessions(WindowAxis.PlugInAt, new Window(host.London.World.Epoch, sandbox.Time.Now), sandbox.Time.Now);
        Assert.All(sessions, s => Assert.NotNull(s.Session.CorrectedAt));
        Assert.Equal(410, (await GetAsync(sandbox.Client("lamplight"), $"/loti-v1/charging-sessions?from={Instants.Format(sandbox.Time.Now.AddHours(-13))}")).Status);

        using var response = await sandbox.Client("kerbside-volt").GetAsync(new Uri("/loti-v1/charging-sessions", UriKind.Relative));
        Assert.Equal(sandbox.Time.Now.AddHours(1), response.Headers.Date);
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(sandbox.Time.Now.AddHours(1), json.RootElement.GetProperty("window").GetProperty("to").GetDateTimeOffset());

        Assert.All(await AllAsync(sandbox.Client("thames-rapid"), "/loti-v1/charge-points"), r => Assert.Equal(sandbox.Time.Now, r.GetProperty("last_updated").GetDateTimeOffset()));
    }

    [Fact]
    public async Task Damaged_rows_are_found_each_and_the_good_ones_are_kept()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { ChargePoints = 300, Faults = ["lamplight=invalid-rows:50", "lamplight=out-of-order"] });
        var feed = Registry(host).Operators.Single(o => o.OperatorId == "lamplight").Feeds[0];
        using var factory = new FeedClientFactory(TimeProvider.System);
        using var client = factory.Create(feed);
        var protocol = ProtocolCatalogue.Create(_ => client.FetchAsync, r => (Secrets.Resolve(r) as Secret)?.Value, sandbox.Time).Single(p => p.Name == feed.Protocol);
        var (kept, refused, findings) = (0, 0, 0);
        foreach (var plan in feed.Datasets)
        {
            Window? window = plan.Dataset.IsSnapshot ? null : new Window(sandbox.Time.Now.AddDays(-1), sandbox.Time.Now);
            await foreach (var step in protocol.PullAsync(new PullRequest(feed, plan, window), default))
            {
                var page = Assert.IsType<PulledPage>(step).Records;
                kept += page.Count;
                refused += page.Refused.Count;
                findings += page.Refused.Sum(r => r.Findings.Count);
            }
        }

        Assert.True(kept > 50 && refused > 50, $"{kept} kept, {refused} refused");
        Assert.True(findings >= refused);
        Assert.True(host.Requests["lamplight"].Marked.Count >= refused);
    }

    [Theory]
    [InlineData("lamplight=503:200", "from 0 to 100")]
    [InlineData("lamplight=50x", "there is no kind \"50x\"")]
    [InlineData("lamplight=hang:5", "hang takes fewer parameters")]
    [InlineData("lamplight=limit:30/1h", "ISO 8601")]
    [InlineData("lamplight=bomb:zip", "gzip, br, deflate")]
    [InlineData("lamplight=429:20/soon", "whole number of seconds, or one of none, date")]
    [InlineData("lamplight=clock:5@+5s/+9s", "as long as the Sandbox runs")]
    [InlineData("lamplight=hang@+9s/+5s", "not after its start")]
    [InlineData("nobody=hang", "there is no operator \"nobody\"")]
    [InlineData("lamplight=page-drift", "foxglove-power")]
    [InlineData("lamplight", "--fault list")]
    public async Task A_wrong_wish_is_told_with_what_would_be_right(string wish, string told)
    {
        await using var sandbox = new SandboxFixture();
        var fault = Assert.Single(await sandbox.RefusedAsync(sandbox.Options with { Faults = [wish] }));
        Assert.StartsWith($"--fault {wish}", fault, StringComparison.Ordinal);
        Assert.Contains(told, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_is_listed_with_its_own_name_and_is_made_without_parameters()
    {
        Assert.Equal(FaultCatalogue.All.Count, FaultCatalogue.All.Select(k => k.Name).Distinct().Count());
        Assert.Equal(FaultCatalogue.All.Count + 2, FaultCatalogue.Lines.Count);
        Assert.All(FaultCatalogue.All, kind =>
        {
            var nothing = new FaultParameters("");
            Assert.NotNull(kind.Make(nothing));
            Assert.Null(nothing.Fault);
            Assert.EndsWith(".", kind.Says, StringComparison.Ordinal);
        });
    }

    private static async Task<int> StatusAsync(SandboxFixture sandbox, string operatorId)
    {
        using var response = await sandbox.Client(operatorId).GetAsync(new Uri("/loti-v1/metadata", UriKind.Relative));
        return (int)response.StatusCode;
    }

    private static LoadedRegistry Registry(PretendLondonHost host) =>
        Assert.IsType<LoadedRegistry>(new OperatorRegistry(ProtocolCatalogue.Names).Load(host.OperatorsFolder));
}
