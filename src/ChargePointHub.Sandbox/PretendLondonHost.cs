using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Areas;
using ChargePointHub.Sandbox.Certificates;
using ChargePointHub.Sandbox.Operators;
using ChargePointHub.Sandbox.Oracle;
using ChargePointHub.Sandbox.Replay;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox;

/// <summary>What came of starting a pretend London: a closed union.</summary>
public abstract record SandboxStart
{
    private SandboxStart()
    {
    }

    public sealed record Started(PretendLondonHost Host) : SandboxStart;

    /// <param name="Faults">One helpful sentence each, all that were found.</param>
    public sealed record Refused(IReadOnlyList<string> Faults) : SandboxStart;
}

/// <summary>An operator that is up.</summary>
/// <param name="BaseUrl">Of its first feed.</param>
/// <param name="Protocol">Of its first feed.</param>
public sealed record RunningOperator(string OperatorId, string Name, Uri BaseUrl, string Protocol);

/// <summary>A pretend London that is up: operators answering, their files written, the oracle following.</summary>
public sealed class PretendLondonHost : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebApplication server;
    private readonly SandboxCertificates certificates;
    private readonly OracleFiles? oracle;
    private readonly FolderClaim claim;

    private PretendLondonHost(
        SandboxOptions options, PretendLondon london, string areasFile, IReadOnlyList<RunningOperator> operators, SandboxCertificates certificates, WebApplication server, OracleFiles? oracle, FolderClaim claim)
    {
        this.claim = claim;
        Options = options;
        London = london;
        AreasFile = areasFile;
        Operators = operators;
        this.certificates = certificates;
        this.server = server;
        this.oracle = oracle;
    }

    public SandboxOptions Options { get; }

    /// <summary>The truth behind the simulated operators.</summary>
    public PretendLondon London { get; }

    /// <summary>Simulated ones first, then replayed ones.</summary>
    public IReadOnlyList<RunningOperator> Operators { get; }

    /// <summary>Absolute path.</summary>
    public string DataFolder => Path.GetFullPath(Options.DataFolder);

    /// <summary>The hub's registry: one file an operator.</summary>
    public string OperatorsFolder => Path.Combine(DataFolder, "operators");

    /// <summary>GeoJSON of the areas in which the charge points stand.</summary>
    public string AreasFile { get; }

    /// <summary>PEM of the Sandbox's own certificate authority.</summary>
    public string CaFile => certificates.CaFile;

    /// <summary>For a hub on localhost, 127.0.0.1 or ::1; with its key.</summary>
    public X509Certificate2 HubCertificate => certificates.Localhost;

    /// <summary>Starts everything but the hub. Wrong options and unusable folders are refused with sentences that help.</summary>
    public static async Task<SandboxStart> StartAsync(SandboxOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var faults = new List<string>();
        if (FolderClaim.Take(options.DataFolder, faults) is not { } claim) return new SandboxStart.Refused(faults);
        var start = await StartAsync(options, claim, time, now, faults, cancellationToken);
        if (start is SandboxStart.Refused) claim.Dispose();
        return start;
    }

    private static async Task<SandboxStart> StartAsync(
        SandboxOptions options, FolderClaim claim, TimeProvider time, DateTimeOffset now, List<string> faults, CancellationToken cancellationToken)
    {
        if (options.Fresh) await SandboxState.ForgetAsync(options.DataFolder, options.PostgresBinaries, faults, cancellationToken);
        var (layer, areas) = Areas(options, faults);
        if (faults.Count > 0) return new SandboxStart.Refused(faults);
        if (SandboxState.Settle(options, areas, now, faults) is not { } state) return new SandboxStart.Refused(faults);

        var london = new PretendLondon(state.World, layer!);
        var recorded = options.ReplayFolder is { } replay ? RecordedOperator.ReadAll(replay, faults) : [];
        string[] ids = [.. london.Operators.Select(o => o.Operator.OperatorId), .. recorded.Select(r => r.OperatorId)];
        foreach (var twice in recorded.Where(r => london.Operators.Any(o => o.Operator.OperatorId == r.OperatorId))) faults.Add($"--replay: {twice.OperatorId} is the name of a simulated operator; choose another operator_id.");
        var outages = OutagesById(options, ids, now, faults);
        var lookBacks = LookBacksById(options, ids, faults);
        if (faults.Count > 0) return new SandboxStart.Refused(faults);

        var dataFolder = Path.GetFullPath(options.DataFolder);
        var certificates = SandboxCertificates.Open(Path.Combine(dataFolder, "tls"), now);
        var ports = OperatorServer.FreePorts(options.Port == 0 ? 0 : options.Port + 1, ids.Length);
        var files = new OperatorFiles(Path.Combine(dataFolder, "operators"), certificates.CaFile);
        var (served, running, written) = (new List<ServedOperator>(), new List<RunningOperator>(), new List<string>());
        foreach (var truth in london.Operators)
        {
            var (owner, port) = (truth.Operator, ports[served.Count]);
            var token = files.TokenOf(owner.OperatorId);
            var lookBack = lookBacks.TryGetValue(owner.OperatorId, out var reach) ? reach : (TimeSpan?)null;
            var outage = new Outages(outages[owner.OperatorId], now);
            var loti = new LotiApi(truth, token, outage, lookBack, time);
            var ocpi = owner.Style == OperatorStyle.OcpiAndLoti ? new OcpiApi(truth, token, time) : null;
            served.Add(new ServedOperator(owner.OperatorId, port, outage, context =>
                ocpi is not null && context.Request.Path.StartsWithSegments("/ocpi", StringComparison.Ordinal) ? ocpi.HandleAsync(context) : loti.HandleAsync(context)));
            written.Add(files.Write(owner, port, state.World.Epoch, lookBack));
            running.Add(new RunningOperator(
                owner.OperatorId, owner.Name, new Uri($"https://localhost:{port}{(ocpi is null ? LotiApi.BasePath : OcpiApi.VersionsPath)}"), ocpi is null ? "loti-v1" : "ocpi-2.2.1"));
        }

        foreach (var each in recorded)
        {
            var port = ports[served.Count];
            served.Add(new ServedOperator(each.OperatorId, port, new Outages(outages[each.OperatorId], now), each.HandleAsync));
            written.Add(ReplayFile.Write(files, each, port, state.World.Epoch));
            running.Add(new RunningOperator(each.OperatorId, each.Name, new Uri($"https://localhost:{port}/"), each.Protocol));
        }

        foreach (var old in state.OperatorFiles.Except(written)) File.Delete(Path.Combine(dataFolder, "operators", Path.GetFileName(old)));
        var areasFile = Path.Combine(dataFolder, "areas.geojson");
        PrivateFile.WriteOpen(areasFile, areas);
        (state with { OperatorFiles = written }).Save(dataFolder);
        WebApplication server;
        try
        {
            server = await OperatorServer.StartAsync(served, certificates.Localhost, time, cancellationToken);
        }
        catch (IOException e)
        {
            // A port that was free a moment ago has been taken since.
            certificates.Dispose();
            return new SandboxStart.Refused([$"The operators' ports cannot be opened ({e.Message}) Start again, or choose another --port."]);
        }

        var oracle = options.OracleFolder is { } folder ? OracleFiles.Start(folder, london, time) : null;
        return new SandboxStart.Started(new PretendLondonHost(options, london, areasFile, running, certificates, server, oracle, claim));
    }

    /// <summary>Writes sandbox.json into the data folder, for programs that want to use the hub; readable by its owner only, as it holds keys.</summary>
    public void WriteSandboxFile(Uri hub, IReadOnlyDictionary<string, string> keys)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                base_url = hub.ToString().TrimEnd('/'),
                ca_file = Path.GetFullPath(CaFile),
                keys,
                operators = Operators.Select(o => new { operator_id = o.OperatorId, base_url = o.BaseUrl.ToString().TrimEnd('/'), protocol = o.Protocol }),
            },
            Indented);
        PrivateFile.Write(Path.Combine(DataFolder, "sandbox.json"), content);
    }

    public async ValueTask DisposeAsync()
    {
        if (oracle is not null) await oracle.DisposeAsync();
        await server.DisposeAsync();
        certificates.Dispose();
        claim.Dispose();
    }

    private static (AreaLayer? Layer, byte[] File) Areas(SandboxOptions options, List<string> faults)
    {
        if (options.AreasFile is not { } file)
        {
            var simple = SimpleAreas.Build();
            return (simple, SimpleAreas.ToGeoJson(simple));
        }

        var layer = AreaLayer.Read(file, out var fault);
        if (fault is not null) faults.Add($"--areas {fault}");
        return (layer, fault is null ? File.ReadAllBytes(file) : []);
    }

    private static Dictionary<string, Coverage> OutagesById(SandboxOptions options, string[] ids, DateTimeOffset now, List<string> faults)
    {
        var outages = ids.Distinct().ToDictionary(id => id, _ => Coverage.None, StringComparer.Ordinal);
        foreach (var text in options.Outages)
        {
            if (OutageWish.Parse(text, now, out var fault) is not { } wish) faults.Add(fault!);
            else if (outages.TryGetValue(wish.OperatorId, out var others)) outages[wish.OperatorId] = others.Union(wish.Window);
            else faults.Add($"--outage {text}: there is no operator \"{wish.OperatorId}\"; there are {string.Join(", ", ids)}.");
        }

        return outages;
    }

    private static Dictionary<string, TimeSpan> LookBacksById(SandboxOptions options, string[] ids, List<string> faults)
    {
        var lookBacks = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var text in options.LookBacks)
        {
            var parts = text.Split('=', 2);
            try
            {
                var reach = XmlConvert.ToTimeSpan(parts[^1]);
                if (parts.Length == 2 && ids.Contains(parts[0], StringComparer.Ordinal) && reach > TimeSpan.Zero) lookBacks[parts[0]] = reach;
                else faults.Add($"--look-back {text}: expected OPERATOR=DURATION with one of the operators {string.Join(", ", ids)} and a length above nothing.");
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                faults.Add($"--look-back {text}: \"{parts[^1]}\" is no ISO 8601 duration; write P2D or PT36H.");
            }
        }

        return lookBacks;
    }
}
