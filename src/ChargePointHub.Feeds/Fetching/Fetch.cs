using System.Buffers;
using System.Text.Json;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Asks one feed for one JSON document over HTTPS, within the feed's budget, limits and trust. Throws only on cancellation.</summary>
/// <param name="headers">Added to the request (credentials among them); never logged.</param>
/// <param name="form">Null: a GET, answered with one JSON document.</param>
public delegate Task<FetchResult> Fetch(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken, FetchForm? form = null);

/// <summary>What else is to know of a request.</summary>
/// <param name="Body">JSON, sent by POST; null: a GET. Never logged.</param>
/// <param name="AnswersLines">The answer is one JSON document a line (NDJSON), and comes as an array of them.</param>
public sealed record FetchForm(ReadOnlyMemory<byte>? Body, bool AnswersLines)
{
    /// <summary>Null: POST where there is a body, else GET.</summary>
    public HttpMethod? Method { get; init; }

    /// <summary>The answer is a zip archive, and what is read is its file of exactly this name; null: the answer itself is read.</summary>
    public string? ZipEntry { get; init; }

    /// <summary>Reads an answer that is a table; null: it is JSON.</summary>
    public TableReading? Table { get; init; }
}

/// <summary>Makes one JSON document of an answer that is a table; null: it is none.</summary>
/// <param name="largest">Bytes that the document may have.</param>
/// <param name="fault">Sentences for the operator's engineer; empty where there is a document.</param>
public delegate JsonDocument? TableReading(ReadOnlySequence<byte> body, int largest, out FailureKind kind, out string fault);

/// <summary>What came of asking. A closed union: <see cref="Fetched"/> or <see cref="FetchFailed"/>.</summary>
/// <param name="Requests">HTTP requests it took, retries included.</param>
public abstract record FetchResult(int Requests);

/// <summary>A whole, valid JSON answer with status 200.</summary>
/// <param name="Json">Parsed strictly: no duplicate names, depth at most 32. The receiver disposes of it.</param>
/// <param name="Headers">Response headers by name, compared without case; several values joined by comma.</param>
public sealed record Fetched(JsonDocument Json, IReadOnlyDictionary<string, string> Headers, int Requests) : FetchResult(Requests);

/// <summary>Every way of not getting one.</summary>
public sealed record FetchFailed(FeedFailure Failure, int Requests) : FetchResult(Requests);
