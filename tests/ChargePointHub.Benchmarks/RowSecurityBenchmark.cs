using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using ChargePointHub.Store.Queries;
using Npgsql;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// What row security costs: one day of London read as a stream and as pages, by the same statements under the same role, with the policies in force
/// and switched off, in turns over one database.
/// </summary>
internal static class RowSecurityBenchmark
{
    private const int Pages = 100;
    private const double Allowed = 1.15;

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, sessions);
            var operators = Enumerable.Range(0, 50).Select(n => string.Create(CultureInfo.InvariantCulture, $"operator-{n:D2}")).ToList();
            var gla = Scope.Of(OrganisationRole.Gla, null, operators.Select(o => new Right(o, "charging_sessions", null)));
            var results = new List<object>();
            var isReached = true;
            foreach (var (who, scope) in new[] { ("everything", Scope.Everything), ("the GLA, 50 grants", gla) })
            {
                var measured = new List<(double Stream, double BareStream, double Page, double BarePage)>();
                for (var round = -2; round < rounds; round++)
                {
                    // Who comes second finds what the first has warmed: they take turns in that too.
                    var first = await ReadAsync(server.ConnectionString, database, scope, secured: round % 2 == 0);
                    var second = await ReadAsync(server.ConnectionString, database, scope, secured: round % 2 != 0);
                    var ((stream, page), (bareStream, barePage)) = round % 2 == 0 ? (first, second) : (second, first);
                    if (round >= 0) measured.Add((stream, bareStream, page, barePage));
                }

                var streams = Median(measured.Select(m => m.Stream / m.BareStream));
                var pages = Median(measured.Select(m => m.Page / m.BarePage));
                isReached &= streams <= Allowed && pages <= Allowed;
                results.Add(new { scope = who, stream_ms = Math.Round(Median(measured.Select(m => m.Stream))), stream_ratio = Math.Round(streams, 3), pages_ms = Math.Round(Median(measured.Select(m => m.Page))), pages_ratio = Math.Round(pages, 3), ratio_allowed = Allowed });
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{who}: stream {Median(measured.Select(m => m.Stream)):N0} ms against {Median(measured.Select(m => m.BareStream)):N0} ms: {streams:F3}; {Pages} pages {Median(measured.Select(m => m.Page)):N0} ms against {Median(measured.Select(m => m.BarePage)):N0} ms: {pages:F3}; at most {Allowed}"));
            }

            // What is shown in part is read record by record: told, and bounded by nothing.
            var hourly = Scope.Of(OrganisationRole.Gla, null, operators.Select(o => new Right(o, "charging_sessions", null, [], TimePrecision.Hour)));
            var limited = new List<(double Stream, double WholeStream, double Page, double WholePage)>();
            for (var round = -1; round < rounds; round++)
            {
                var (whole, part) = (await ReadAsync(server.ConnectionString, database, gla, secured: true), await ReadAsync(server.ConnectionString, database, hourly, secured: true));
                if (round >= 0) limited.Add((part.Stream, whole.Stream, part.Page, whole.Page));
            }

            var (limitedStreams, limitedPages) = (Median(limited.Select(l => l.Stream / l.WholeStream)), Median(limited.Select(l => l.Page / l.WholePage)));
            results.Add(new { scope = "the GLA, times by the hour and no fields", stream_ms = Math.Round(Median(limited.Select(l => l.Stream))), stream_ratio_to_whole = Math.Round(limitedStreams, 2), pages_ms = Math.Round(Median(limited.Select(l => l.Page))), pages_ratio_to_whole = Math.Round(limitedPages, 2) });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the GLA, times by the hour and no fields: {limitedStreams:F2} of the time of the whole as a stream, {limitedPages:F2} as pages"));
            var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
            Directory.CreateDirectory("BenchmarkResults");
            await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "rights.json"), JsonSerializer.Serialize(new { benchmark = "rights", machine, sessions, rounds, pages = Pages, results }, Formats.Indented));
            return isReached ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double Stream, double Page)> ReadAsync(string connectionString, Database database, Scope scope, bool secured)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            foreach (var table in new[] { "charging_session", "charging_session_version", "charge_point", "charge_point_area" })
            {
                await using var set = new NpgsqlCommand($"ALTER TABLE {table} {(secured ? "ENABLE" : "DISABLE")} ROW LEVEL SECURITY", connection);
                await set.ExecuteNonQueryAsync();
            }
        }

        var records = new RecordQueries(database);
        var clock = await records.ReadClockAsync(CancellationToken.None);
        var query = new RecordQuery { Dataset = Dataset.ChargingSessions, Tick = clock.Tick, Window = LondonDay.Day, Limit = 1_001 };
        var places = await records.ReadPlacesAsync(clock, scope, CancellationToken.None);
        var page = await TimeAsync(records, query, scope, Pages);
        return (await TimeAsync(records, query with { Limit = 2_000, Places = places }, scope, int.MaxValue), page);
    }

    private static async Task<double> TimeAsync(RecordQueries records, RecordQuery query, Scope scope, int chunks)
    {
        var output = new ArrayBufferWriter<byte>(4 * 1024 * 1024);
        var watch = Stopwatch.StartNew();
        for (var n = 0; n < chunks; n++)
        {
            output.ResetWrittenCount();
            await using var rows = await records.ReadAsync(query, scope, CancellationToken.None);
            while (await rows.NextAsync(CancellationToken.None)) rows.Write(output);
            if (rows.LastKey is not { } last) break;
            query = query with { After = last };
        }

        return watch.Elapsed.TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
