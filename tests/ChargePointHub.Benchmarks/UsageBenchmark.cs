using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// Usage of London over the days that sessions add up to: a quarter by borough and day against an index scan of the same rows by psql, in turns, and one
/// charge point's year by day.
/// </summary>
internal static class UsageBenchmark
{
    /// <summary>Of London.</summary>
    private const int SessionsADay = 25_000;
    private const int Repeated = 20;
    private const double ScansAllowed = 2;
    private const double QuarterAllowed = 600;
    private const double YearAllowed = 20;

    /// <summary>Ends the day before <see cref="LondonDay.Now"/>.</summary>
    private static readonly DateOnly LastDay = new(2026, 11, 20);

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, 1);
            var rows = await WriteDaysAsync(server.ConnectionString, sessions);
            await PackAsync(database);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sessions:N0} sessions of {LondonDay.ChargePoints:N0} charge points, {rows:N0} charge point days"));
            await using var app = await BenchHub.HostAsync(database, BenchHub.Plain);
            using var hub = new HttpClient { BaseAddress = BenchHub.AddressesOf(app).Single(), DefaultRequestHeaders = { { "X-API-Key", BenchHub.Key } } };
            var psql = new PsqlCopy(server.ConnectionString);
            var measured = new List<Round>();
            for (var round = -2; round < rounds; round++)
            {
                var scan = (await psql.TimeAsync(Scan, before: "SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0;")).TotalMilliseconds;
                var (quarter, lines) = await TimeAsync(hub, "/v1/usage.csv?group_by=borough,day&from=2026-08-21&to=2026-11-21");
                var (month, _) = await TimeAsync(hub, "/v1/usage.csv?group_by=borough,month&from=2026-08-01&to=2026-11-01");

                // One after the other, so that none has the garbage of a quarter's answer to clear away.
                var years = new List<(double Milliseconds, int Rows)>();
                for (var n = 0; n < Repeated; n++) years.Add(await TimeAsync(hub, $"/v1/usage.csv?group_by=charge_point,day&charge_point=operator-07:CP{7 + (50 * n):D5}&from=2025-11-21&to=2026-11-21"));
                var (year, days) = (years.Select(y => y.Milliseconds).Order().ElementAt(Repeated / 2), years.Min(y => y.Rows));
                if (lines < 92 * 31 || days < 365) throw new InvalidOperationException($"{lines} rows of boroughs and {days} of the charge point are too few.");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {(round < 0 ? "warm-up" : $"round {round + 1}")}: index scan {scan:N0} ms, quarter by borough and day {quarter:N0} ms ({lines:N0} rows), by month {month:N0} ms; one charge point's year {year:F1} ms"));
                if (round >= 0) measured.Add(new Round(quarter / scan, quarter, month, year));
            }

            return await ReportAsync(sessions, rounds, rows, measured);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The rows that the quarter is the sum of, read by the primary key and added up to one.</summary>
    private static string Scan =>
        $"SELECT count(*), {string.Join(", ", UsageRows.Columns.Split(", ").Select(c => $"sum({c})"))} FROM usage_day "
        + "WHERE operator_id = ANY (ARRAY(SELECT 'operator-' || lpad(n::text, 2, '0') FROM generate_series(0, 49) AS s (n))) AND day >= '2026-08-21' AND day < '2026-11-21'";

    /// <summary>What the page writer would have left of sessions, day by day and operator by operator; the sessions themselves no figure reads.</summary>
    /// <returns>Charge point days.</returns>
    private static async Task<long> WriteDaysAsync(string connectionString, int sessions)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var (random, written) = (new Random(1), 0L);
        var days = new SortedDictionary<DateOnly, Dictionary<string, UsageFigures>>();
        var first = LastDay.AddDays(1 - ((sessions + SessionsADay - 1) / SessionsADay));
        for (var n = 0; n < sessions; n++)
        {
            var day = first.AddDays(n / SessionsADay);
            if (n % SessionsADay == 0) await WriteBeforeAsync(day);
            var session = LondonDay.Session(random, n, LondonCalendar.Midnight(day).AddSeconds(n % SessionsADay * (80_000.0 / SessionsADay)));
            foreach (var (touched, figures) in SessionDays.Of(session))
            {
                if (!days.TryGetValue(touched, out var points)) days[touched] = points = new(StringComparer.Ordinal);
                points[session.ChargePointId] = points.GetValueOrDefault(session.ChargePointId) + figures;
            }
        }

        await WriteBeforeAsync(DateOnly.MaxValue);
        return written;

        async Task WriteBeforeAsync(DateOnly before)
        {
            for (; days.Count > 0 && days.First() is var (day, points) && day < before; days.Remove(day))
            {
                foreach (var ofOperator in points.GroupBy(p => p.Key.Split(':')[0]))
                {
                    await using var add = UsageRows.Add(connection, ofOperator.Key, [.. ofOperator.Select(p => KeyValuePair.Create((day, p.Key), p.Value))]);
                    written += await add.ExecuteNonQueryAsync();
                }
            }
        }
    }

    /// <summary>As the hub leaves it alone: all but the newest three days.</summary>
    private static async Task PackAsync(Database database)
    {
        var (packer, watch, days) = (new UsagePacker(database), Stopwatch.StartNew(), 0);
        foreach (var operatorId in await packer.ReadDueAsync(LastDay.AddDays(-1), CancellationToken.None))
        {
            for (int more; (more = await packer.PackAsync(operatorId, LastDay.AddDays(-1), CancellationToken.None)) > 0;) days += more;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{days:N0} days of operators packed in {watch.Elapsed.TotalSeconds:F1} s"));
        await using var connection = await database.Reads.OpenConnectionAsync();
        await using var settle = new NpgsqlCommand("VACUUM ANALYZE", connection) { CommandTimeout = 300 };
        await settle.ExecuteNonQueryAsync();
    }

    /// <summary>Milliseconds to the last byte, and rows without the heading.</summary>
    private static async Task<(double Milliseconds, int Rows)> TimeAsync(HttpClient hub, string question)
    {
        var watch = Stopwatch.StartNew();
        var answer = await hub.GetByteArrayAsync(new Uri(question, UriKind.Relative));
        return (watch.Elapsed.TotalMilliseconds, answer.Count(b => b == (byte)'\n') - 1);
    }

    private static async Task<int> ReportAsync(int sessions, int rounds, long rows, IReadOnlyList<Round> measured)
    {
        (string Name, double Value, double? Most)[] lines =
        [
            ("a quarter by borough and day, in index scans of its rows", Median(r => r.Scans), ScansAllowed),
            ("a quarter by borough and day, ms", Median(r => r.Quarter), QuarterAllowed),
            ("a quarter by borough and month, ms", Median(r => r.Month), null),
            ("one charge point's year by day, ms", Median(r => r.Year), YearAllowed),
        ];
        foreach (var (name, value, most) in lines)
        {
            var asked = most is { } m ? $"at most {m:F0}" : "for comparison";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-58} {value,8:F2}   {asked}   {(value > most ? "MISSED" : "")}"));
        }

        var result = new
        {
            benchmark = "usage",
            machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            sessions,
            charge_point_days = rows,
            rounds,
            measures = lines.Select(l => new { name = l.Name, value = Math.Round(l.Value, 3), at_most = l.Most, reached = !(l.Value > l.Most) }),
        };
        Directory.CreateDirectory("BenchmarkResults");
        await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "usage.json"), JsonSerializer.Serialize(result, Formats.Indented));
        return lines.All(l => !(l.Value > l.Most)) ? 0 : 1;

        double Median(Func<Round, double> of) => measured.Select(of).Order().ElementAt(measured.Count / 2);
    }

    /// <summary>One round: the quarter as a multiple of the scan, and milliseconds.</summary>
    private sealed record Round(double Scans, double Quarter, double Month, double Year);
}
