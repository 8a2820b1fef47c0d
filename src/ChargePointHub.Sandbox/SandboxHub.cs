using System.Net;
using System.Net.Sockets;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Console;

namespace ChargePointHub.Sandbox;

/// <summary>The hub of a pretend London: wired to its operators, with a key for everything.</summary>
public sealed class SandboxHub : IAsyncDisposable
{
    private const string KeyLabel = "sandbox: gla";

    private SandboxHub(HubHost hub, string key) => (Hub, Key) = (hub, key);

    public HubHost Hub { get; }

    /// <summary>Opens everything; made anew at each start, the one before is revoked.</summary>
    public string Key { get; }

    /// <summary>Starts it and writes sandbox.json.</summary>
    /// <param name="parts">Its certificate and logging are the Sandbox's own.</param>
    public static async Task<SandboxHub> StartAsync(PretendLondonHost london, HubParts parts, CancellationToken cancellationToken)
    {
        var options = new HubOptions
        {
            Data = Path.Combine(london.DataFolder, "hub"),
            Operators = london.OperatorsFolder,
            Areas = [london.AreasFile],
            PostgresBinaries = london.Options.PostgresBinaries ?? "",
            Port = london.Options.Port == 0 ? FreePort() : london.Options.Port,
        };
        var hub = await HubHost.StartAsync(
            options, parts with { Certificate = new Certificate(london.HubCertificate, [], london.CaFile), Logging = Quiet }, cancellationToken);
        try
        {
            var keys = hub.Services.GetRequiredService<AccessKeys>();
            foreach (var old in (await keys.ListAsync(cancellationToken)).Where(k => k.Label == KeyLabel && k.RevokedAt is null))
                await keys.RevokeAsync(old.KeyId, cancellationToken);
            if (await keys.CreateAsync(KeyLabel, Scope.Everything, cancellationToken) is not KeyMade { Key: var key }) throw new InvalidOperationException("All its keys were revoked.");
            london.WriteSandboxFile(new Uri(hub.BaseUrl), new Dictionary<string, string> { ["gla"] = key.Token });
            return new SandboxHub(hub, key.Token);
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>Warnings and worse, one line each, on stderr: stdout is for what a person asked for.</summary>
    private static void Quiet(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "HH:mm:ss ";
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
