using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Audit;

/// <summary>A row of the audit as the table has it.</summary>
internal static class AuditRow
{
    public const string Columns =
        "chain, number, kind, written_at, opened, request_id, key_id, organisation_id, holder, rights, route, path, filter, operators, outcome, records, bytes, previous, hash";

    /// <param name="row">Of <see cref="Columns"/>. Words that the hub never wrote leave the row without its hash, so that it is seen to be spoilt.</param>
    public static AuditEvent Read(NpgsqlDataReader row)
    {
        var (kind, outcome) = (Words<AuditKind>.Parse(row.GetString(2)), Words<ReadOutcome>.Parse(row.TextOrNull(14)));
        var isOurs = kind is not null && (outcome is not null || row.IsDBNull(14));
        return new AuditEvent
        {
            Chain = row.GetGuid(0),
            Number = row.GetInt64(1),
            Kind = kind ?? AuditKind.Checkpoint,
            WrittenAt = row.Instant(3),
            Opened = NumberOrNull(row, 4),
            RequestId = row.TextOrNull(5),
            KeyId = row.TextOrNull(6),
            OrganisationId = row.TextOrNull(7),
            Holder = row.TextOrNull(8),
            Rights = TextsOrNull(row, 9),
            Route = row.TextOrNull(10),
            Path = row.TextOrNull(11),
            Filter = row.TextOrNull(12),
            Operators = TextsOrNull(row, 13),
            Outcome = outcome,
            Records = row.IsDBNull(15) ? null : row.GetFieldValue<long[]>(15),
            Bytes = NumberOrNull(row, 16),
            Previous = row.GetFieldValue<byte[]>(17),
            Hash = isOurs ? row.GetFieldValue<byte[]>(18) : null,
        };
    }

    public static long? NumberOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string[]? TextsOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<string[]>(column);
}
