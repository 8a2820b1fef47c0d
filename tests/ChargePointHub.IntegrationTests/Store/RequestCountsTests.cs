using System.Globalization;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Limits that several hubs keep together, on the database's clock.</summary>
public sealed class RequestCountsTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task Thirty_an_hour_are_thirty_whoever_asks_and_after_a_restart_too()
    {
        // Beside the tests that run at the same time, a hundred connections may be more than the server has.
        const string few = ";Maximum Pool Size=15";
        await using var first = Database.Open(hub.ConnectionString + few);
        await using var second = Database.Open(hub.ConnectionString + few);
        RequestCounts[] instances = [new(first), new(second)];
        var asked = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => AskAsync(instances[n % 2], "Host.Example", (30, TimeSpan.FromHours(1)))));

        Assert.Equal(30, asked.Count(wait => wait is null));
        Assert.All(asked.OfType<TimeSpan>(), wait => Assert.InRange(wait, TimeSpan.FromMinutes(55), TimeSpan.FromHours(1)));
        await using var restarted = Database.Open(hub.ConnectionString);
        Assert.NotNull(await AskAsync(new RequestCounts(restarted), "host.example", (30, TimeSpan.FromHours(1))));
        Assert.Null(await AskAsync(new RequestCounts(restarted), "another.example", (30, TimeSpan.FromHours(1))));
        Assert.Equal("30", await hub.OneAsync("SELECT cardinality(passed)::text FROM limit_group WHERE limit_group = 'host.example'"));
    }

    [Fact]
    public async Task No_span_holds_more_than_any_limit_allows_and_only_what_limits_look_back_on_is_kept()
    {
        (int Most, TimeSpan Span)[] limits = [(3, TimeSpan.FromMinutes(1)), (10, TimeSpan.FromMinutes(10))];
        var counts = new RequestCounts(hub.Database);
        var (passed, slept) = (new List<DateTimeOffset>(), TimeSpan.Zero);
        while (passed.Count < 25)
        {
            if (await AskAsync(counts, "g", limits) is { } wait)
            {
                // Instead of waiting, what was is moved into the past.
                slept += wait;
                await hub.OneAsync($"UPDATE limit_group SET passed = ARRAY(SELECT p - interval '{wait.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture)} s' FROM unnest(passed) p)");
            }
            else
            {
                passed.Add(DateTimeOffset.Parse(await hub.OneAsync("SELECT to_char(passed[1] AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM limit_group"), CultureInfo.InvariantCulture) + slept);
            }
        }

        foreach (var (most, span) in limits)
        {
            for (var n = most; n < passed.Count; n++) Assert.True(passed[n] - passed[n - most] >= span - TimeSpan.FromMilliseconds(1), $"{most} in {span}: {passed[n - most]:O} {passed[n]:O}");
        }

        Assert.InRange(slept, TimeSpan.FromMinutes(19), TimeSpan.FromMinutes(25));
        Assert.InRange(int.Parse(await hub.OneAsync("SELECT cardinality(passed)::text FROM limit_group"), CultureInfo.InvariantCulture), 5, 10);
    }

    [Fact]
    public async Task A_hold_keeps_everybody_of_the_group_waiting_with_or_without_limits_and_a_shorter_one_does_not_end_it()
    {
        var counts = new RequestCounts(hub.Database);
        await counts.HoldAsync("Group", TimeSpan.FromMinutes(10), CancellationToken.None);
        await counts.HoldAsync("group", TimeSpan.FromSeconds(1), CancellationToken.None);

        foreach (var limits in new (int, TimeSpan)[][] { [], [(5, TimeSpan.FromSeconds(1))] })
            Assert.InRange((await AskAsync(counts, "group", limits))!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        Assert.Null(await AskAsync(counts, "other"));
        await hub.OneAsync("UPDATE limit_group SET held_until = clock_timestamp()");
        Assert.Null(await AskAsync(counts, "group"));
    }

    [Fact]
    public async Task What_a_clock_left_that_ran_ahead_holds_nobody_up_for_longer_than_the_limits_do()
    {
        var counts = new RequestCounts(hub.Database);
        await hub.OneAsync("INSERT INTO limit_group (limit_group, passed, live_until) SELECT 'g', array_fill(clock_timestamp() + interval '1 hour', ARRAY[5]), clock_timestamp() + interval '1 hour'");
        await hub.OneAsync("INSERT INTO limit_group (limit_group, held_until) SELECT 'held', clock_timestamp() + interval '2 hours'");

        Assert.InRange((await AskAsync(counts, "g", (5, TimeSpan.FromSeconds(30))))!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        Assert.InRange((await counts.TakeTurnAsync("g", [5], [TimeSpan.FromSeconds(30)], givesWay: true, CancellationToken.None))!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(31));
        Assert.Equal("False", await hub.OneAsync("SELECT passed[1] > clock_timestamp() OR live_until > clock_timestamp() + interval '1 minute' FROM limit_group WHERE limit_group = 'g'"));
        foreach (var limits in new (int, TimeSpan)[][] { [], [(5, TimeSpan.FromSeconds(1))] })
            Assert.InRange((await AskAsync(counts, "held", limits))!.Value, TimeSpan.FromMinutes(14), RequestCounts.LongestHold);
    }

    [Fact]
    public async Task A_hold_has_its_bound()
    {
        var counts = new RequestCounts(hub.Database);
        await counts.HoldAsync("g", TimeSpan.FromDays(1), CancellationToken.None);

        Assert.InRange((await AskAsync(counts, "g"))!.Value, TimeSpan.FromMinutes(14), RequestCounts.LongestHold);
    }

    [Fact]
    public async Task History_waits_while_live_work_does()
    {
        var counts = new RequestCounts(hub.Database);
        (int, TimeSpan) limit = (1, TimeSpan.FromHours(1));
        Assert.Null(await counts.TakeTurnAsync("g", [1], [TimeSpan.FromHours(1)], givesWay: true, CancellationToken.None));
        var live = (await AskAsync(counts, "g", limit))!.Value;
        await hub.OneAsync("UPDATE limit_group SET passed = '{}'");

        var history = await counts.TakeTurnAsync("g", [1], [TimeSpan.FromHours(1)], givesWay: true, CancellationToken.None);
        Assert.InRange(history!.Value, live, live + TimeSpan.FromSeconds(1));
        Assert.Null(await AskAsync(counts, "g", limit));
    }

    private static Task<TimeSpan?> AskAsync(RequestCounts counts, string group, params (int Most, TimeSpan Span)[] limits) =>
        counts.TakeTurnAsync(group, [.. limits.Select(l => l.Most)], [.. limits.Select(l => l.Span)], givesWay: false, CancellationToken.None);
}
