using ChargePointHub.Client;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Client;

/// <summary>Changes as pages and as they come, and what stops a copy.</summary>
public sealed class ChangeReaderTests
{
    private static readonly string Tariff = PretendHub.Example("Change");

    [Fact]
    public async Task A_page_tells_what_to_do_and_where_the_copy_then_stands()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("ChangeList", page => page["next_cursor"] = "behind")));

        var page = Assert.IsType<ChangesTold.Page>(await new ChangeReader(hub.Client(), DatasetName.Tariffs, DatasetName.ChargePoints) { Limit = 5 }.ReadAsync("before"));

        Assert.Equal("/v1/changes?dataset=tariffs,charge_points&limit=5&cursor=before", Assert.Single(hub.Asked).Address);
        Assert.Equal("behind", page.Cursor);
        Assert.Equal(["lamplight:standard", "lamplight:old"], page.Changes.Select(c => c.Key["tariff_id"]));
        Assert.Equal([false, true], page.Changes.Select(c => c.IsRemoval));
        Assert.Equal(59m, page.Changes[0].As<Tariff>().PencePerKwh);
        Assert.Throws<InvalidOperationException>(() => page.Changes[1].As<Tariff>());
    }

    [Fact]
    public async Task What_fits_no_copy_is_an_outcome_with_its_reason()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(410, "CPH-1206"));
        var reader = new ChangeReader(hub.Client());

        Assert.Equal(new ChangesTold.BeginAnew("CPH-1206", "This is refused."), await reader.ReadAsync("before"));
        Assert.Equal([new ChangesTold.BeginAnew("CPH-1206", "This is refused.")], await reader.ListenAsync("before").ToListAsync());
    }

    [Fact]
    public async Task A_stream_that_ends_or_is_cut_goes_on_behind_the_last_event_that_came_whole()
    {
        var (hasOne, hasThree) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var hub = await PretendHub.StartAsync(
            PretendHub.Cut($"retry: 10\n\nid: one\nevent: change\ndata: {Tariff}\n\nid: two\nevent: change\ndata: {Tariff[..30]}", "text/event-stream", hasOne.Task),
            PretendHub.Cut($"id: two\nevent: change\ndata: {Tariff}\n\n: nothing\n\nid: three\nevent: heartbeat\ndata: {{}}\n\n", "text/event-stream", hasThree.Task),
            context =>
            {
                context.Response.ContentType = "text/event-stream";
                return context.Response.WriteAsync($"id: four\nevent: change\ndata: {Tariff}\n\n");
            },
            PretendHub.Problem(410, "CPH-1205"));
        var told = new List<ChangesTold>();

        await foreach (var next in new ChangeReader(hub.Client(new NoPauses()), DatasetName.Tariffs).ListenAsync(null))
        {
            told.Add(next);
            if (next is ChangesTold.Page { Cursor: "one" }) hasOne.SetResult();
            if (next is ChangesTold.Page { Cursor: "three" }) hasThree.SetResult();
        }

        Assert.Equal([null, "one", "three", "four"], hub.Asked.Select(a => a.LastEventId));
        Assert.All(hub.Asked, a => Assert.Equal(("/v1/changes?dataset=tariffs", "text/event-stream"), (a.Address, a.Accept)));
        Assert.Equal([("one", 1), ("two", 1), ("three", 0), ("four", 1)], told.OfType<ChangesTold.Page>().Select(p => (p.Cursor, p.Changes.Count)));
        Assert.Equal("CPH-1205", Assert.IsType<ChangesTold.BeginAnew>(told[^1]).Code);
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_opened_again()
    {
        var opened = 0;
        await using var hub = await PretendHub.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref opened) > 1)
            {
                await PretendHub.Problem(410, "CPH-1205")(context);
                return;
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"id: one\nevent: change\ndata: {Tariff}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var told = new ChangeReader(hub.Client()).ListenAsync(null, patience.Token).GetAsyncEnumerator();
        Assert.True(await told.MoveNextAsync());

        var next = told.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        Assert.True(await next);
        Assert.IsType<ChangesTold.BeginAnew>(told.Current);
        Assert.Equal("one", hub.Asked.Last().LastEventId);
    }
}
