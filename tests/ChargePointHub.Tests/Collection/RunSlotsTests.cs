using ChargePointHub.Server.Collection;

namespace ChargePointHub.Tests.Collection;

public class RunSlotsTests
{
    private readonly ManualTime time = new();

    [Fact]
    public async Task No_more_runs_than_places_and_the_next_goes_when_one_ends()
    {
        var slots = new RunSlots(2, time);
        var first = await slots.TakeAsync(default);
        using var second = await slots.TakeAsync(default);
        var third = slots.TakeAsync(default);

        Assert.False(third.IsCompleted);
        first.Dispose();
        using var got = await third;
        Assert.False(slots.TakeAsync(default).IsCompleted);
    }

    [Fact]
    public async Task A_run_that_takes_long_gives_its_place_to_the_next_and_gives_it_back_only_once()
    {
        var slots = new RunSlots(1, time);
        var hanging = await slots.TakeAsync(default);
        var next = slots.TakeAsync(default);
        Assert.False(next.IsCompleted);

        time.Advance(RunSlots.Longest);
        using var got = await next;
        hanging.Dispose();
        Assert.False(slots.TakeAsync(default).IsCompleted);
    }
}
