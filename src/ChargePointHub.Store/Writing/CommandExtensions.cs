using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>Commands with positional parameters ($1, $2 ...), one line each.</summary>
internal static class CommandExtensions
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values) =>
        Filled(new NpgsqlCommand(sql, connection), values);

    public static NpgsqlCommand Command(this NpgsqlDataSource database, string sql, params ReadOnlySpan<object?> values) =>
        Filled(database.CreateCommand(sql), values);

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command) return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>Rows of datasets that this version knows; a newer hub beside it may write others.</summary>
    /// <param name="dataset">The column that names it.</param>
    public static async Task<List<T>> ListKnownAsync<T>(this NpgsqlCommand command, int dataset, Func<NpgsqlDataReader, Dataset, T> read, CancellationToken cancellationToken) =>
        [.. (await command.ListAsync<(bool IsKnown, T Row)>(r => Dataset.Named(r.GetString(dataset)) is { } known ? (true, read(r, known)) : default, cancellationToken)).Where(r => r.IsKnown).Select(r => r.Row)];

    public static DateTimeOffset Instant(this NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column), TimeSpan.Zero);

    public static DateTimeOffset? InstantOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Instant(column);

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>One positional parameter, in the form that the store's columns take.</summary>
    public static NpgsqlParameter Parameter(object? value) => value as NpgsqlParameter ?? new NpgsqlParameter
    {
        Value = value switch
        {
            null => DBNull.Value,
            DateTimeOffset instant => instant.UtcDateTime,
            _ => value,
        },
    };

    /// <summary>Of which some may be null.</summary>
    public static NpgsqlParameter Texts(IEnumerable<string?> texts) => new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlCommand Filled(NpgsqlCommand command, ReadOnlySpan<object?> values)
    {
        foreach (var value in values) command.Parameters.Add(Parameter(value));
        return command;
    }
}
