using System.Collections.Concurrent;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Submissions;

/// <summary>
/// Takes what operators upload. Each is held whole in memory, one an operator, so that who sends slowly holds up himself alone; a few at
/// once are read.
/// </summary>
/// <param name="operators">As the registry has them at the moment.</param>
public sealed class SubmissionDesk(Func<IReadOnlyList<OperatorDefinition>> operators, SubmissionRun run) : IDisposable
{
    private const int AtOnce = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim readings = new(AtOnce);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> senders = new(StringComparer.Ordinal);

    /// <summary>Datasets that the operator hands in as files.</summary>
    public IReadOnlyList<string> DatasetsOf(string operatorId) => [.. Of(operatorId).Select(p => p.Plan.Dataset.Name)];

    /// <summary>Before the file is received; to be disposed of when it is done with. Null: the operator is sending another.</summary>
    public Task<IDisposable?> ReceiveAsync(string operatorId, CancellationToken cancellationToken) => EnterAsync(senders.GetOrAdd(operatorId, _ => new SemaphoreSlim(1)), cancellationToken);

    /// <summary>Once the file is here; to be disposed of when it is done with. Null: others are being read.</summary>
    public Task<IDisposable?> ReadAsync(CancellationToken cancellationToken) => EnterAsync(readings, cancellationToken);

    /// <summary>Null: the operator hands in this dataset no longer.</summary>
    public async Task<(SubmissionReport Report, bool IsRepeated)?> TakeAsync(
        string operatorId, string dataset, string period, Window window, string? keyId, Stream content, CancellationToken cancellationToken)
    {
        if (Of(operatorId).FirstOrDefault(p => p.Plan.Dataset.Name == dataset) is not ({ } feed, { } plan)) return null;
        var (report, isRepeated) = await run.ExecuteAsync(new HandedIn(feed, plan, period, window, keyId), content, null, cancellationToken);
        return (SubmissionReport.Read(report), isRepeated);
    }

    public void Dispose()
    {
        readings.Dispose();
        foreach (var sender in senders.Values) sender.Dispose();
    }

    private static async Task<IDisposable?> EnterAsync(SemaphoreSlim places, CancellationToken cancellationToken) => await places.WaitAsync(Patience, cancellationToken) ? new Place(places) : null;

    private IEnumerable<(FeedDefinition Feed, DatasetPlan Plan)> Of(string operatorId) => operators().FirstOrDefault(o => o.OperatorId == operatorId)?.Submittable() ?? [];

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
