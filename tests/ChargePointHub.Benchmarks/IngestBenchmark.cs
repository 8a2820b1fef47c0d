using System.Diagnostics;
using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Benchmarks;

/// <summary>What one round measured, in sessions a second.</summary>
/// <param name="FourAtOnce">Of four operators' feeds pulled at once, together.</param>
internal sealed record IngestRound(double EndToEnd, double Reread, double FourAtOnce, double CopyWithKey);

/// <summary>
/// Sessions end to end: HTTPS pages of 10,000 -> parse, check, version, write, claim; then the same pages again, unchanged; and
/// the limit, a binary COPY of the same rows into an empty table with the same primary key. All in one process and one run.
/// </summary>
internal static class IngestBenchmark
{
    public const int PageSize = 10_000;
    private const int AtOnce = 4;

    public static async Task<IReadOnlyList<IngestRound>> RunAsync(int sessions, int rounds, TextWriter progress)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await using var feed = await RenderedFeed.StartAsync(sessions, PageSize, new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(1));
            await using var part = await RenderedFeed.StartAsync(sessions / AtOnce, PageSize, feed.Window.From, TimeSpan.FromSeconds(1));
            using var plain = new PlainPull(database);
            var measured = new List<IngestRound>();
            for (var round = 0; round <= rounds; round++)
            {
                var definition = PlainPull.Definition($"bench-{round}", feed);
                await plain.TimeAsync(definition, Dataset.ChargePoints, null);
                var fresh = await plain.TimeAsync(definition, Dataset.ChargingSessions, feed.Window);
                var again = await plain.TimeAsync(definition, Dataset.ChargingSessions, feed.Window);
                var together = await FourAsync(plain, part, round);
                var copy = await CopyAsync(server.ConnectionString, definition.OperatorId);
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  {(round == 0 ? "warm-up" : $"round {round}")}: {sessions / fresh:N0} sessions/s end to end, {sessions / again:N0}/s unchanged, {sessions / together:N0}/s of {AtOnce} feeds at once, COPY with primary key {sessions / copy:N0}/s"));
                if (round > 0) measured.Add(new IngestRound(sessions / fresh, sessions / again, sessions / together, sessions / copy));
            }

            return measured;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Seconds in which four operators' feeds, each with a quarter of the sessions, are pulled at once.</summary>
    private static async Task<double> FourAsync(PlainPull plain, RenderedFeed part, int round)
    {
        var definitions = Enumerable.Range(0, AtOnce).Select(n => PlainPull.Definition($"bench-{round}-{n}", part)).ToList();
        foreach (var definition in definitions) await plain.TimeAsync(definition, Dataset.ChargePoints, null);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(definitions.Select(d => Task.Run(() => plain.TimeAsync(d, Dataset.ChargingSessions, part.Window))));
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> CopyAsync(string connectionString, string operatorId)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var prepare = new NpgsqlCommand(
            """
            DROP TABLE IF EXISTS bench_copy;
            CREATE TABLE bench_copy (operator_id text, session_id text, charge_point_id text, plug_in_at timestamptz, plug_out_at timestamptz,
                energy_wh bigint, last_updated timestamptz, document json, PRIMARY KEY (operator_id, session_id));
            """,
            connection))
        {
            await prepare.ExecuteNonQueryAsync();
        }

        var rows = new List<(string Id, string Cp, DateTime In, DateTime? Out, long? Wh, DateTime Updated, string Document)>();
        await using (var read = new NpgsqlCommand(
            "SELECT session_id, charge_point_id, plug_in_at, plug_out_at, energy_wh, last_updated, document::text FROM charging_session WHERE operator_id = $1", connection))
        {
            read.Parameters.AddWithValue(operatorId);
            await using var reader = await read.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add((reader.GetString(0), reader.GetString(1), reader.GetDateTime(2), reader.IsDBNull(3) ? null : reader.GetDateTime(3),
                    reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.GetDateTime(5), reader.GetString(6)));
            }
        }

        var clock = Stopwatch.StartNew();
        foreach (var page in rows.Chunk(PageSize))
        {
            await using var copy = await connection.BeginBinaryImportAsync("COPY bench_copy FROM STDIN (FORMAT BINARY)");
            foreach (var (id, cp, plugIn, plugOut, wh, updated, document) in page)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(operatorId, NpgsqlDbType.Text);
                await copy.WriteAsync(id, NpgsqlDbType.Text);
                await copy.WriteAsync(cp, NpgsqlDbType.Text);
                await copy.WriteAsync(plugIn, NpgsqlDbType.TimestampTz);
                if (plugOut is { } o) await copy.WriteAsync(o, NpgsqlDbType.TimestampTz);
                else await copy.WriteNullAsync();
                if (wh is { } w) await copy.WriteAsync(w, NpgsqlDbType.Bigint);
                else await copy.WriteNullAsync();
                await copy.WriteAsync(updated, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(document, NpgsqlDbType.Json);
            }

            await copy.CompleteAsync();
        }

        return clock.Elapsed.TotalSeconds;
    }
}
