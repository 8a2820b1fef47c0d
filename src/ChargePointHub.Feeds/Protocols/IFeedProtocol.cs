using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols;

/// <summary>The single seam between the hub and a way of talking to operators: pull this window of this feed, page by page.</summary>
public interface IFeedProtocol
{
    /// <summary>As written in operator files, e.g. <c>loti-v1</c>.</summary>
    string Name { get; }

    /// <summary>Datasets that this protocol can bring.</summary>
    IReadOnlyList<Dataset> Datasets { get; }

    /// <summary>
    /// Yields pages in order. The chain is whole and proven exactly when a page with <see cref="PulledPage.IsLast"/> came; a
    /// <see cref="PullFailed"/> ends it otherwise. Nothing but cancellation is thrown for what an operator does.
    /// </summary>
    IAsyncEnumerable<PullStep> PullAsync(PullRequest request, CancellationToken cancellationToken);
}

/// <summary>What to pull.</summary>
/// <param name="Window">On the dataset's axis; null for snapshot datasets.</param>
/// <param name="Resume">
/// What an earlier pull of the same window gave by <see cref="PulledPage.Continuation"/>: the pull goes on behind that page. What
/// the protocol cannot read begins at the beginning.
/// </param>
public sealed record PullRequest(FeedDefinition Feed, DatasetPlan Plan, Window? Window, string? Resume = null);

/// <summary>One step of a pull: a page, or the failure that ended it.</summary>
public abstract record PullStep
{
    private protected PullStep()
    {
    }
}

/// <summary>A page, mapped and judged.</summary>
/// <param name="Number">From 1.</param>
/// <param name="IsLast">The page chain is complete and proven.</param>
/// <param name="Requests">HTTP requests that this page took, retries included.</param>
/// <param name="Continuation">
/// Gives text from which the pull can go on in another process; only its protocol reads it. To be asked before the next step. Null: it cannot.
/// </param>
public sealed record PulledPage(int Number, bool IsLast, RecordPage Records, int Requests, Func<string>? Continuation = null) : PullStep;

/// <summary>The end of a pull that did not come to its last page.</summary>
/// <param name="Counts">Where the operator's own count is what failed; null otherwise.</param>
public sealed record PullFailed(FeedFailure Failure, int Requests, RecordCounts? Counts = null) : PullStep;

/// <summary>How many different records an operator says that a window holds, and how many it sent.</summary>
public sealed record RecordCounts(long Stated, long Received);
