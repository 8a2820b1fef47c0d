using System.Globalization;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Notices;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Notices;

/// <summary>What becomes of a notice on its way: wrong answers, silence, days of absence, a hub that ends.</summary>
public sealed class NoticeDeliveryTests : NoticeScene
{
    [Theory]
    [InlineData(500, "unexpected_status", false)]
    [InlineData(404, "unexpected_status", false)]
    [InlineData(307, "redirected", false)]
    [InlineData(410, "gone", true)]
    public async Task An_answer_that_is_no_yes_is_tried_again_unless_it_says_never(int status, string failure, bool isOver)
    {
        Answers = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        await BreakAsync();
        await SendAllAsync();

        Assert.Single(Received);
        Assert.Equal($"{failure} {(isOver ? "over" : "waits")} 1", await Hub.OneAsync("SELECT failure || CASE WHEN next_at IS NULL THEN ' over ' ELSE ' waits ' END || attempts FROM notice"));

        Answers = _ => Task.CompletedTask;
        Clock.Now += TimeSpan.FromSeconds(4);
        await SendAllAsync();
        Assert.Single(Received);
        Clock.Now += TimeSpan.FromSeconds(2);
        await SendAllAsync();
        Assert.Equal(isOver ? 1 : 2, Received.Count);
        Assert.Single(Received.Select(t => (t.Id, t.Body)).Distinct());
    }

    [Fact]
    public async Task What_has_arrived_is_noted_also_where_the_hub_ends_at_that_moment()
    {
        await BreakAsync();
        using var ending = new CancellationTokenSource();
        var clock = new EndingClock(Clock, () => { if (!Received.IsEmpty) ending.Cancel(); });

        await new NoticeSender(Store, new NoticeClient(Clock), clock, NullLogger<NoticeSender>.Instance).SendNextAsync(Operator, Receiver, null, ending.Token);

        Assert.True(ending.IsCancellationRequested);
        Assert.Equal("1", await Hub.OneAsync("SELECT count(delivered_at) FROM notice"));
    }

