using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Sandbox.Areas;
using ChargePointHub.Sandbox.Certificates;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Operators;
using ChargePointHub.Sandbox.Oracle;
using ChargePointHub.Sandbox.Quirks;
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
    private readonly CancellationTokenSource stopping;

    private PretendLondonHost(
        SandboxOptions options, PretendLondon london, string areasFile, IReadOnlyList<RunningOperator> operators, SandboxCertificates certificates, WebApplication server, OracleFiles? oracle, FolderClaim claim, CancellationTokenSource stopping)
    {
        this.claim = claim;
        this.stopping = stopping;
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

    /// <summary>Simulated ones first, then odd ones, then replayed ones.</summary>
    public IReadOnlyList<RunningOperator> Operators { get; }

    /// <summary>What was asked of each operator since the start, by operator_id.</summary>
    public required IReadOnlyDictionary<string, OperatorRequests> Requests { get; init; }

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
    /// <param name="stories">Of months, which a program asks for and no option does; null: none.</param>
    public static async Task<SandboxStart> StartAsync(SandboxOptions options, TimeProvider time, CancellationToken cancellationToken, LongStories? stories = null)
    {
        var now = time.GetUtcNow();
        var faults = new List<string>();
        if (FolderClaim.Take(options.DataFolder, faults) is not { } claim) return new SandboxStart.Refused(faults);
        var start = await StartAsync(options, claim, time, now, faults, stories, cancellationToken);
        if (start is SandboxStart.Refused) claim.Dispose();
        return start;
    }

    private static async Task<SandboxStart> StartAsync(
        SandboxOptions options, FolderClaim claim, TimeProvider time, DateTimeOffset now, List<string> faults, LongStories? stories, CancellationToken cancellationToken)
    {
        if (options.Fresh) await SandboxState.ForgetAsync(options.DataFolder, options.PostgresBinaries, faults, cancellationToken);
        var (layer, areas) = Areas(options, faults);
        if (faults.Count > 0) return new SandboxStart.Refused(faults);
        if (SandboxState.Settle(options, areas, now, faults) is not { } state) return new SandboxStart.Refused(faults);

        var london = new PretendLondon(state.World, layer!);
        var recorded = options.ReplayFolder is { } replay ? RecordedOperator.ReadAll(replay, faults) : [];
        var odd = options.Quirks ? QuirkOperator.ReadAll() : [];
        string[] ids = [.. london.Operators.Select(o => o.Operator.OperatorId), .. odd.Select(o => o.OperatorId), .. recorded.Select(r => r.OperatorId)];
        foreach (var twice in recorded.Where(r => ids.Count(id => id == r.OperatorId) > recorded.Count(o => o.OperatorId == r.OperatorId))) faults.Add($"--replay: {twice.OperatorId} is the name of a simulated operator; choose another operator_id.");
        var outages = OperatorWishes.Outages(options, ids, now, faults);
        var lookBacks = OperatorWishes.LookBacks(options, ids, faults);
        string[] readByOcpi =
            [.. london.Operators.Where(o => o.Operator.Style == OperatorStyle.OcpiAndLoti).Select(o => o.Operator.OperatorId), .. recorded.Where(r => r.Protocol != "loti-v1").Select(r => r.OperatorId)];
        var wished = OperatorWishes.Faults(options, ids, readByOcpi, now, faults);
        if (faults.Count > 0) return new SandboxStart.Refused(faults);

        OperatorWishes.AddLimits(wished, odd.Select(o => (o.OperatorId, o.Limit())));
        var stopping = new CancellationTokenSource();
        var faultsOf = ids.Distinct().ToDictionary(
            id => id, id => new OperatorFaults(wished[id], state.World.Seed ^ AskedList.Text(id), time, stopping.Token), StringComparer.Ordinal);
        london = london.With(o => faultsOf[o.OperatorId].Trait<CorrectionsTrait>() is { } corrections ? o with { CorrectedShare = corrections.Share } : o);
        if (stories is not null) london = stories.Tell(london);
        var dataFolder = Path.GetFullPath(options.DataFolder);
        var certificates = SandboxCertificates.Open(Path.Combine(dataFolder, "tls"), now);
        var ports = OperatorServer.FreePorts(options.Port == 0 ? 0 : options.Port + 1, ids.Length);
        var files = new OperatorFiles(Path.Combine(dataFolder, "operators"), certificates.CaFile);
        var (served, running, written) = (new List<ServedOperator>(), new List<RunningOperator>(), new List<string>());
        foreach (var truth in london.Operators)
        {
            var (owner, port) = (truth.Operator, ports[served.Count]);
            var token = new OperatorToken(files.TokenOf(owner.OperatorId));
            var own = faultsOf[owner.OperatorId];
            var clock = own.Trait<ClockTrait>()?.Of(time) ?? time;
            var lookBack = own.Trait<LookBackTrait>()?.Reach ?? (lookBacks.TryGetValue(owner.OperatorId, out var reach) ? reach : null);
            var outage = new Outages(outages[owner.OperatorId], now);
            var loti = new LotiApi(truth, token, outage, lookBack, own, clock);
            var ocpi = owner.Style == OperatorStyle.OcpiAndLoti ? new OcpiApi(truth, token, own, clock) : null;
            served.Add(Served(owner.OperatorId, port, outage, own, context =>
                ocpi is not null && context.Request.Path.StartsWithSegments("/ocpi", StringComparison.Ordinal) ? ocpi.HandleAsync(context) : loti.HandleAsync(context)));
            written.Add(files.Write(owner, port, state.World.Epoch, lookBack, own.Trait<LimitFault>()));
            running.Add(new RunningOperator(
                owner.OperatorId, owner.Name, new Uri($"https://localhost:{port}{(ocpi is null ? LotiApi.BasePath : OcpiApi.VersionsPath)}"), ocpi is null ? "loti-v1" : "ocpi-2.2.1"));
        }

        foreach (var each in odd)
        {
            var (port, own, token) = (ports[served.Count], faultsOf[each.OperatorId], files.TokenOf(each.OperatorId));
            served.Add(Served(each.OperatorId, port, new Outages(outages[each.OperatorId], now), own, context => each.HandleAsync(context, token, time.GetUtcNow())));
            written.Add(each.WriteFile(files, port, own.Trait<LimitFault>()));
            running.Add(new RunningOperator(each.OperatorId, each.Name, new Uri($"https://localhost:{port}/"), each.Protocol));
        }

        foreach (var each in recorded)
        {
            var port = ports[served.Count];
            served.Add(Served(each.OperatorId, port, new Outages(outages[each.OperatorId], now), faultsOf[each.OperatorId], each.HandleAsync));
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
            stopping.Dispose();
            return new SandboxStart.Refused([$"The operators' ports cannot be opened ({e.Message}) Start again, or choose another --port."]);
        }

        var oracle = options.OracleFolder is { } folder ? OracleFiles.Start(folder, london, faultsOf, time) : null;
        return new SandboxStart.Started(new PretendLondonHost(options, london, areasFile, running, certificates, server, oracle, claim, stopping)
        {
            Requests = faultsOf.ToDictionary(f => f.Key, f => f.Value.Log),
        });

        ServedOperator Served(string id, int port, Outages outage, OperatorFaults own, RequestDelegate api) => new(id, port, outage, context => own.HandleAsync(context, api))
        {
            Certificate = own.Trait<CertificateTrait>() is { } certificate ? certificates.Wrong(certificate.Which, now) : null,
            Tls = own.Trait<OldTlsTrait>() is null ? SslProtocols.Tls12 | SslProtocols.Tls13 : OldTlsTrait.Protocol,
        };
    }

    /// <summary>Keys that the start before wrote down, by role; none where nobody did, or the file is no longer what it was.</summary>
    public IReadOnlyDictionary<string, string> KeysOfBefore()
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(DataFolder, "sandbox.json")));
            return file.RootElement.GetProperty("keys").EnumerateObject().ToDictionary(k => k.Name, k => k.Value.GetString() ?? "");
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new Dictionary<string, string>();
        }
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
        // Requests that a fault never answers end here, or the server would wait for them.
        await stopping.CancelAsync();
        if (oracle is not null) await oracle.DisposeAsync();
        await server.DisposeAsync();
        stopping.Dispose();
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
}
