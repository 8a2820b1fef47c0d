using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>One question to an operator that answers as a test says, through a client with short pauses.</summary>
internal sealed class FeedAsking(Certificates certificates)
{
    public static readonly Dictionary<string, string> NoHeaders = [];

    public static readonly FetchRules Quick = new() { FirstPause = TimeSpan.FromMilliseconds(1), Budget = TimeSpan.FromSeconds(20) };

    public static FeedFailure Failure(FetchResult result, FailureKind kind)
    {
        var failure = Assert.IsType<FetchFailed>(result).Failure;
        Assert.True(kind == failure.Kind, $"{failure}");
        Assert.EndsWith(".", failure.Detail, StringComparison.Ordinal);
        return failure;
    }

    public static async Task SendCompressedAsync(HttpContext context, string encoding, byte[] body)
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

    public static Uri UrlOf(TcpListener listener) => new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public async Task<FetchResult> AskAndCutAsync(string answer, int times)
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
            try
            {
                await tls.WriteAsync(Encoding.ASCII.GetBytes(answer));
                await tls.ShutdownAsync();
            }
            catch (IOException)
            {
                // A client that has read enough to refuse the answer hangs up before its end.
            }
        }
    }

    public async Task<(FetchResult Result, OperatorServer Server)> AskAsync(
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
    public sealed class HurriedTime : TimeProvider
    {
        public System.Collections.Concurrent.ConcurrentBag<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) Waits.Add(dueTime);
            return System.CreateTimer(callback, state, dueTime > TimeSpan.FromMinutes(1) ? dueTime : dueTime / 1000, period);
        }
    }
}
