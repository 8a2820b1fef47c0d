using System.Net;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>An operator's API on 127.0.0.1, over TLS unless no certificate is given.</summary>
public sealed class OperatorServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private int requests;

    private OperatorServer(WebApplication app) => this.app = app;

    /// <summary>Requests that arrived.</summary>
    public int Requests => requests;

    public int Port { get; private set; }

    public Uri Url => new($"https://localhost:{Port}/locations");

    public static async Task<OperatorServer> StartAsync(X509Certificate2? certificate, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var server = new OperatorServer(builder.Build());
        server.app.Run(context =>
        {
            Interlocked.Increment(ref server.requests);
            return answer(context);
        });
        await server.app.StartAsync();
        server.Port = new Uri(server.app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return server;
    }

    public FeedDefinition Feed(string? caFile, string operatorId = "test-operator", params RequestLimit[] limits) => Feed(Url, caFile, operatorId, limits);

    public static FeedDefinition Feed(Uri url, string? caFile, string operatorId = "test-operator", params RequestLimit[] limits) => new()
    {
        OperatorId = operatorId,
        OperatorName = "Test Operator",
        FeedId = "test",
        Protocol = "loti-v1",
        BaseUrl = url,
        Zone = LondonCalendar.Zone,
        CaFile = caFile,
        AllowPrivateHosts = ["localhost"],
        LimitGroup = "localhost",
        Limits = limits,
        Datasets = [],
    };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
