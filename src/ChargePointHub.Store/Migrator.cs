using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>The database's schema is not one that this hub can bring up to date.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>Brings a database to this hub's schema: numbered files, each applied once, in order, in a transaction of its own.</summary>
public static class Migrator
{
    /// <summary>Name of the newest file, which stands for the schema of this hub.</summary>
    public static string Newest => Embedded()[^1].Name;

    /// <summary>Returns the names of the files applied now; empty when the database was up to date. Safe while other instances do the same.</summary>
    /// <param name="applying">Told each file's name before it is applied; large tables may take long.</param>
    /// <exception cref="MigrationException">A file that was applied has changed since, or the database is newer than this hub.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(Database database, CancellationToken cancellationToken, Action<string>? applying = null) =>
        MigrateAsync(database, Embedded(), cancellationToken, applying);

    /// <summary>Names of the files that the database lacks; changes nothing.</summary>
    /// <exception cref="MigrationException">A file that was applied has changed since, or the database is newer than this hub.</exception>
    public static async Task<IReadOnlyList<string>> PendingAsync(Database database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT to_regclass('schema_migration') IS NOT NULL", connection);
        var applied = (bool)(await exists.ExecuteScalarAsync(cancellationToken))! ? await AppliedAsync(connection, cancellationToken) : [];
        var migrations = Embedded();
        Refuse(applied, migrations);
        return [.. migrations.Where(m => !applied.ContainsKey(m.Number)).Select(m => m.Name)];
    }

    internal static async Task<IReadOnlyList<string>> MigrateAsync(
        Database database, IReadOnlyList<Migration> migrations, CancellationToken cancellationToken, Action<string>? applying = null)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({AdvisoryLocks.Migrations})", cancellationToken);
        try
        {
            await ExecuteAsync(
                connection,
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number     integer PRIMARY KEY,
                    name       text NOT NULL,
                    checksum   bytea NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """,
                cancellationToken);
            var applied = await AppliedAsync(connection, cancellationToken);
            Refuse(applied, migrations);
            var now = new List<string>();
            foreach (var migration in migrations.Where(m => !applied.ContainsKey(m.Number)).OrderBy(m => m.Number))
            {
                applying?.Invoke(migration.Name);
                await ApplyAsync(connection, migration, cancellationToken);
                now.Add(migration.Name);
            }

            return now;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({AdvisoryLocks.Migrations})", CancellationToken.None);
        }
    }

    /// <summary>The files in this assembly, by number.</summary>
    internal static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(Migrator).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => Read(assembly, n))
            .OrderBy(m => m.Number)];
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        var name = resource[(resource.IndexOf("Migrations.", StringComparison.Ordinal) + "Migrations.".Length)..];
        return new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }

    private static void Refuse(Dictionary<int, byte[]> applied, IReadOnlyList<Migration> migrations)
    {
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var checksum) && !checksum.AsSpan().SequenceEqual(migration.Checksum))
            {
                throw new MigrationException(
                    $"{migration.Name} was applied to this database with other content. An applied migration never changes: put the change in a new file.");
            }
        }

        var newest = migrations.Max(m => m.Number);
        if (applied.Keys.Any(n => n > newest))
        {
            throw new MigrationException($"This database is at migration {applied.Keys.Max()}, this hub knows {newest}: run a newer hub.");
        }
    }

    private static async Task<Dictionary<int, byte[]>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT number, checksum FROM schema_migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, byte[]>();
        while (await reader.ReadAsync(cancellationToken)) applied.Add(reader.GetInt32(0), reader.GetFieldValue<byte[]>(1));
        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await using var record = new NpgsqlCommand("INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>One numbered file.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, line ends aside: a checkout may change those.</summary>
    public byte[] Checksum { get; } = SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n")));
}
