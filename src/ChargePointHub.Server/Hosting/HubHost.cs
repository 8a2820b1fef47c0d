using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Health;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Doctor;
using ChargePointHub.Server.Findings;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Server.Notices;
using ChargePointHub.Server.Pages;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Findings;
using ChargePointHub.Store.Queries;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ChargePointHub.Server.Hosting;

/// <summary>A hub put together from its parts and running: database, API and collector.</summary>
public sealed class HubHost : IAsyncDisposable
{
    /// <summary>What each operator adds to the time over which first polls are spread.</summary>
    private static readonly TimeSpan SpreadAnOperator = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication app;
    private readonly HubDatabaseHandle database;
    private readonly TimeSpan drain;
    private readonly IReadOnlyList<Check> certificate;

    private HubHost(WebApplication app, HubDatabaseHandle database, TimeSpan drain, string baseUrl, string? caFile, IReadOnlyList<Check> certificate)
    {
        (this.app, this.database, this.drain, this.certificate) = (app, database, drain, certificate);
        (BaseUrl, CaFile) = (baseUrl, caFile);
    }

    /// <summary>e.g. <c>https://localhost:8443</c>.</summary>
    public string BaseUrl { get; }

    /// <summary>PEM file that clients trust for this hub; null where a configured certificate is used.</summary>
    public string? CaFile { get; }

    /// <summary>Where the database's files are, when it is the embedded one.</summary>
    public string? DatabaseFolder => database.Folder;

    /// <summary>What a person should know about the database's whereabouts; may be empty.</summary>
    public IReadOnlyList<string> DatabaseNotes => database.Notes;

