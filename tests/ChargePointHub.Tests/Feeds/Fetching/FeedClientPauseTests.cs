using System.Globalization;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>When an operator is left alone: Retry-After, and the breaker.</summary>
public sealed class FeedClientPauseTests(Certificates certificates) : IClassFixture<Certificates>
{
    private readonly FeedAsking asking = new(certificates);

    [Fact]
    public async Task A_short_Retry_After_is_waited_for_in_place()
    {
        var time = new HurriedTime();
        var (result, server) = await asking.AskAsync(
            context =>
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "2";
                return Task.CompletedTask;
            },
            new FetchRules { Budget = TimeSpan.FromMinutes(10) },
            time: time);
        Assert.Equal(TimeSpan.FromSeconds(2), Failure(result, FailureKind.Throttled).RetryAfter);
        Assert.Equal(3, server.Requests);
        Assert.Equal(2, time.Waits.Count(w => w == TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData(429, FailureKind.Throttled)]
    [InlineData(503, FailureKind.ServerError)]
    public async Task A_longer_Retry_After_is_handed_to_the_caller_in_both_forms(int status, FailureKind kind)
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var header in new[] { "120", now.AddSeconds(120).ToString("R", CultureInfo.InvariantCulture) })
        {
            var (result, server) = await asking.AskAsync(context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = header;
                context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
            Assert.Equal(TimeSpan.FromSeconds(120), Failure(result, kind).RetryAfter);
            Assert.Equal(1, server.Requests);
        }
    }

    [Theory]
    [InlineData("86400", 900)]
    [InlineData("99999999999", 900)]
    [InlineData("Mon, 01 Jan 2024 00:00:00 GMT", 0)]
    [InlineData("soon", null)]
    [InlineData("-30", null)]
    [InlineData("1e9", null)]
    [InlineData("", null)]
    public async Task An_odd_Retry_After_is_kept_within_reason(string header, int? seconds)
    {
        var (result, _) = await asking.AskAsync(
            context =>
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = header;
                return Task.CompletedTask;
            },
            Quick with { Attempts = 1 });
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Failure(result, FailureKind.Throttled).RetryAfter);
    }

    [Fact]
    public async Task An_operator_that_cannot_be_reached_is_left_alone_and_asked_again_after_a_pause()
    {
        var time = new ManualTime();
        var well = false;
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            if (!well) context.Abort();
            return context.Response.WriteAsync("[]");
        });
        using var factory = new FeedClientFactory(time, new FetchRules { Attempts = 1 });
        using var client = factory.Create(server.Feed(certificates.CaFile));
        using var another = factory.Create(server.Feed(certificates.CaFile) with { FeedId = "another" });
        using var neighbour = factory.Create(server.Feed(certificates.CaFile, "neighbour"));
        for (var i = 0; i < 6; i++) Failure(await client.FetchAsync(server.Url, NoHeaders, default), FailureKind.Unreachable);

        var left = Failure(await another.FetchAsync(server.Url, NoHeaders, default), FailureKind.Unreachable);
        Assert.Equal(TimeSpan.FromSeconds(30), left.RetryAfter);
        Assert.Equal(6, server.Requests);
        Assert.Null(Failure(await neighbour.FetchAsync(server.Url, NoHeaders, default), FailureKind.Unreachable).RetryAfter);

        time.Advance(TimeSpan.FromSeconds(31));
        well = true;
        Assert.IsType<Fetched>(await another.FetchAsync(server.Url, NoHeaders, default));
        Assert.IsType<Fetched>(await client.FetchAsync(server.Url, NoHeaders, default));
    }

    [Fact]
    public async Task Who_is_left_alone_is_told_with_the_cause()
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), _ => Task.CompletedTask);
        using var factory = new FeedClientFactory(new ManualTime(), new FetchRules { Attempts = 1 });
        using var client = factory.Create(server.Feed(certificates.CaFile) with { CaFile = null });
        for (var i = 0; i < 6; i++) Failure(await client.FetchAsync(server.Url, NoHeaders, default), FailureKind.TlsRefused);

        var left = Failure(await client.FetchAsync(server.Url, NoHeaders, default), FailureKind.TlsRefused);

        Assert.Equal(TimeSpan.FromSeconds(30), left.RetryAfter);
        Assert.Matches("was not asked: .* is left alone for 30 seconds. .* was refused because", left.Detail);
    }

    [Fact]
    public async Task An_operator_that_answers_some_questions_with_500_is_still_asked_the_others()
    {
        var time = new ManualTime();
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("bad") ? 500 : 200;
            return context.Response.WriteAsync("[]");
        });
        using var factory = new FeedClientFactory(time, new FetchRules { Attempts = 1 });
        using var client = factory.Create(server.Feed(certificates.CaFile));
        for (var i = 0; i < 20; i++) Failure(await client.FetchAsync(new Uri(server.Url, "?bad=1"), NoHeaders, default), FailureKind.ServerError);

        Assert.IsType<Fetched>(await client.FetchAsync(server.Url, NoHeaders, default));
    }

    [Fact]
    public async Task A_fetch_whose_own_attempts_open_the_breaker_says_how_the_last_one_failed()
    {
        var (result, server) = await asking.AskAsync(
            context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
            Quick with { BreakerThroughput = 2 });
        Assert.Null(Failure(result, FailureKind.Unreachable).RetryAfter);
        Assert.Equal(2, result.Requests);
        Assert.Equal(2, server.Requests);
    }
}
