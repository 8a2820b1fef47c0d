using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Servers that break HTTP on purpose: each is a named failure, within the budget, and without taking the memory.</summary>
public sealed class HostileHttpTests(Certificates certificates) : IClassFixture<Certificates>
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private static readonly FetchRules Rules = new() { Attempts = 1, Budget = TimeSpan.FromSeconds(3), LargestBody = 1_000_000, FreeSwelling = 100_000 };

    [Theory]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n", FailureKind.ProtocolError)]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Again: and again\r\n", FailureKind.ProtocolError)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Long: ", "xxxxxxxxxxxxxxxxxxxx", FailureKind.ProtocolError)]
    [InlineData("HTTP/1.1 200 ", "OK OK OK OK OK OK OK", FailureKind.ProtocolError)]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n2;", "extension=without-end;", FailureKind.ProtocolError)]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", "X-Trailer: again\r\n", FailureKind.ProtocolError)]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n", "8\r\n[1,2,3, \r\n", FailureKind.TooLarge)]
    [InlineData(Head + "Connection: close\r\n\r\n[", "1,2,3,4,5,6,7,", FailureKind.TooLarge)]
    public async Task What_never_ends_is_ended(string begin, string again, FailureKind kind)
    {
        var failure = await AskAsync(async (tls, gone) =>
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(begin), gone);
            var many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 200)));
            while (true) await tls.WriteAsync(many, gone);
        });
        Assert.True(failure.Kind == kind, failure.ToString());
    }

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\n[1]", FailureKind.Truncated)]
    [InlineData("Content-Length: 2\r\n\r\n[1]", FailureKind.Truncated)]
    [InlineData("Content-Length: 99999999999999999999\r\n\r\n[1", FailureKind.Truncated)]
    [InlineData("Content-Length: 4000000000\r\n\r\n[1]", FailureKind.TooLarge)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n0\r\n\r\n", FailureKind.Truncated)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n", FailureKind.Truncated)]
    [InlineData("Connection: close\r\n\r\n[1, 2", FailureKind.Truncated)]
    [InlineData("Connection: close\r\n\r\n", FailureKind.NotJson)]
    [InlineData("Content-Encoding: gzip\r\nConnection: close\r\n\r\n[1]", FailureKind.Truncated)]
    [InlineData("Content-Encoding: br\r\nConnection: close\r\n\r\n[1]", FailureKind.NotJson)]
    [InlineData("Content-Encoding: deflate\r\nConnection: close\r\n\r\n[1]", FailureKind.NotJson)]
    [InlineData("Content-Encoding: gzip, gzip\r\nConnection: close\r\n\r\n[1]", FailureKind.ProtocolError)]
    [InlineData("Content-Encoding: gzip\r\nContent-Encoding: br\r\nConnection: close\r\n\r\n[1]", FailureKind.ProtocolError)]
    [InlineData("Content-Encoding: zstd\r\nConnection: close\r\n\r\n[1]", FailureKind.ProtocolError)]
    public async Task Framing_that_lies_is_seen(string rest, FailureKind kind)
    {
        var failure = await AskAsync(async (tls, gone) =>
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(Head + rest), gone);
            await tls.ShutdownAsync();
        });
        Assert.True(failure.Kind == kind, failure.ToString());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_bomb_is_stopped_long_before_the_limit(string encoding)
    {
        var failure = await AskServerAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await using Stream packed = encoding switch
            {
                "gzip" => new GZipStream(context.Response.Body, CompressionLevel.Optimal, leaveOpen: true),
                "br" => new BrotliStream(context.Response.Body, CompressionLevel.Optimal, leaveOpen: true),
                _ => new ZLibStream(context.Response.Body, CompressionLevel.Optimal, leaveOpen: true),
            };
            await packed.WriteAsync(new byte[900_000]);
        });
        Assert.Equal(FailureKind.TooLarge, failure.Kind);
        Assert.Contains("200 times", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_too_many_values_is_refused_before_it_is_taken_apart()
    {
        var failure = await AskServerAsync(
            context => context.Response.WriteAsync("[" + string.Concat(Enumerable.Repeat("0,", 4_000_001)) + "0]"), Rules with { LargestBody = 16_000_000, Budget = TimeSpan.FromSeconds(30) });
        Assert.Equal(FailureKind.TooLarge, failure.Kind);
        Assert.Contains("names and values", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_several_blocks_is_read_as_it_was_sent_and_judged_to_its_last_byte()
    {
        var numbers = string.Join(',', Enumerable.Range(0, 400_000));
        foreach (var (tail, kind) in new (string, FailureKind?)[] { ("]", null), ("", FailureKind.Truncated), ("]]", FailureKind.NotJson), (",\"\u00e9\"]", null) })
        {
            await using var server = await OperatorServer.StartAsync(certificates.Good(), context => context.Response.WriteAsync("\ufeff[" + numbers + tail));
            using var factory = new FeedClientFactory(TimeProvider.System, Rules with { LargestBody = 16_000_000, Budget = TimeSpan.FromSeconds(30) });
            using var client = factory.Create(server.Feed(certificates.CaFile));
            var result = await client.FetchAsync(server.Url, new Dictionary<string, string>(), default);
            Assert.Equal(kind, (result as FetchFailed)?.Failure.Kind);
            if (result is not Fetched fetched) continue;
            Assert.Equal(399_999, fetched.Json.RootElement[399_999].GetInt32());
            fetched.Json.Dispose();
        }
    }

    [Fact]
    public async Task A_byte_that_is_no_utf8_is_found_in_any_block()
    {
        var body = Encoding.UTF8.GetBytes("[\"" + new string('a', 2_000_000) + "~\"]");
        body[^3] = 0xE9;
        var failure = await AskServerAsync(context => context.Response.Body.WriteAsync(body).AsTask(), Rules with { LargestBody = 16_000_000, Budget = TimeSpan.FromSeconds(30) });
        Assert.Equal(FailureKind.NotJson, failure.Kind);
        Assert.Contains("UTF-8", failure.Detail, StringComparison.Ordinal);
    }

    private async Task<FeedFailure> AskServerAsync(RequestDelegate answer, FetchRules? rules = null)
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), answer);
        using var factory = new FeedClientFactory(TimeProvider.System, rules ?? Rules);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        return Assert.IsType<FetchFailed>(await client.FetchAsync(server.Url, new Dictionary<string, string>(), default)).Failure;
    }

    /// <summary>One connection to a server that writes what it likes.</summary>
    private async Task<FeedFailure> AskAsync(Func<SslStream, CancellationToken, Task> answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var over = new CancellationTokenSource();
        var answering = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync(over.Token);
            await using var tls = new SslStream(connection.GetStream());
            await tls.AuthenticateAsServerAsync(certificates.Good());
            Assert.True(await tls.ReadAsync(new byte[8192], over.Token) > 0);
            await answer(tls, over.Token);
        });
        var url = new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        using var factory = new FeedClientFactory(TimeProvider.System, Rules);
        using var client = factory.Create(OperatorServer.Feed(url, certificates.CaFile));
        var failure = Assert.IsType<FetchFailed>(await client.FetchAsync(url, new Dictionary<string, string>(), default)).Failure;
        await over.CancelAsync();
        await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return failure;
    }
}
