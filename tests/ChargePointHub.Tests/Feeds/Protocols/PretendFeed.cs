using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>What a pull brought, all pages together.</summary>
public sealed record Pulled(IReadOnlyList<PulledPage> Pages, FeedFailure? Failure)
{
    public bool IsProven => Failure is null && Pages.Count > 0 && Pages[^1].IsLast && Pages.Count(p => p.IsLast) == 1;

    public IReadOnlyList<Judged<ChargePoint>> ChargePoints => [.. Pages.SelectMany(p => p.Records.ChargePoints)];

    public IReadOnlyList<StatusObservation> Statuses => [.. Pages.SelectMany(p => p.Records.Statuses)];

    public IReadOnlyList<Judged<Tariff>> Tariffs => [.. Pages.SelectMany(p => p.Records.Tariffs)];

    public IReadOnlyList<Judged<StatusChange>> StatusChanges => [.. Pages.SelectMany(p => p.Records.StatusChanges)];

    public IReadOnlyList<Judged<ChargingSession>> Sessions => [.. Pages.SelectMany(p => p.Records.ChargingSessions)];

    public IReadOnlyList<Judged<Outage>> Outages => [.. Pages.SelectMany(p => p.Records.Outages)];

    public IReadOnlyList<RefusedRecord> Refused => [.. Pages.SelectMany(p => p.Records.Refused)];

    public IReadOnlyList<Finding> Findings => [.. Pages.SelectMany(p => p.Records.Findings)];

    /// <summary>"rule count", sorted: what a report would show.</summary>
    public IReadOnlyList<string> FindingCounts => [.. Findings.GroupBy(f => f.Rule).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}")];
}

/// <summary>A feed whose answers the test gives, and what was asked of it.</summary>
public sealed class PretendFeed(Func<Uri, FetchResult> answer)
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private const int MostContinuations = 200;

    public static readonly Window Day = new(Now.AddDays(-2), Now.AddDays(-1));

    public List<Uri> Asked { get; } = [];

    public List<IReadOnlyDictionary<string, string>> Headers { get; } = [];

    public List<FetchForm?> Forms { get; } = [];

    /// <summary>The counts of the last pull that failed by them.</summary>
    public RecordCounts? Counts { get; private set; }

    /// <summary>What the first pages of all pulls gave to go on from: each holds what came before, and the hub keeps one at a time.</summary>
    public List<string?> Continuations { get; } = [];

    public static FetchResult Json(string json, params (string Name, string Value)[] headers) =>
        new Fetched(JsonDocument.Parse(json), headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase), 1);

    /// <summary>Read as the request asks for it: a file of an archive, a table.</summary>
    public static FetchResult Text(string text) => new Sent(Encoding.UTF8.GetBytes(text));

    public static FetchResult Bytes(byte[] bytes) => new Sent(bytes);

    public static FetchResult Fails(FailureKind kind) => new FetchFailed(new FeedFailure(kind, "as the test has it", "https://operator.example/"), 3);

    public static FeedDefinition Feed(string protocol, Func<FeedDefinition, FeedDefinition>? change = null)
    {
        var feed = new FeedDefinition
        {
            OperatorId = "example",
            OperatorName = "Example Charging",
            FeedId = "main",
            Protocol = protocol,
            BaseUrl = new Uri("https://operator.example/feed"),
            Zone = LondonCalendar.Zone,
            Territory = Territory.World,
            LimitGroup = "operator.example",
            Datasets = [],
            Ocpi = new OcpiSettings { Discovery = false },
        };
        return change is null ? feed : change(feed);
    }

    public async Task<Pulled> PullAsync(FeedDefinition feed, Dataset dataset, int pageSize = 1000, Window? window = null, WindowAxis? axis = null, string? secret = null, string? resume = null)
    {
        var clock = new StoppedClock(Now);
        var protocol = ProtocolCatalogue.Create(_ => FetchAsync, _ => secret, clock).Single(p => p.Name == feed.Protocol);
        var plan = feed.Datasets.FirstOrDefault(d => d.Dataset == dataset) ?? new DatasetPlan { Dataset = dataset, PageSize = pageSize, Axis = axis };
        var pages = new List<PulledPage>();
        FeedFailure? failure = null;
        await foreach (var step in protocol.PullAsync(new PullRequest(feed, plan, window, resume), CancellationToken.None))
        {
            Assert.Null(failure);
            if (step is PulledPage page)
            {
                pages.Add(page);
                if (Continuations.Count < MostContinuations) Continuations.Add(page.Continuation?.Invoke());
            }
            else
            {
                failure = ((PullFailed)step).Failure;
                Counts = ((PullFailed)step).Counts;
            }
        }

        return new Pulled(pages, failure);
    }

    private Task<FetchResult> FetchAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken, FetchForm? form = null)
    {
        Forms.Add(form);
        Asked.Add(url);
        Headers.Add(headers);
        return Task.FromResult(answer(url) switch { Sent sent => Read(sent.Body, form!), var came => came });
    }

    private static FetchResult Read(byte[] body, FetchForm form)
    {
        var (bytes, kind, fault) = (new ReadOnlySequence<byte>(body), default(FailureKind), "");
        if (form.ZipEntry is { } name)
        {
            if (ZippedAnswer.Of(bytes, name, FetchRules.Default, out kind, out fault) is not { } file) return Failed();
            bytes = file;
        }

        var json = form.Table is { } table ? table(bytes, FetchRules.Default.LargestBody, out kind, out fault) : JsonDocument.Parse(bytes);
        return json is null ? Failed() : new Fetched(json, new Dictionary<string, string>(), 1);

        FetchFailed Failed() => new(new FeedFailure(kind, fault, "https://operator.example/"), 1);
    }

    private sealed record Sent(byte[] Body) : FetchResult(1);

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
