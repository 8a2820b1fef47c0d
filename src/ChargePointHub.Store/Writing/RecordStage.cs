using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>A record on its way into its table.</summary>
/// <param name="From">Feed and run that brought it, where they are not the page's own.</param>
/// <param name="LaterWins">It does not say when it changed, and came later than what there is.</param>
internal readonly record struct ToStage<T>(T Record, IReadOnlyList<Finding> Findings, (string FeedId, Guid RunId)? From = null, bool LaterWins = false);

/// <summary>Moves one kind of record of a page through stage, decision and table.</summary>
internal sealed class RecordStage<T>(
    Dataset dataset, RecordTable table, Func<T, string> key, Func<T, DateTimeOffset?> lastUpdated, Func<T, bool> published, Action<NpgsqlBinaryImporter, T> writeColumns)
{
    public RecordTable Table => table;

    /// <summary>Copies the records and decides; one a key, the one that would win if they came one after the other.</summary>
    /// <param name="laterArrivalWins">Whatever <c>last_updated</c> says. What the page says of later arrivals is of the dataset that it pulls.</param>
    /// <param name="staged">Filled with what was staged, each at its place there.</param>
    public async Task<Counts> DecideAsync(
        NpgsqlConnection connection, PageToWrite page, IReadOnlyList<ToStage<T>> records, PageBuffer buffer, CancellationToken cancellationToken, bool laterArrivalWins = false, List<T>? staged = null)
    {
        if (records.Count == 0) return default;
        laterArrivalWins |= page.LastUpdatedLies;
        var ofDataset = page.LaterArrivalWins && page.Feed.Dataset == dataset;
        if (laterArrivalWins || ofDataset) records = [.. records.Select(r => r with { LaterWins = true })];
        var winners = Winners(records);
        staged?.AddRange(winners.Select(w => w.Record));
        await using (var copy = await connection.BeginBinaryImportAsync(table.CopyIntoStage, cancellationToken))
        {
            var ord = 0;
            foreach (var winner in winners)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteRow(copy, ord++, winner, page, buffer);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        var verdicts = await connection.Command(table.Decide, page.Feed.OperatorId)
            .ListAsync(r => (Verdict: (Verdict)r.GetInt32(0), Count: r.GetInt32(1)), cancellationToken);
        int Of(Verdict verdict) => verdicts.Where(v => v.Verdict == verdict).Sum(v => v.Count);
        return new Counts(Of(Verdict.Added), Of(Verdict.Changed), Of(Verdict.Late), records.Count);
    }

    /// <summary>Writes what was decided, under the tick.</summary>
    /// <param name="hasKey">False: a fault planted for a proof has taken the key away.</param>
    public async Task WriteAsync(
        NpgsqlConnection connection, PageToWrite page, Counts counts, Tick tick, CancellationToken cancellationToken, bool hasKey = true)
    {
        var (op, feed, run) = (page.Feed.OperatorId, page.Feed.FeedId, page.RunId);
        if (counts.Changed > 0) await connection.Command(table.KeepReplaced, op, tick.Number, tick.RecordedAt).ExecuteAsync(cancellationToken);
        if (counts.Late > 0) await connection.Command(table.KeepLate, op, feed, run, tick.Number, tick.RecordedAt).ExecuteAsync(cancellationToken);
        if (counts.Added + counts.Changed > 0)
        {
            await connection.Command(hasKey ? table.Upsert : table.Upsert[..table.Upsert.IndexOf("ON CONFLICT", StringComparison.Ordinal)], op, feed, run, tick.Number, tick.RecordedAt).ExecuteAsync(cancellationToken);
        }
    }

    /// <summary>Hub ids of those whose current row was written.</summary>
    public async Task<IReadOnlyList<string>> WrittenAsync(NpgsqlConnection connection, Counts counts, CancellationToken cancellationToken) =>
        counts.Added + counts.Changed == 0 ? [] : await connection.Command(table.Written).ListAsync(r => r.GetString(0), cancellationToken);

    /// <summary>Ends records that nothing stands behind any longer; as of older ticks they stay.</summary>
    /// <returns>Those that were there.</returns>
    public Task<List<GoneRecord>> EndAsync(NpgsqlConnection connection, PageToWrite page, IReadOnlyList<string> keys, Tick tick, CancellationToken cancellationToken) =>
        connection.Command(table.End, page.Feed.OperatorId, tick.Number, tick.RecordedAt, keys.ToArray()).ListAsync(r => new GoneRecord(r.GetString(0), r.GetString(1)), cancellationToken);

    private Dictionary<string, ToStage<T>>.ValueCollection Winners(IReadOnlyList<ToStage<T>> records)
    {
        var byKey = new Dictionary<string, ToStage<T>>(records.Count, StringComparer.Ordinal);
        foreach (var next in records)
        {
            if (!byKey.TryAdd(key(next.Record), next)
                && (next.LaterWins || !(lastUpdated(next.Record) < lastUpdated(byKey[key(next.Record)].Record))))
            {
                byKey[key(next.Record)] = next;
            }
        }

        return byKey.Values;
    }

    private void WriteRow(NpgsqlBinaryImporter copy, int ord, ToStage<T> staged, PageToWrite page, PageBuffer buffer)
    {
        var record = staged.Record;
        var document = buffer.Add(record);
        var findings = buffer.AddFindings(staged.Findings);
        copy.StartRow();
        copy.Write(ord, NpgsqlDbType.Integer);
        copy.Write(key(record), NpgsqlDbType.Text);
        writeColumns(copy, record);
        copy.WriteInstant(lastUpdated(record));
        copy.Write(buffer.ContentHash(document, published(record), page.LastUpdatedLies), NpgsqlDbType.Bytea);
        copy.WriteJson(buffer[findings]);
        copy.WriteText(staged.From?.FeedId);
        if (staged.From is { } from) copy.Write(from.RunId, NpgsqlDbType.Uuid);
        else copy.WriteNull();
        copy.WriteJson(buffer[document]);
        copy.Write(staged.LaterWins, NpgsqlDbType.Boolean);
    }
}

/// <summary>How many of a page's records were new, replaced a row, came late, and were staged in all.</summary>
internal readonly record struct Counts(int Added, int Changed, int Late, int Staged)
{
    public bool WriteSomething => Added + Changed + Late > 0;

    /// <summary>After so many decided changes were taken back.</summary>
    public Counts Without(int takenBack) => this with { Changed = Changed - takenBack, Staged = Staged - takenBack };

    public int Unchanged => Staged - Added - Changed - Late;
}

/// <summary>Binary COPY values that may be null.</summary>
internal static class ImporterExtensions
{
    public static void WriteText(this NpgsqlBinaryImporter copy, string? value)
    {
        if (value is null) copy.WriteNull();
        else copy.Write(value, NpgsqlDbType.Text);
    }

    public static void WriteInstant(this NpgsqlBinaryImporter copy, DateTimeOffset? value)
    {
        if (value is { } instant) copy.Write(instant.UtcDateTime, NpgsqlDbType.TimestampTz);
        else copy.WriteNull();
    }

    public static void WriteNumber(this NpgsqlBinaryImporter copy, decimal? value)
    {
        if (value is { } number) copy.Write(number, NpgsqlDbType.Numeric);
        else copy.WriteNull();
    }

    public static void WriteJson(this NpgsqlBinaryImporter copy, ReadOnlyMemory<byte>? value)
    {
        if (value is { } json) copy.Write(json, NpgsqlDbType.Json);
        else copy.WriteNull();
    }
}
