using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Submissions;

/// <summary>Takes what operators upload: at most a few at once, as each is held whole in memory.</summary>
/// <param name="operators">As the registry has them at the moment.</param>
public sealed class SubmissionDesk(Func<IReadOnlyList<OperatorDefinition>> operators, SubmissionRun run) : IDisposable
{
    private const int AtOnce = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim places = new(AtOnce);

    /// <summary>Datasets that the operator hands in as files.</summary>
    public IReadOnlyList<string> DatasetsOf(string operatorId) => [.. Of(operatorId).Select(p => p.Plan.Dataset.Name)];

    /// <summary>To be disposed of when the file is done with; null: there is none for now.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellationToken) => await places.WaitAsync(Patience, cancellationToken) ? new Place(places) : null;

    /// <param name="dataset">One of <see cref="DatasetsOf"/>.</param>
    public async Task<(SubmissionReport Report, bool IsRepeated)> TakeAsync(
        string operatorId, string dataset, string period, Window window, string? keyId, Stream content, CancellationToken cancellationToken)
    {
        var (feed, plan) = Of(operatorId).Single(p => p.Plan.Dataset.Name == dataset);
        var (report, isRepeated) = await run.ExecuteAsync(new HandedIn(feed, plan, period, window, keyId), content, null, cancellationToken);
        return (SubmissionReport.Read(report), isRepeated);
    }

    public void Dispose() => places.Dispose();

    private IEnumerable<(FeedDefinition Feed, DatasetPlan Plan)> Of(string operatorId) => operators().FirstOrDefault(o => o.OperatorId == operatorId)?.Submittable() ?? [];

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
