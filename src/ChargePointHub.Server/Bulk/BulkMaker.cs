using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Bulk;

/// <summary>Makes one month of one dataset for one scope: both forms of one reading, at one tick.</summary>
public sealed class BulkMaker(HubServices hub, BulkStore store)
{
    internal const string NdJson = "ndjson";
    internal const string Csv = "csv";

    /// <summary>Stands in the way of a file that is being made, for proofs; null: nothing does.</summary>
    public Func<Task>? BeforePublishing { get; init; }

    /// <param name="before">What stands in its place; null: nothing.</param>
    public async Task<BulkOutcome> MakeAsync(Scope scope, BulkOrder order, BulkFile? before, CancellationToken cancellationToken)
    {
        // As of the last tick, not of now: one that is being committed at this moment is of a later time.
        var begun = await hub.Records.ReadClockAsync(cancellationToken);
        var asOf = order.Dataset.IsSnapshot ? LondonCalendar.Month(order.Month.Year, order.Month.Month).To - Instants.Resolution : begun.RecordedAt;
        var request = BulkReading.RequestOf(hub, scope, order.Dataset, order.Month, asOf, cancellationToken);
        var (reading, faults) = await ListReading.PrepareAsync(request, order.Dataset, request.Operators, null);
        if (reading is null) throw new InvalidOperationException($"{order.Dataset} of {order.Month} cannot be read: {faults[0].Message}");
        var seen = order.Dataset.IsSnapshot ? begun.Tick : reading.Clock.Tick;
        var fileId = await store.BeginAsync(order, seen, cancellationToken);
        var isKept = false;
        try
        {
            var (forms, rows) = await WriteAsync(fileId, request, reading, cancellationToken);
            var judged = BulkReading.JudgedOf(reading.Meta.Completeness);
            if (before is not null && before.Judged == judged && before.Forms.Zip(forms).All(p => p.First.PlainSha256.AsSpan().SequenceEqual(p.Second.PlainSha256)))
            {
                await store.StandsAsync(before.FileId, seen, cancellationToken);
                return BulkOutcome.Same;
            }

            if (BeforePublishing is { } stop) await stop();
            var file = new BulkFile(
                fileId, order.Mark, order.Dataset, order.Month, default, 0, seen, 0, null, rows,
                [.. request.Tally!.Operators.Zip(request.Tally.Records)], BulkReading.StatementOf(reading.Meta), judged, forms);
            var outcome = await store.PublishAsync(file, begun.Tick, () => reading.Query.PrecisionUnder(scope).Cut(hub.Now), cancellationToken);
            isKept = outcome == BulkOutcome.Made;
            return outcome;
        }
        finally
        {
            // What cannot be thrown away now the next round throws away.
            if (!isKept && !cancellationToken.IsCancellationRequested) await store.DiscardAsync(fileId, CancellationToken.None);
        }
    }

    private async Task<(IReadOnlyList<BulkForm> Forms, long Rows)> WriteAsync(Guid fileId, HubRequest request, ListReading reading, CancellationToken cancellationToken)
    {
        using var lines = new PooledBuffer(ChunkSize.FirstBytes);
        using var table = new PooledBuffer(ChunkSize.FirstBytes);
        using var ndjson = new BulkFormWriter(store, fileId, NdJson);
        using var csv = new BulkFormWriter(store, fileId, Csv);
        var columns = CsvRecord.Of(SelectedFields.Of(reading.Meta.Dataset), null);
        var chunks = new RecordChunks(request, reading);
        columns.WriteHead(table);
        for (var more = true; more;)
        {
            more = await chunks.ReadAsync(lines);
            await ndjson.WriteAsync(lines.Written, cancellationToken);
            Tabulate(lines.Written.Span, columns, table);
            await csv.WriteAsync(table.Written, cancellationToken);
            table.Clear();
        }

        return ([await ndjson.EndAsync(cancellationToken), await csv.EndAsync(cancellationToken)], chunks.Written);
    }

    /// <summary>A record holds no end of line: in JSON it is written as an escape.</summary>
    private static void Tabulate(ReadOnlySpan<byte> lines, CsvRecord columns, PooledBuffer table)
    {
        for (int end; (end = lines.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..]) columns.Write(lines[..end], table);
    }
}
