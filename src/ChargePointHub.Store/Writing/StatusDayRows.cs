using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>Rows of <c>status_day</c>.</summary>
internal static class StatusDayRows
{
    /// <summary>In the order of <see cref="Read"/>.</summary>
    public static readonly IReadOnlyList<string> Columns =
        ["available_us", "blocked_us", "charging_us", "inoperative_us", "outoforder_us", "planned_us", "removed_us", "reserved_us", "unknown_us"];

    public static StatusMicroseconds Read(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5), row.GetInt64(first + 6),
        row.GetInt64(first + 7), row.GetInt64(first + 8));

    /// <summary>Of days that have no rows.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, string operatorId, IReadOnlyList<(string ChargePointId, DateOnly Day, StatusMicroseconds Time)> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            $"COPY status_day (operator_id, day, charge_point_id, {string.Join(", ", Columns)}) FROM STDIN (FORMAT binary)", cancellationToken);
        foreach (var (id, day, t) in rows)
        {
            copy.StartRow();
            copy.WriteText(operatorId);
            copy.Write(day, NpgsqlTypes.NpgsqlDbType.Date);
            copy.WriteText(id);
            foreach (var value in (long[])[t.Available, t.Blocked, t.Charging, t.Inoperative, t.OutOfOrder, t.Planned, t.Removed, t.Reserved, t.Unknown]) copy.Write(value, NpgsqlTypes.NpgsqlDbType.Bigint);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
