using System.Collections.Concurrent;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Notices;
using ChargePointHub.Store;
using ChargePointHub.Tests.Feeds.Fetching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Notices;

/// <summary>One operator with one feed, a receiver that is really there, by TLS, and a clock that is moved.</summary>
public abstract class NoticeScene : IAsyncLifetime, IDisposable
{
    protected const string Operator = "lamplight";

    /// <summary>Base64 of 32 bytes, made for this test.</summary>
    protected const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAAAAA=";

    protected static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly Certificates certificates = new();
    private readonly string folder = Directory.CreateTempSubdirectory("cph-notices-").FullName;

    protected MovedClock Clock { get; } = new() { Now = Noon };

    /// <summary>What arrived, in order.</summary>
    protected ConcurrentQueue<Taken> Received { get; } = new();

    protected HubDatabase Hub { get; private set; } = null!;

    protected OperatorServer Server { get; private set; } = null!;

    /// <summary>How the receiver answers; at first 200.</summary>
    protected Func<HttpContext, Task> Answers { get; set; } = _ => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        Hub = await HubDatabase.CreateDatabaseAsync();
        Server = await OperatorServer.StartAsync(certificates.Good(), async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var (headers, body) = (context.Request.Headers, await reader.ReadToEndAsync());
            Received.Enqueue(new Taken(headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, body));
            await Answers(context);
        });
        await File.WriteAllTextAsync(SecretFile, Secret + "\n");
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await Hub.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        certificates.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string SecretFile => Path.Combine(folder, "hook.secret");

    protected NoticeReceiver Receiver => new("duty", new Uri($"https://localhost:{Server.Port}/hooks/feeds"), "file:" + SecretFile, certificates.CaFile, ["localhost"]);

    protected OperatorDefinition Definition => new(Operator, "Lamplight", [], null, null,
    [
        new FeedDefinition
        {
            OperatorId = Operator,
            OperatorName = "Lamplight",
            FeedId = "main",
            Protocol = "loti-v1",
            BaseUrl = new Uri("https://operator.example/"),
            Zone = LondonCalendar.Zone,
            LimitGroup = "operator.example",
            Datasets = [new DatasetPlan { Dataset = Dataset.StatusChanges, Axis = WindowAxis.At }],
        },
    ])
    { Notices = [Receiver] };

    protected NoticeStore Store => new(Hub.Database);

    protected FeedWatch Watch => new(new FeedClients(new FeedClientFactory(Clock)), new FeedTlsStore(Hub.Database), Store, Clock, NullLogger<FeedWatch>.Instance);

    protected NoticeSender Sender(NoticeClient? client = null) => new(Store, client ?? new NoticeClient(Clock), Clock, NullLogger<NoticeSender>.Instance);

    /// <summary>A live poll a minute after the one before, as the run log and the ledger keep it.</summary>
    protected async Task PollAsync(string? failure)
    {
        Clock.Now += TimeSpan.FromMinutes(1);
        var (log, now) = (new RunLog(Hub.Database), Clock.Now);
        var run = await log.OpenAsync(new FeedKey(Operator, "main", Dataset.StatusChanges), RunKind.Live, new Window(now.AddMinutes(-30), now), now, CancellationToken.None);
        await log.CloseAsync(run, failure is null ? RunOutcome.Completed : RunOutcome.Failed, now, new RunCounts(), CancellationToken.None, failure, failure);
        if (failure is null)
            await Hub.OneAsync($"INSERT INTO coverage VALUES ('{Operator}', 'status_changes', 'covered', '2026-11-01', '{now.AddMinutes(-15):O}') ON CONFLICT (operator_id, dataset, kind, from_at) DO UPDATE SET to_at = excluded.to_at RETURNING 1");
    }

    protected async Task BreakAsync()
    {
        for (var failure = 0; failure < 3; failure++) await PollAsync("unreachable");
        await Watch.LookAsync(Definition, null, Noon, CancellationToken.None);
    }

    protected async Task LookAndSendAsync()
    {
        await Watch.LookAsync(Definition, null, Noon, CancellationToken.None);
        await SendAllAsync();
    }

    protected async Task SendAllAsync()
    {
        while (await Sender().SendNextAsync(Operator, Receiver, null, CancellationToken.None))
        {
        }
    }

    protected sealed record Taken(string Id, string Timestamp, string Signature, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public JsonElement Data => Json.GetProperty("data");
    }

    protected sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
