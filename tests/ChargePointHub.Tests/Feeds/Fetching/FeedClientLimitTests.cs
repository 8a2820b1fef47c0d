using System.IO.Compression;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using Microsoft.AspNetCore.Http;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>How large an answer may be, packed and unpacked, and how long it may take.</summary>
public sealed class FeedClientLimitTests(Certificates certificates) : IClassFixture<Certificates>
{
    private readonly FeedAsking asking = new(certificates);

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Compressed_answers_are_read_and_bombs_stop_at_the_limit(string encoding)
    {
        var small = "{\"data\":[]}"u8.ToArray();
        var (good, _) = await asking.AskAsync(context => SendCompressedAsync(context, encoding, small));
        Assert.IsType<Fetched>(good).Json.Dispose();

        var bomb = new byte[5_000_000];
        Array.Fill(bomb, (byte)' ');
        var (result, server) = await asking.AskAsync(context => SendCompressedAsync(context, encoding, bomb), Quick with { LargestBody = 1_000_000 });
        Failure(result, FailureKind.TooLarge);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Compression_that_breaks_off_is_truncated()
    {
        var (result, _) = await asking.AskAsync(async context =>
        {
            using var whole = new MemoryStream();
            await using (var gzip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 20_000))}]"));
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(whole.ToArray().AsMemory(0, (int)whole.Length / 2));
        });
        Failure(result, FailureKind.Truncated);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task The_size_limit_is_inclusive(int over, bool fits)
    {
        var body = "[" + new string(' ', 998 + over) + "]";
        var (result, _) = await asking.AskAsync(context => context.Response.WriteAsync(body), Quick with { LargestBody = 1000 });
        if (fits) Assert.IsType<Fetched>(result).Json.Dispose();
        else Failure(result, FailureKind.TooLarge);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_budget_covers_the_headers_and_the_body(bool headersArrive)
    {
        // More than the buffers on the way hold: once it is sent, the client has begun to read the body.
        var half = Encoding.UTF8.GetBytes("[" + new string(' ', 24_000_000));
        var time = new ManualTime();
        var (result, _) = await asking.AskAsync(
            async context =>
            {
                if (headersArrive) await context.Response.Body.WriteAsync(half);
                time.Advance(Quick.Budget - TimeSpan.FromTicks(1));
                Assert.False(context.RequestAborted.IsCancellationRequested);
                time.Advance(TimeSpan.FromTicks(1));
                await context.Response.WriteAsync(headersArrive ? "]" : "[]");
            },
            time: time);
        Failure(result, FailureKind.TimedOut);
        Assert.Equal(1, result.Requests);
    }

    [Fact]
    public async Task Cancelling_throws_and_is_no_failure_of_the_operator()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.AskAsync(
            async context =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            },
            cancellationToken: cancel.Token));
    }

    [Fact]
    public async Task Waiting_for_a_turn_takes_nothing_from_the_budget()
    {
        var time = new ManualTime();
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context => context.Response.WriteAsync("[]"));
        using var factory = new FeedClientFactory(time);
        using var client = factory.Create(server.Feed(certificates.CaFile, limits: new RequestLimit(1, TimeSpan.FromHours(1))));
        Assert.IsType<Fetched>(await client.FetchAsync(server.Url, NoHeaders, default));
        var second = client.FetchAsync(server.Url, NoHeaders, default);
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));
        Assert.IsType<Fetched>(await second);
    }
}