    private sealed class EndingClock(TimeProvider clock, Action looked) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            looked();
            return clock.GetUtcNow();
        }
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_costs_the_budget_and_no_more()
    {
        Answers = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await BreakAsync();

        Assert.True(await Sender(new NoticeClient(TimeProvider.System, TimeSpan.FromMilliseconds(300))).SendNextAsync(Operator, Receiver, null, CancellationToken.None));

        Assert.Equal("timed_out", await Hub.OneAsync("SELECT failure FROM notice"));
    }

    [Fact]
    public async Task A_receiver_that_was_down_for_a_day_gets_everything_in_order_when_it_is_back_with_the_signature_of_the_day()
    {
        Answers = context => { context.Response.StatusCode = 503; return Task.CompletedTask; };
        await BreakAsync();
        await PollAsync(null);
        await Watch.LookAsync(Definition, null, Noon, CancellationToken.None);
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            Clock.Now += TimeSpan.FromMinutes(1);
            await SendAllAsync();
        }

        Assert.InRange(Received.Count, 10, 20);
        Assert.Equal(["feed.broken"], Received.Select(t => t.Json.GetProperty("type").GetString()).Distinct());
        var before = Received.Count;
        Answers = _ => Task.CompletedTask;
        Clock.Now += TimeSpan.FromHours(2);
        await SendAllAsync();

        Assert.Equal(["feed.broken", "feed.recovered"], Received.Skip(before).Select(t => t.Json.GetProperty("type").GetString()));
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM notice WHERE delivered_at IS NULL"));
        Assert.True(long.Parse(Received.Last().Timestamp, CultureInfo.InvariantCulture) >= Noon.AddDays(1).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task What_cannot_be_delivered_for_three_days_is_given_up()
    {
        await Server.DisposeAsync();
        await BreakAsync();
        Clock.Now += TimeSpan.FromDays(2.9);
        await SendAllAsync();
        Assert.Equal("unreachable", await Hub.OneAsync("SELECT failure FROM notice WHERE next_at IS NOT NULL"));
        Clock.Now += TimeSpan.FromDays(0.2);
        await SendAllAsync();

        Assert.Equal("too_old", await Hub.OneAsync("SELECT failure FROM notice WHERE next_at IS NULL"));
    }

    [Fact]
    public async Task What_waits_for_a_dead_receiver_is_bounded_and_the_newest_stays()
    {
        for (var round = 0; round <= NoticeStore.MostWaiting / 2; round++)
        {
            await BreakAsync();
            await PollAsync(null);
            await Watch.LookAsync(Definition, null, Noon, CancellationToken.None);
        }

        Assert.Equal($"{NoticeStore.MostWaiting}", await Hub.OneAsync("SELECT count(*) FROM notice WHERE next_at IS NOT NULL"));
        Assert.Equal("2", await Hub.OneAsync("SELECT count(*) FROM notice WHERE failure = 'backlog_full' AND made_at < (SELECT min(made_at) FROM notice WHERE next_at IS NOT NULL)"));
    }

    [Fact]
    public async Task A_hub_that_ends_in_the_middle_of_a_delivery_loses_nothing_and_the_repeat_can_be_told()
    {
        using var end = new CancellationTokenSource();
        Answers = async context =>
        {
            await end.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await BreakAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Sender().SendNextAsync(Operator, Receiver, null, end.Token));

        Answers = _ => Task.CompletedTask;
        await SendAllAsync();
        Assert.Single(Received);
        Clock.Now += TimeSpan.FromSeconds(5);
        await SendAllAsync();
        await SendAllAsync();

        Assert.Equal(2, Received.Count);
        Assert.Single(Received.Select(t => (t.Id, t.Body)).Distinct());
    }

    [Fact]
    public async Task A_dead_receiver_holds_up_no_other()
    {
        var dead = Receiver with { ReceiverId = "dead", Url = new Uri("https://localhost:1/") };
        var definition = Definition with { Notices = [dead, Receiver] };
        for (var failure = 0; failure < 3; failure++) await PollAsync("unreachable");
        await Watch.LookAsync(definition, null, Noon, CancellationToken.None);

        using var end = new CancellationTokenSource();
        var arrived = new TaskCompletionSource();
        Answers = _ => { arrived.TrySetResult(); return Task.CompletedTask; };
        var sending = Sender().SendAsync(definition, null, end.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await end.CancelAsync();
        await Task.WhenAny(sending);

        Assert.Single(Received);
    }

    [Fact]
    public async Task An_address_within_is_refused_unless_it_is_named_and_an_unknown_authority_too()
    {
        await BreakAsync();
        var client = new NoticeClient(TimeProvider.System);

        Assert.Equal(NoticeFailureKind.AddressRefused, (await client.SendAsync(Receiver with { AllowPrivateHosts = [] }, Guid.NewGuid(), "{}", CancellationToken.None))!.Kind);
        Assert.Equal(NoticeFailureKind.TlsRefused, (await client.SendAsync(Receiver with { CaFile = null }, Guid.NewGuid(), "{}", CancellationToken.None))!.Kind);
        Assert.Equal(NoticeFailureKind.SecretUnusable, (await client.SendAsync(Receiver with { Secret = "env:NOT_SET_ANYWHERE" }, Guid.NewGuid(), "{}", CancellationToken.None))!.Kind);
        await File.WriteAllTextAsync(SecretFile, "whsec_c2hvcnQ=");
        var failure = await client.SendAsync(Receiver, Guid.NewGuid(), "{}", CancellationToken.None);
        Assert.Equal(NoticeFailureKind.SecretUnusable, failure!.Kind);
        Assert.DoesNotContain("c2hvcnQ", failure.Detail, StringComparison.Ordinal);
        Assert.Empty(Received);
    }
}
