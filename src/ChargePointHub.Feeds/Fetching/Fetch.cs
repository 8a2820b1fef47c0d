using System.Text.Json;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Asks one feed for one JSON document over HTTPS, within the feed's budget, limits and trust. Throws only on cancellation.</summary>
/// <param name="headers">Added to the request (credentials among them); never logged.</param>
public delegate Task<FetchResult> Fetch(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken);

/// <summary>What came of asking. A closed union: <see cref="Fetched"/> or <see cref="FetchFailed"/>.</summary>
/// <param name="Requests">HTTP requests it took, retries included.</param>
public abstract record FetchResult(int Requests);

/// <summary>A whole, valid JSON answer with status 200.</summary>
/// <param name="Json">Parsed strictly: no duplicate names, depth at most 32. The receiver disposes of it.</param>
/// <param name="Headers">Response headers by name, compared without case; several values joined by comma.</param>
public sealed record Fetched(JsonDocument Json, IReadOnlyDictionary<string, string> Headers, int Requests) : FetchResult(Requests);

/// <summary>Every way of not getting one.</summary>
public sealed record FetchFailed(FeedFailure Failure, int Requests) : FetchResult(Requests);
