using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Fetching;

public sealed class RequestGateTests
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task No_span_of_time_ever_holds_more_requests_than_any_limit_allows()
    {
        using var gate = Gate();
        RequestLimit[] limits = [new(3, TimeSpan.FromSeconds(10)), new(5, TimeSpan.FromMinutes(1))];
        gate.Join(limits);
        var passed = await PassAsync(gate, 40);
        foreach (var limit in limits)
        {
            for (var i = limit.Requests; i < passed.Count; i++) Assert.True(passed[i] - passed[i - limit.Requests] >= limit.Interval);
        }

        // And no slower than it must be: 5 a minute, so that the 40th goes in the eighth minute, third span of ten seconds.
        Assert.Equal(TimeSpan.FromSeconds((7 * 60) + 10), passed[^1] - passed[0]);
    }

    [Fact]
    public async Task The_lowest_limit_holds_for_all_feeds_of_a_group_until_its_feed_leaves()
    {
        using var gate = Gate();
        gate.Join([new RequestLimit(10, TimeSpan.FromSeconds(1))]);
        var strict = gate.Join([new RequestLimit(1, TimeSpan.FromSeconds(1))]);
        var passed = await PassAsync(gate, 3);
        Assert.Equal(TimeSpan.FromSeconds(2), passed[^1] - passed[0]);
        strict.Dispose();
        passed = await PassAsync(gate, 3);
        Assert.Equal(TimeSpan.Zero, passed[^1] - passed[0]);
    }

    [Fact]
    public async Task Many_at_once_all_get_their_turn()
    {
        using var gate = Gate();
        gate.Join([new RequestLimit(2, TimeSpan.FromSeconds(1))]);
        var start = time.GetUtcNow();
        await time.RunAsync(Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gate.WaitAsync(false, default))));
        Assert.Equal(TimeSpan.FromSeconds(9), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task Who_gives_up_waiting_costs_nothing()
    {
        using var gate = Gate();
        gate.Join([new RequestLimit(1, TimeSpan.FromHours(1))]);
        await gate.WaitAsync(false, default);
        using var giveUp = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 5).Select(_ => gate.WaitAsync(false, giveUp.Token)).ToList();
        await giveUp.CancelAsync();
        foreach (var waiter in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(gate.WaitAsync(false, default).IsCompletedSuccessfully);
    }

    [Fact]
    public void Without_limits_nobody_waits()
    {
        using var gate = Gate();
        for (var i = 0; i < 1000; i++) Assert.True(gate.WaitAsync(false, default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Live_work_goes_before_history_that_has_waited_longer_but_not_for_ever()
    {
        using var gate = Gate();
        gate.Join([new RequestLimit(1, TimeSpan.FromMinutes(1))]);
        await gate.WaitAsync(false, default);
        var history = gate.WaitAsync(true, default);
        var passed = 0;
        while (passed < 30)
        {
            var live = gate.WaitAsync(false, default);
            time.Advance(TimeSpan.FromMinutes(1));
            if (await Task.WhenAny(live, history) == history) break;
            passed++;
        }

        // Gives way for ten minutes, then takes its turn with the others.
        Assert.InRange(passed, 9, 12);
    }

    [Fact]
    public async Task A_hold_keeps_everybody_waiting_also_where_there_are_no_limits()
    {
        using var gate = Gate();
        await gate.HoldAsync(TimeSpan.FromMinutes(5), default);
        await gate.HoldAsync(TimeSpan.FromSeconds(1), default);
        var start = time.GetUtcNow();
        await PassAsync(gate, 3);
        Assert.Equal(TimeSpan.FromMinutes(5), time.GetUtcNow() - start);
    }

    private RequestGate Gate() => new("group", new RequestCount(time), time);

    private async Task<List<DateTimeOffset>> PassAsync(RequestGate gate, int times)
    {
        var passed = new List<DateTimeOffset>();
        await time.RunAsync(Pass());
        return passed;

        async Task Pass()
        {
            for (var i = 0; i < times; i++)
            {
                await gate.WaitAsync(false, default);
                passed.Add(time.GetUtcNow());
            }
        }
    }
}
