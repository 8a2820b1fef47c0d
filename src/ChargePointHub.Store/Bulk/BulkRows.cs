using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Bulk;

/// <summary>Rows of files as they are read, by whoever reads them.</summary>
internal static class BulkRows
{
    public const string Select =
        """
        SELECT f.file_id, f.mark, f.dataset, f.month, f.made_at, f.revision, f.seen_tick, f.changed_tick, f.stale_since, f.row_count, f.operators, f.operator_rows, f.statement, f.judged,
            s.names, s.bytes, s.sha256, s.plain_bytes, s.plain_sha256, s.replaces
        FROM bulk_file f CROSS JOIN LATERAL (
            SELECT array_agg(o.form ORDER BY o.form DESC) AS names, array_agg(o.bytes ORDER BY o.form DESC) AS bytes, array_agg(o.sha256 ORDER BY o.form DESC) AS sha256,
                array_agg(o.plain_bytes ORDER BY o.form DESC) AS plain_bytes, array_agg(o.plain_sha256 ORDER BY o.form DESC) AS plain_sha256,
                array_agg(coalesce(o.replaces_sha256, '') ORDER BY o.form DESC) AS replaces
            FROM bulk_form o WHERE o.file_id = f.file_id) s
        WHERE f.made_at IS NOT NULL
        """;

    public const string InOrder = " ORDER BY f.dataset, f.month";

    public static BulkFile Read(NpgsqlDataReader r, Dataset dataset)
    {
        var (names, bytes, hashes) = (r.GetFieldValue<string[]>(14), r.GetFieldValue<long[]>(15), r.GetFieldValue<byte[][]>(16));
        var (plain, plainHashes, replaced) = (r.GetFieldValue<long[]>(17), r.GetFieldValue<byte[][]>(18), r.GetFieldValue<byte[][]>(19));
        return new BulkFile(
            r.GetGuid(0), r.GetString(1), dataset, r.GetFieldValue<DateOnly>(3), r.Instant(4), r.GetInt32(5), r.GetInt64(6), r.GetInt64(7), r.InstantOrNull(8), r.GetInt64(9),
            [.. r.GetFieldValue<string[]>(10).Zip(r.GetFieldValue<long[]>(11))], r.GetFieldValue<byte[]>(12), r.GetString(13),
            [.. names.Select((name, i) => new BulkForm(name, bytes[i], hashes[i], plain[i], plainHashes[i], replaced[i].Length == 0 ? null : replaced[i]))]);
    }
}
