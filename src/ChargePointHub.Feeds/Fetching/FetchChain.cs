namespace ChargePointHub.Feeds.Fetching;

/// <summary>What one fetch has used up so far, over all of its attempts.</summary>
internal sealed class FetchChain(Uri url, IReadOnlyDictionary<string, string> headers, FetchForm? form, TimeSpan budget, TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    private TimeSpan queued;

    public Uri Url { get; } = url;

    public IReadOnlyDictionary<string, string> Headers { get; } = headers;

    public FetchForm? Form { get; } = form;

    /// <summary>Requests sent, or tried to be sent.</summary>
    public int Requests { get; private set; }

    /// <summary>How the latest attempt failed; null: none has yet.</summary>
    public FetchFailed? Latest { get; private set; }

    /// <summary>Since the fetch began, waiting for turns included.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started);

    /// <summary>Of the budget; negative when overdrawn.</summary>
    public TimeSpan Remaining => budget - (time.GetElapsedTime(started) - queued);

    /// <summary>Waits for a turn. That time is the limits' and not the operator's: it does not count against the budget.</summary>
    public async Task TakeTurnAsync(RequestGate gate, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        await gate.WaitAsync(Urgency.GivesWay, cancellationToken);
        queued += time.GetElapsedTime(asked);
        Requests++;
    }

    public FetchFailed Failed(FailureKind kind, string detail, TimeSpan? retryAfter = null) =>
        Latest = new(new FeedFailure(kind, detail, MaskedUrl.Of(Url), retryAfter), Requests);
}