    /// <summary>What is not wrong, and probably not meant either.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            if (Services.GetRequiredService<LiveRegistry>().Current.Operators.Count == 0) warnings.Add("There are no operator files yet, so nothing is collected; README.md shows a complete one.");
            if (Services.GetRequiredService<AreaIndex>().Boroughs.Count == 0) warnings.Add("No boundaries of boroughs are loaded, so no charge point has a borough; name a file with --areas.");
            warnings.AddRange(certificate.Where(c => c.Outcome != CheckOutcome.Ok).Select(c => $"The certificate: {c.Sentence} {c.Remedy}"));
            return warnings;
        }
    }

    public IServiceProvider Services => app.Services;

    /// <summary>Starts everything and returns when the hub answers.</summary>
    /// <exception cref="StartException">Something that a person can mend, said in lines.</exception>
    public static async Task<HubHost> StartAsync(HubOptions options, HubParts parts, CancellationToken cancellationToken)
    {
        RefuseTakenPort(options);
        var areas = new AreaIndex([.. options.Areas.Select(BoundaryLayer.Load)]);
        var registry = new LiveRegistry(OperatorFiles.Registry, options.Operators, OperatorFiles.Load(options.Operators));
        var tls = parts.Certificate ?? Certificate.For(options, parts.Time.GetUtcNow());
        var database = await HubDatabaseHandle.OpenAsync(options, cancellationToken);
        try
        {
            await Migrator.MigrateAsync(database.Source, cancellationToken);
            if (database.IsEmbedded) await new OperatorLeases(database.Source).ForgetAllAsync(cancellationToken);
            await PlaceAgainAsync(new AreaStore(database.Source), areas, cancellationToken);
            var app = Compose(options, parts, tls, areas, registry, database.Source);
            database.ReportTo(app.Services.GetRequiredService<ILogger<HubDatabaseHandle>>());
            await app.StartAsync(cancellationToken);
            var host = options.IsLoopback ? "localhost" : Dns.GetHostName();
            var warnings = options.Certificate.Length == 0 ? [] : CertificateChecks.Look(options, parts.Time.GetUtcNow());
            return new HubHost(app, database, TimeSpan.FromSeconds(options.DrainSeconds), $"https://{host}:{options.Port}", tls.CaFile, warnings);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Returns when the hub has been asked to stop, or a part of it has ended by a fault, as the log says: then it is
    /// <see cref="ExitCode.Refused"/>, so that whoever watches over it starts it again. It goes on until it is disposed of.
    /// </summary>
    public async Task<ExitCode> WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var hasFailed = Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(s => s.ExecuteTask is { IsFaulted: true });
        return hasFailed ? ExitCode.Refused : ExitCode.Done;
    }

    /// <summary>
    /// Before a stop that nobody should notice: readiness says no, leases are given back, and everything is still answered until
    /// those who route here have had time to see it.
    /// </summary>
    public async Task DrainAsync()
    {
        Services.GetRequiredService<Readiness>().Stop();
        var collecting = Services.GetServices<IHostedService>().OfType<CollectorService>().Select(c => c.StopAsync(CancellationToken.None));
        await Task.WhenAll([.. collecting, Task.Delay(drain, Services.GetRequiredService<TimeProvider>())]);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
    }

    private static WebApplication Compose(
        HubOptions options, HubParts parts, Certificate certificate, AreaIndex areas, LiveRegistry registry, Database database)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        (parts.Logging ?? (logging => HubLogging.Configure(logging, options.LogFormat)))(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options, kestrel.ApplicationServices.GetRequiredService<LiveCertificate>()));
        builder.Services.AddHsts(hsts => hsts.MaxAge = SecurityHeaders.TransportMaxAge);
        var keys = new AccessKeys(database, parts.Time);
        var readiness = new Readiness();
        builder.Services
            .AddSingleton(parts.Time)
            .AddSingleton(database)
            .AddSingleton(areas)
            .AddSingleton(registry)
            .AddSingleton(keys)
            .AddSingleton(readiness)
            .AddSingleton(s => new LiveCertificate(options, certificate, parts.Time, s.GetRequiredService<ILogger<LiveCertificate>>()))
            .AddSingleton(parts.PageWriter?.Invoke(database) ?? new PageWriter(database))
            .AddSingleton<CoverageStore>()
            .AddSingleton<ContinuationStore>()
            .AddSingleton<RereadStore>()
            .AddSingleton<DiscrepancyStore>()
            .AddSingleton<PullPlaces>()
            .AddSingleton<CollectionLedger>()
            .AddSingleton<StatusSweeper>()
            .AddSingleton<FeedTlsStore>()
            .AddSingleton<FeedWatch>()
            .AddSingleton<QuarantineStore>()
            .AddSingleton<QuarantineRecheck>()
            .AddSingleton<NoticeStore>()
            .AddSingleton(new NoticeClient(parts.Time))
            .AddSingleton<NoticeSender>()
            .AddSingleton<RunLog>()
            .AddSingleton(new FeedClientFactory(parts.Time, parts.RequestCount ?? new DatabaseRequestCount(new RequestCounts(database))))
            .AddSingleton<FeedClients>()
            .AddSingleton(s => ProtocolCatalogue.Create(s.GetRequiredService<FeedClients>().FetchFor, r => (Secrets.Resolve(r) as Secret)?.Value, parts.Time))
            .AddSingleton<FeedRun>()
            .AddSingleton<OperatorLeases>()
            .AddSingleton(new RunSlots(options.SimultaneousRuns, parts.Time))
            .AddSingleton<CollectionStart>(s => (definition, lease) => new OperatorCollection(
                definition, lease.Token, s.GetRequiredService<IReadOnlyList<IFeedProtocol>>(), s.GetRequiredService<FeedRun>(),
                s.GetRequiredService<CollectionLedger>(), s.GetRequiredService<StatusSweeper>(), parts.Time, s.GetRequiredService<ILogger<OperatorCollection>>())
            {
                StartSpread = SpreadAnOperator * registry.Current.Operators.Count,
                Slots = s.GetRequiredService<RunSlots>(),
                Recheck = s.GetRequiredService<QuarantineRecheck>(),
                Beside = [s.GetRequiredService<FeedWatch>().WatchAsync, s.GetRequiredService<NoticeSender>().SendAsync],
            })
            .AddHubApi(s => new HubServices(
                database,
                ct => new HubSettings(database).GetOrCreateSecretAsync("cursor_key", ct),
                async (key, ct) => CheckOf(await keys.VerifyAsync(key, ct)),
                () => RegistryDirectory.Of(registry.Current, areas),
                parts.Time)
            {
                Readiness = readiness,
                Desk = new SubmissionDesk(
                    () => registry.Current.Operators,
                    new SubmissionRun(s.GetRequiredService<PageWriter>(), s.GetRequiredService<RunLog>(), new SubmissionStore(database), areas, parts.Time)),
                Audit = new AuditWriter(new AuditChain(database), parts.Time, s.GetRequiredService<ILogger<AuditWriter>>()),
                Quotas = new Quotas(new QuotaLimits(options.KeyQuota, options.AddressQuota, options.AnswersAReader), parts.Time),
                Answers = new AnswerSlots(options.SimultaneousAnswers, AnswerSlots.UsualPatience),
            });
        builder.Services.AddSingleton(s => new FindingRounds(
            new FindingCheck(database, parts.Time), new FindingStore(database), () => RegistryDirectory.Of(registry.Current, areas), parts.Time, s.GetRequiredService<ILogger<FindingRounds>>()));
        BackgroundWork.AddTo(builder.Services, options, database, keys);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            // Whoever keeps a connection open would send its next request to a hub that is gone.
            if (readiness.IsStopping && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
            return next(context);
        });
        app.UseHsts();
        app.MapHubApi().MapHubPages();
        app.Services.GetService<OtlpExport>();
        return app;
    }

    /// <summary>From the store's closed list to the API's.</summary>
    private static KeyCheck CheckOf(KeyResult result) => result switch
    {
        KeyAccepted accepted => KeyCheck.Opens(accepted.Scope, accepted.Label, accepted.ExpiresAt, accepted.Organisation) with { Grants = accepted.Grants },
        KeyRefused { Failure: KeyFailure.Malformed } => KeyCheck.Refused(KeyRefusal.Malformed),
        KeyRefused { Failure: KeyFailure.Expired } => KeyCheck.Refused(KeyRefusal.Expired),
        KeyRefused { Failure: KeyFailure.Revoked } => KeyCheck.Refused(KeyRefusal.Revoked),
        _ => KeyCheck.Refused(KeyRefusal.Unknown),
    };

    private static void Listen(KestrelServerOptions kestrel, HubOptions options, LiveCertificate certificate)
    {
        kestrel.AddServerHeader = false;
        ServerLimits.Set(kestrel.Limits);
        void Secure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(PlainHttpRefusal.Around);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate.Current,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                }),
            });
        }

        if (options.Listen == "localhost") kestrel.ListenLocalhost(options.Port, Secure);
        else if (options.Listen == "*") kestrel.ListenAnyIP(options.Port, Secure);
        else kestrel.Listen(IPAddress.Parse(options.Listen), options.Port, Secure);
    }

    /// <summary>Asked for before anything is made or started: the commonest mistake is a hub that runs already.</summary>
    private static void RefuseTakenPort(HubOptions options)
    {
        var address = options.Listen switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            var other => IPAddress.Parse(other),
        };
        using var probe = new TcpListener(address, options.Port);
        try
        {
            probe.Start();
        }
        catch (SocketException refused)
        {
            throw new StartException([$"Port {options.Port} of {options.Listen} cannot be used ({refused.SocketErrorCode}). Stop the program that has it, or name another port with --port."], ExitCode.Refused);
        }
    }

    /// <summary>Charge points that were placed with other boundaries than these are placed again.</summary>
    private static async Task PlaceAgainAsync(AreaStore store, AreaIndex areas, CancellationToken cancellationToken)
    {
        var stale = (await store.ReadPlacesAsync(cancellationToken)).Where(p => p.BoundaryVersion != areas.Version);
        await store.WriteAsync(
            [.. stale.Select(p => new PlacedChargePoint(p.OperatorId, p.ChargePointId, areas.Place(p.Latitude, p.Longitude)))], cancellationToken);
    }
}

/// <summary>What stands in for the usual parts of a hub.</summary>
public sealed record HubParts
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Shown instead of what the options name.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Null: to the console, as configured.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>Null: requests are counted in the database, in real time.</summary>
    public IRequestCount? RequestCount { get; init; }

    /// <summary>A page writer with eyes on it, for proofs.</summary>
    public Func<Database, PageWriter>? PageWriter { get; init; }
}

/// <summary>The hub cannot start; each line is one reason, for the person who starts it.</summary>
/// <param name="exitCode">How a program ends that cannot go on.</param>
public sealed class StartException(IReadOnlyList<string> reasons, ExitCode exitCode = ExitCode.WrongUse) : Exception(string.Join(Environment.NewLine, reasons))
{
    public IReadOnlyList<string> Reasons => reasons;

    public ExitCode ExitCode => exitCode;
}
