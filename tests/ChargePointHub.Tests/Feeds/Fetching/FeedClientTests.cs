using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

public sealed class FeedClientTests : IClassFixture<Certificates>
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    private static readonly FetchRules Quick = new() { FirstPause = TimeSpan.FromMilliseconds(1), Budget = TimeSpan.FromSeconds(20) };

    private readonly Certificates certificates;

    public FeedClientTests(Certificates certificates) => this.certificates = certificates;

    [Fact]
    public async Task A_whole_answer_over_trusted_tls_is_parsed_with_its_headers()
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = "Token abc", ["accept"] = "application/vnd.test+json" };
        var (result, server) = await AskAsync(
            async context =>
            {
                context.Response.Headers["X-Total-Count"] = "7";
                context.Response.Headers.Append("Link", "<a>");
                context.Response.Headers.Append("Link", "<b>");
                await context.Response.WriteAsJsonAsync(new { token = context.Request.Headers.Authorization.ToString(), accept = context.Request.Headers.Accept.ToString() });
            },
            headers: headers);
        var fetched = Assert.IsType<Fetched>(result);
        using (fetched.Json)
        {
            Assert.Equal("Token abc", fetched.Json.RootElement.GetProperty("token").GetString());
            Assert.Equal("application/vnd.test+json", fetched.Json.RootElement.GetProperty("accept").GetString());
        }

        Assert.Equal("7", fetched.Headers["x-total-count"]);
        Assert.Equal("<a>, <b>", fetched.Headers["link"]);
        Assert.Equal(1, fetched.Requests);
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData(401, FailureKind.Unauthorised, 1)]
    [InlineData(403, FailureKind.Forbidden, 1)]
    [InlineData(404, FailureKind.UnexpectedStatus, 1)]
    [InlineData(204, FailureKind.UnexpectedStatus, 1)]
    [InlineData(304, FailureKind.UnexpectedStatus, 1)]
    [InlineData(408, FailureKind.TimedOut, 3)]
    [InlineData(429, FailureKind.Throttled, 3)]
    [InlineData(500, FailureKind.ServerError, 3)]
    [InlineData(503, FailureKind.ServerError, 3)]
    public async Task A_status_is_its_failure_and_is_asked_again_only_where_that_may_help(int status, FailureKind kind, int requests)
    {
        var (result, server) = await AskAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var failure = Failure(result, kind);
        Assert.Contains($" {status}", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(requests, result.Requests);
        Assert.Equal(requests, server.Requests);
    }

    [Fact]
    public async Task What_fails_once_and_then_works_has_worked()
    {
        var times = 0;
        var (result, _) = await AskAsync(context =>
        {
            if (++times < 3) context.Response.StatusCode = 502;
            return times < 3 ? Task.CompletedTask : context.Response.WriteAsync("[]");
        });
        Assert.Equal(3, Assert.IsType<Fetched>(result).Requests);
    }

    [Theory]
    [InlineData("{\"data\": [1, 2", FailureKind.Truncated)]
    [InlineData("{\"data\": \"caf", FailureKind.Truncated)]
    [InlineData("{\"data\": tr", FailureKind.Truncated)]
    [InlineData("<!DOCTYPE html><html>Maintenance</html>", FailureKind.NotJson)]
    [InlineData("{\"data\": 1} trailing", FailureKind.NotJson)]
    [InlineData("{\"data\": 1, \"data\": 2}", FailureKind.NotJson)]
    [InlineData("", FailureKind.NotJson)]
    [InlineData("12", FailureKind.NotJson)]
    public async Task An_answer_cut_short_is_told_from_one_that_never_was_json(string body, FailureKind kind)
    {
        var (result, _) = await AskAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(body);
        });
        Assert.Contains("text/html", Failure(result, kind).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_nested_deeper_than_32_levels_is_refused()
    {
        var (deep, _) = await AskAsync(context => context.Response.WriteAsync(new string('[', 33) + new string(']', 33)));
        Assert.Contains("32", Failure(deep, FailureKind.NotJson).Detail, StringComparison.Ordinal);
        var (allowed, _) = await AskAsync(context => context.Response.WriteAsync(new string('[', 32) + new string(']', 32)));
        Assert.IsType<Fetched>(allowed).Json.Dispose();
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_obstacle_and_bytes_that_are_no_utf8_are_refused()
    {
        var (marked, _) = await AskAsync(context => context.Response.Body.WriteAsync(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'[', (byte)']' }).AsTask());
        Assert.IsType<Fetched>(marked).Json.Dispose();
        var (latin, _) = await AskAsync(context => context.Response.Body.WriteAsync(new byte[] { (byte)'[', (byte)'"', 0xE9, (byte)'"', (byte)']' }).AsTask());
        Assert.Contains("UTF-8", Failure(latin, FailureKind.NotJson).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 100")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    public async Task A_connection_cut_in_the_body_is_truncated_after_three_attempts(string framing)
    {
        var chunk = framing.EndsWith("chunked", StringComparison.Ordinal) ? "A\r\n{\"data\": [\r\n" : "{\"data\": [";
        var result = await AskAndCutAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing}\r\n\r\n{chunk}", times: 3);
        Failure(result, FailureKind.Truncated);
        Assert.Equal(3, result.Requests);
    }

    [Fact]
    public async Task A_connection_cut_before_the_answer_is_unreachable_after_three_attempts()
    {
        var result = await AskAndCutAsync("", times: 3);
        Failure(result, FailureKind.Unreachable);
        Assert.Equal(3, result.Requests);
    }

    [Fact]
    public async Task What_is_not_http_is_a_protocol_error()
    {
        Failure(await AskAndCutAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n", times: 1), FailureKind.ProtocolError);
        Failure(await AskAndCutAsync($"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 70_000)}\r\n\r\n[]", times: 1), FailureKind.ProtocolError);
    }

    [Fact]
    public async Task A_server_that_accepts_and_then_says_nothing_is_given_up_on_before_the_budget_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var factory = new FeedClientFactory(TimeProvider.System, Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200), Attempts = 1 });
        using var client = factory.Create(OperatorServer.Feed(UrlOf(listener), certificates.CaFile));
        Assert.Contains("0.2 seconds", Failure(await client.FetchAsync(UrlOf(listener), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Compressed_answers_are_read_and_bombs_stop_at_the_limit(string encoding)
    {
        var small = "{\"data\":[]}"u8.ToArray();
        var (good, _) = await AskAsync(context => SendCompressedAsync(context, encoding, small));
        Assert.IsType<Fetched>(good).Json.Dispose();

        var bomb = new byte[5_000_000];
        Array.Fill(bomb, (byte)' ');
        var (result, server) = await AskAsync(context => SendCompressedAsync(context, encoding, bomb), Quick with { LargestBody = 1_000_000 });
        Failure(result, FailureKind.TooLarge);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Compression_that_breaks_off_is_truncated()
    {
        var (result, _) = await AskAsync(async context =>
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
        var (result, _) = await AskAsync(context => context.Response.WriteAsync(body), Quick with { LargestBody = 1000 });
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
        var (result, _) = await AskAsync(
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
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(
            async context =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            },
            cancellationToken: cancel.Token));
    }

    [Fact]
    public async Task A_closed_port_and_a_name_that_does_not_exist_are_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var server = await OperatorServer.StartAsync(null, _ => Task.CompletedTask);
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(null));
        Assert.Contains("refused", Failure(await client.FetchAsync(new Uri($"https://localhost:{port}/"), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
        Assert.Contains("resolve", Failure(await client.FetchAsync(new Uri("https://nowhere.invalid/"), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_Retry_After_is_waited_for_in_place()
    {
        var time = new HurriedTime();
        var (result, server) = await AskAsync(
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
            var (result, server) = await AskAsync(context =>
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
        var (result, _) = await AskAsync(
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
    public async Task A_redirect_on_the_same_host_is_followed_with_its_headers()
    {
        var (result, server) = await AskAsync(
            context =>
            {
                if (context.Request.Path == "/there") return context.Response.WriteAsJsonAsync(new[] { context.Request.Headers.Authorization.ToString() });
                context.Response.Redirect("/there");
                return Task.CompletedTask;
            },
            headers: new() { ["Authorization"] = "Token abc" });
        var fetched = Assert.IsType<Fetched>(result);
        Assert.Equal("Token abc", fetched.Json.RootElement[0].GetString());
        Assert.Equal(2, fetched.Requests);
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData("https://another.example/", FailureKind.AddressRefused)]
    [InlineData("http://localhost/", FailureKind.AddressRefused)]
    [InlineData("https://127.0.0.1/", FailureKind.AddressRefused)]
    [InlineData("https://user:pw@localhost/", FailureKind.AddressRefused)]
    [InlineData("/locations", FailureKind.UnexpectedStatus)]
    [InlineData("", FailureKind.UnexpectedStatus)]
    public async Task A_redirect_elsewhere_or_without_end_is_not_followed(string location, FailureKind kind)
    {
        var (result, server) = await AskAsync(context =>
        {
            context.Response.StatusCode = 302;
            if (location.Length > 0) context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        Assert.DoesNotContain("pw", Failure(result, kind).Detail, StringComparison.Ordinal);
        Assert.Equal(location == "/locations" ? 4 : 1, server.Requests);
    }

    [Fact]
    public async Task Secrets_in_the_address_show_in_no_failure()
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        var result = await client.FetchAsync(new Uri($"{server.Url}?apiKey=hidden1&limit=5&X-Amz-Signature=hidden2"), NoHeaders, default);
        var failure = Failure(result, FailureKind.UnexpectedStatus);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("?apiKey=***&limit=5&X-Amz-Signature=***", failure.Url, StringComparison.Ordinal);
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
        var (result, server) = await AskAsync(
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

    private static FeedFailure Failure(FetchResult result, FailureKind kind)
    {
        var failure = Assert.IsType<FetchFailed>(result).Failure;
        Assert.True(kind == failure.Kind, $"{failure}");
        Assert.EndsWith(".", failure.Detail, StringComparison.Ordinal);
        return failure;
    }

    private static async Task SendCompressedAsync(HttpContext context, string encoding, byte[] body)
    {
        context.Response.Headers.ContentEncoding = encoding;
        await using Stream compressed = encoding switch
        {
            "gzip" => new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true),
        };
        await compressed.WriteAsync(body);
    }

    private static Uri UrlOf(TcpListener listener) => new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    private async Task<FetchResult> AskAndCutAsync(string answer, int times)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAndCutAsync(listener, certificates.Good(), answer, times);
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(OperatorServer.Feed(UrlOf(listener), certificates.CaFile));
        var result = await client.FetchAsync(UrlOf(listener), NoHeaders, default);
        await answering;
        return result;
    }

    /// <summary>Sends the bytes and closes, as a server does that dies in an orderly way.</summary>
    private static async Task AnswerAndCutAsync(TcpListener listener, X509Certificate2 certificate, string answer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var connection = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(connection.GetStream());
            await tls.AuthenticateAsServerAsync(certificate);
            var request = new byte[4096];
            for (var read = 0; !Encoding.ASCII.GetString(request, 0, read).EndsWith("\r\n\r\n", StringComparison.Ordinal);) read += await tls.ReadAsync(request.AsMemory(read));
            await tls.WriteAsync(Encoding.ASCII.GetBytes(answer));
            await tls.ShutdownAsync();
        }
    }

    private async Task<(FetchResult Result, OperatorServer Server)> AskAsync(
        RequestDelegate answer,
        FetchRules? rules = null,
        Dictionary<string, string>? headers = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), answer);
        using var factory = new FeedClientFactory(time ?? TimeProvider.System, rules ?? Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        return (await client.FetchAsync(server.Url, headers ?? NoHeaders, cancellationToken), server);
    }

    /// <summary>The system's clock with timers that run a thousand times faster and are remembered.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public System.Collections.Concurrent.ConcurrentBag<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) Waits.Add(dueTime);
            return System.CreateTimer(callback, state, dueTime > TimeSpan.FromMinutes(1) ? dueTime : dueTime / 1000, period);
        }
    }
}
