using System.Net;
using System.Net.Sockets;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Agreements;
using ChargePointHub.Server.Access.Grants;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using Microsoft.Extensions.Logging.Console;

namespace ChargePointHub.Sandbox;

/// <summary>The hub of a pretend London: wired to its operators, with agreements in force and a key for each role.</summary>
public sealed class SandboxHub : IAsyncDisposable
{
    private const string LabelStart = "sandbox: ";

    private SandboxHub(HubHost hub, IReadOnlyDictionary<string, string> keys) => (Hub, Keys) = (hub, keys);

    public HubHost Hub { get; }

    /// <summary>By the word of the role; those of the start before, where they still hold.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; }

    /// <summary>The GLA's: all records of all operators.</summary>
    public string Key => Keys[Words<OrganisationRole>.Of(OrganisationRole.Gla)];

    /// <summary>Starts it, brings its agreements into force and writes sandbox.json.</summary>
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
            await AgreeAsync(london, hub, parts.Time, cancellationToken);
            var keys = await MakeKeysAsync(london, hub.Services.GetRequiredService<AccessKeys>(), cancellationToken);
            london.WriteSandboxFile(new Uri(hub.BaseUrl), keys);
            return new SandboxHub(hub, keys);
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();

    /// <summary>By the same way as anyone's: a file, read and applied.</summary>
    private static async Task AgreeAsync(PretendLondonHost london, HubHost hub, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = Path.Combine(london.DataFolder, PretendAgreements.FileName);
        PrivateFile.WriteOpen(file, PretendAgreements.FileOf(london.Operators));
        var (register, faults) = GrantsFile.Read(file);
        if (register is null) throw new InvalidOperationException(string.Join(Environment.NewLine, faults.Select(OperatorFiles.Line)));
        await new GrantStore(hub.Services.GetRequiredService<Database>()).ApplyAsync(register, "the Sandbox", time.GetUtcNow(), cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, string>> MakeKeysAsync(PretendLondonHost london, AccessKeys keys, CancellationToken cancellationToken)
    {
        var (before, made) = (london.KeysOfBefore(), new Dictionary<string, string>());
        var wanted = PretendAgreements.OneOfEach(london.Operators).Select(k => (Word: Words<OrganisationRole>.Of(k.Role), k.OrganisationId)).ToList();
        foreach (var (word, organisation) in wanted)
        {
            if (before.TryGetValue(word, out var token) && await keys.VerifyAsync(token, cancellationToken) is KeyAccepted { Organisation: { } holder } && holder.Id == organisation) made.Add(word, token);
        }

        var kept = made.Values.Select(token => token.Split('_')[2]).ToHashSet(StringComparer.Ordinal);
        foreach (var old in (await keys.ListAsync(cancellationToken)).Where(k => k.Label.StartsWith(LabelStart, StringComparison.Ordinal) && k.RevokedAt is null && !kept.Contains(k.KeyId)))
            await keys.RevokeAsync(old.KeyId, cancellationToken);
        foreach (var (word, organisation) in wanted.Where(k => !made.ContainsKey(k.Word)))
        {
            if (await keys.CreateForAsync(organisation, LabelStart + word, cancellationToken) is not KeyMade { Key: var key }) throw new InvalidOperationException("All its other keys were revoked, and the organisation is there.");
            made.Add(word, key.Token);
        }

        return made;
    }

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
