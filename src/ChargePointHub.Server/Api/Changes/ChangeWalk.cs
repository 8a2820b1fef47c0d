using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>
/// Walks along the changes: first which keys changed, then what the lists serve of them now, under the same rights and in the same bytes. What is not among that is gone.
/// </summary>
internal sealed class ChangeWalk(HubRequest request, ChangeReading reading) : IDisposable
{
    /// <summary>Keys looked at in one go.</summary>
    private const int Chunk = 1_000;

    private readonly PooledBuffer records = new(64 * 1024);
    private readonly PooledBuffer written = new(64 * 1024);
    private readonly Dictionary<(Dataset, RecordKey), Found> found = [];
    private readonly List<(Range Json, ChangePlace Place)> items = [];
    private ClockReading clock = reading.Clock;
    private DateTimeOffset seenAt;

    /// <summary>Where the reader stands when it has what was read.</summary>
    public ChangeCursor At { get; private set; } = reading.From;

    /// <summary>Nothing more is there up to the tick that is told.</summary>
    public bool IsAtEnd { get; private set; }

    public IReadOnlyList<(Range Json, ChangePlace Place)> Items => items;

    /// <summary>Of one of <see cref="Items"/>, until the next reading.</summary>
    public ReadOnlyMemory<byte> Json(Range item) => written.Written[item];

    public string Cursor => CursorAt(At);

    /// <summary>Goes on up to a later tick.</summary>
    public void Follow(ClockReading now) => (clock, IsAtEnd) = (now, false);

    /// <summary>The next changes, at most so many; there may be none although more follow. The connection is given back before anything is sent.</summary>
    public async Task ReadAsync(int most)
    {
        items.Clear();
        written.Clear();
        var limit = Math.Min(most, Chunk);
        var upTo = reading.IsByKey ? At.UpTo ?? clock.Tick : clock.Tick;
        using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
        var keys = await request.Hub.Changes.ReadAsync(
            new ChangeQuery
            {
                Datasets = reading.Datasets,
                Operators = request.Parameters.List("operator"),
                After = reading.IsByKey && At.UpTo is null ? ChangePlace.Start : At.Place,
                UpTo = upTo,
                Begun = At.Begun,
                Limit = limit,
                IsOfVersions = reading.IsOfVersions,
                ByKeySince = reading.IsByKey ? At.UpTo is null && At.Place == ChangePlace.Start ? 0 : At.Place.Tick : null,
            },
            request.Scope,
            request.Aborted);
        await FindAsync(keys, upTo);
        foreach (var key in keys) Write(key);
        await SeeAsync();
        if (keys.Count == limit)
        {
            At = reading.IsByKey ? At with { Place = keys[^1].Place with { Tick = At.Place.Tick }, UpTo = upTo } : At with { Place = keys[^1].Place };
            return;
        }

        // A walk by key may have begun up to an earlier tick than may be told by now.
        At = At with { Place = ChangePlace.Behind(upTo), UpTo = null };
        IsAtEnd = upTo == clock.Tick;
    }

    /// <summary>The cursor behind one of <see cref="Items"/>; of changes by key, which have no order in time, that of all that was read.</summary>
    public string CursorBehind(ChangePlace place) => reading.IsByKey ? Cursor : CursorAt(At with { Place = place });

    public void Dispose()
    {
        records.Dispose();
        written.Dispose();
    }

    private string CursorAt(ChangeCursor cursor) => cursor.Write(reading.Cursors, reading.Question, reading.Rights(request), seenAt);

    /// <summary>
    /// What is joined may be newer than the last tick that is told, so that the clock is read after it. By key it is what changed of charge points, which
    /// everybody may know, that was seen.
    /// </summary>
    private async Task SeeAsync()
    {
        var now = await request.Hub.Records.ReadClockAsync(request.Aborted);
        var seen = reading.IsByKey ? Math.Max(clock.Tick, now.PlacesTick) : now.Tick;
        seenAt = seen == now.Tick ? now.RecordedAt : await request.Hub.Changes.ReadTimeAsync(seen, request.Scope, request.Aborted) ?? now.RecordedAt;
        At = At with { Seen = seen };
    }

    /// <summary>What the lists have of these keys.</summary>
    private async Task FindAsync(IReadOnlyList<ChangedKey> keys, long upTo)
    {
        found.Clear();
        records.Clear();
        foreach (var asked in keys.Where(k => k.Of == ChangeOf.Record).GroupBy(k => k.Dataset))
        {
            var isOfVersions = asked.First().Key.Version is not null;
            var query = new RecordQuery
            {
                Dataset = asked.Key,
                Tick = upTo,
                Only = [.. asked.Select(k => k.Key)],
                Limit = Chunk + 1,
                IsOfVersions = isOfVersions,
                FreshOperators = asked.Key == Dataset.ChargePoints ? await request.Hub.Changes.ReadFreshAsync(request.Scope, request.Aborted) : [],
            };
            await using var rows = await request.Hub.Records.ReadAsync(query, request.Scope, request.Aborted);
            while (await rows.NextAsync(request.Aborted))
            {
                var begun = records.Length;
                rows.Write(records);
                found[(asked.Key, rows.RecordKey())] = new Found(begun..records.Length, isOfVersions ? rows.Span() : null);
                if (asked.Key.IsRestricted) request.Tally?.Count(rows.OperatorId);
            }
        }
    }

    private void Write(ChangedKey change)
    {
        var there = found.TryGetValue((change.Dataset, change.Key), out var known) ? known : null;
        if (there is null && change.Of == ChangeOf.Record && (reading.IsOfVersions || change.Dataset != Dataset.ChargePoints || change.Place.Tick <= At.Begun)) return;
        var begun = written.Length;
        using (var json = new Utf8JsonWriter(written, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("dataset", change.Dataset.Name);
            json.WriteString("operation", there is not null ? "upsert" : change.Of == ChangeOf.LastVersion ? "end" : "removal");
            json.WriteStartObject("key");
            WriteKey(json, change);
            json.WriteEndObject();
            json.WriteInstant("recorded_at", reading.Precision.Cut(there?.Span?.RecordedAt ?? change.RecordedAt));
            if (reading.IsOfVersions) json.WriteInstant("superseded_at", there?.Span?.SupersededAt);
            json.WritePropertyName("record");
            if (there is not null) json.WriteRawValue(records.Written[there.Json].Span, skipInputValidation: true);
            else json.WriteNullValue();
            json.WriteEndObject();
        }

        items.Add((begun..written.Length, change.Place));
    }

    private static void WriteKey(Utf8JsonWriter json, ChangedKey change)
    {
        json.WriteString(change.Id, change.Key.Id);
        if (change.Key.At is not { } at) return;
        json.WriteInstant("at", at);
        json.WriteString("status", change.Key.Status);
    }

    /// <param name="Span">Of a version.</param>
    private sealed record Found(Range Json, (DateTimeOffset RecordedAt, DateTimeOffset? SupersededAt)? Span);
}
