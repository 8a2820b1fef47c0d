using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace ChargePointHub.Client;

/// <summary>
/// Everything that changed, for who keeps a copy. It holds no state: the cursor does, and the caller keeps it with the copy. It outlives restarts on either side.
/// </summary>
/// <param name="hub">With the key whose rights the copy has.</param>
/// <param name="datasets">None: all that the key may read with exact times.</param>
public sealed class ChangeReader(HubClient hub, params IReadOnlyList<DatasetName> datasets)
{
    /// <summary>A sign of life comes every 15 seconds; a stream without one is dead.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Where the hub does not say how long.</summary>
    private static readonly TimeSpan BetweenStreams = TimeSpan.FromSeconds(3);

    /// <summary>Changes a page, 1 to 50,000.</summary>
    public int Limit { get; init; } = 10_000;

    /// <summary>Leaves out what the hub learnt before: for a copy that begins with the lists as of that instant. Null: from the beginning.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The next page.</summary>
    /// <param name="cursor">Of the page before; null: begin.</param>
    /// <exception cref="HubProblemException">The hub refused it for another reason than that the copy is to be begun anew.</exception>
    public async Task<ChangesTold> ReadAsync(string? cursor, CancellationToken cancellationToken = default)
    {
        try
        {
            var page = await hub.ListChangesAsync(
                dataset: datasets.Count == 0 ? null : datasets, since: cursor is null ? SinceText : null, limit: Limit, cursor: cursor, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new ChangesTold.Page(page.Data, page.NextCursor, page.HasMore, page.Meta.AsOf, page.Meta.Datasets);
        }
        catch (HubProblemException gone) when (IsBeginAnew(gone))
        {
            return new ChangesTold.BeginAnew(gone.Code!, gone.Problem!.Detail);
        }
    }

    /// <summary>
    /// What there is, then what comes, as it comes: a page of one change, or of none where all is told. A stream that ends or is cut is opened again where it stood; it ends with
    /// <see cref="ChangesTold.BeginAnew"/>, or by an exception when the hub stays out of reach.
    /// </summary>
    /// <param name="cursor">Null: begin.</param>
    /// <exception cref="HubProblemException">The hub refused it for another reason than that the copy is to be begun anew.</exception>
    public async IAsyncEnumerable<ChangesTold> ListenAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var pause = BetweenStreams; ; await hub.Requests.DelayAsync(pause, cancellationToken).ConfigureAwait(false))
        {
            var (answer, anew) = await OpenAsync(cursor, cancellationToken).ConfigureAwait(false);
            if (anew is not null)
            {
                yield return anew;
                yield break;
            }

            using (answer)
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                var body = await answer!.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                var parser = SseParser.Create(body, (_, bytes) => bytes.ToArray());
                await using var events = parser.EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
                while (await NextAsync(events, silence, cancellationToken).ConfigureAwait(false) is { } next)
                {
                    if (parser.ReconnectionInterval >= TimeSpan.Zero) pause = parser.ReconnectionInterval;
                    if (next.EventId is not { Length: > 0 } id || next.EventType is not ("change" or "heartbeat")) continue;
                    cursor = id;
                    yield return next.EventType == "change"
                        ? new ChangesTold.Page([hub.Read<Change>(next.Data)], id, HasMore: true, null, []) : new ChangesTold.Page([], id, HasMore: false, null, []);
                }
            }
        }
    }

    private string? SinceText => Since?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsBeginAnew(HubProblemException problem) => problem is { Status: (int)HttpStatusCode.Gone, Problem: not null };

    private async Task<(HttpResponseMessage? Answer, ChangesTold.BeginAnew? Anew)> OpenAsync(string? cursor, CancellationToken cancellationToken)
    {
        var query = string.Join('&', ((string?[])
        [
            datasets.Count == 0 ? null : "dataset=" + Uri.EscapeDataString(string.Join(',', datasets.Select(WordConverter<DatasetName>.TextOf))),
            cursor is null && SinceText is { } since ? "since=" + Uri.EscapeDataString(since) : null,
        ]).OfType<string>());
        using var request = HubClient.Request("/v1/changes" + (query.Length == 0 ? "" : "?" + query), "text/event-stream");
        if (cursor is not null) request.Headers.Add("Last-Event-ID", cursor);
        try
        {
            return (await hub.Requests.OpenAsync(request, cancellationToken).ConfigureAwait(false), null);
        }
        catch (HubProblemException gone) when (IsBeginAnew(gone))
        {
            return (null, new ChangesTold.BeginAnew(gone.Code!, gone.Problem!.Detail));
        }
    }

    /// <summary>Null: the stream ended, was cut, or fell silent.</summary>
    private async Task<SseItem<byte[]>?> NextAsync(IAsyncEnumerator<SseItem<byte[]>> events, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        await using var timer = hub.Requests.Time.CreateTimer(_ => silence.Cancel(), null, LongestSilence, Timeout.InfiniteTimeSpan);
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false) ? events.Current : null;
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException || (cut is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
