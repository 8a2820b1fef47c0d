using System.Globalization;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>Walks one list by its cursor, page by page, and holds it to what a whole chain must be.</summary>
/// <param name="address">The list with its window, without cursor.</param>
/// <param name="bounds">Shared by all lists of one pull.</param>
/// <param name="window">What was asked for; the answer may not be narrower.</param>
/// <param name="cursor">Where an earlier walk got to; null: from the beginning.</param>
/// <param name="total">What that walk was told of the list's length; null: nothing.</param>
internal sealed class LotiList(
    Fetch fetch, Uri address, IReadOnlyDictionary<string, string> headers, PullBounds bounds, Window? window, string? cursor = null, long? total = null)
{
    private const int MostEmptyPages = 20;

    private readonly HashSet<string> _cursors = new(StringComparer.Ordinal);
    private int _emptyPages;

    /// <summary>What the next page is asked for with; null: the first page.</summary>
    public string? Cursor { get; private set; } = cursor;

    /// <summary>The last page has come.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Records of the whole list as the last answer states it; null: it does not.</summary>
    public long? Total { get; private set; } = total;

    /// <summary>The next page, which the receiver disposes of, or the failure that ends the walk.</summary>
    public async Task<LotiAnswer> NextAsync(CancellationToken cancellationToken)
    {
        var url = FeedAddress.Below(address, "", ("cursor", Cursor));
        var result = await fetch(url, headers, cancellationToken);
        if (result is FetchFailed failed) return new LotiAnswer(null, default, failed.Failure, failed.Requests);
        var json = ((Fetched)result).Json;
        if (Read(json.RootElement, url, out var rows) is not { } failure) return new LotiAnswer(json, rows, null, result.Requests);
        json.Dispose();
        return new LotiAnswer(null, default, failure, result.Requests);
    }

    private FeedFailure? Read(JsonElement root, Uri url, out JsonElement rows)
    {
        rows = default;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("data", out rows) || rows.ValueKind != JsonValueKind.Array)
        {
            return Wrong(url, "The answer has no array \"data\".");
        }

        if (bounds.Fault(rows.GetArrayLength(), url) is { } beyond) return beyond;

        if (!root.TryGetProperty("next_cursor", out var next) || next.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
        {
            return Wrong(url, "The answer has no \"next_cursor\" that is text or null, so nobody can tell whether it is the last page.");
        }

        if (root.TryGetProperty("total", out var stated) && stated.ValueKind != JsonValueKind.Null)
        {
            if (stated.ValueKind != JsonValueKind.Number || !stated.TryGetInt64(out var count) || count < 0) return Wrong(url, "\"total\" is not a number of records.");
            Total = count;
        }

        if (window is { } asked)
        {
            if (!root.TryGetProperty("window", out var answered) || answered.ValueKind != JsonValueKind.Object
                || End(answered, "from") is not { } from || End(answered, "to") is not { } to)
            {
                return Wrong(url, "The answer has no \"window\" with instants \"from\" and \"to\", so nobody can tell which times it speaks for.");
            }

            // The question was written no finer than this, so the answer cannot be.
            if (from > Instants.ToStoredResolution(asked.From) || to < Instants.ToStoredResolution(asked.To))
            {
                return Wrong(url, $"The window {asked} was asked for and a narrower one was answered.");
            }
        }

        Cursor = next.ValueKind == JsonValueKind.Null ? null : StorableText.Of(next);
        IsDone = Cursor is null && next.ValueKind == JsonValueKind.Null;
        if (IsDone) return null;
        _emptyPages = rows.GetArrayLength() == 0 ? _emptyPages + 1 : 0;
        if (string.IsNullOrEmpty(Cursor) || !_cursors.Add(Cursor) || _emptyPages > MostEmptyPages)
        {
            return new FeedFailure(FailureKind.LoopDetected, "The list leads back to a page that has come already, or goes on without records.", FeedAddress.Shown(url));
        }

        return null;
    }

    private static DateTimeOffset? End(JsonElement answered, string name) =>
        answered.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String &&
        DateTimeOffset.TryParse(StorableText.Of(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
            ? end
            : null;

    private static FeedFailure Wrong(Uri url, string detail) => new(FailureKind.ProtocolError, detail, FeedAddress.Shown(url));
}

/// <summary>One page as it was sent, or why there is none.</summary>
internal sealed record LotiAnswer(JsonDocument? Json, JsonElement Rows, FeedFailure? Failure, int Requests) : IDisposable
{
    public void Dispose() => Json?.Dispose();
}
