using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Benchmarks;

/// <summary>24 hours of London's sessions as one CSV stream, plain HTTP, against psql that copies the same columns of the same rows as CSV, in turns.</summary>
internal static class CsvBenchmark
{
    private const double Required = 0.60;

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, sessions);
            using var certificate = LocalCertificate.LoadOrCreate(folder.FullName, DateTimeOffset.UtcNow, out _);
            await using var app = await BenchHub.HostAsync(database, BenchHub.Plain);
            var psql = new PsqlCopy(server.ConnectionString);
            var measured = new List<(double Stream, double Copy)>();
            for (var round = -2; round < rounds; round++)
            {
                var copy = (await psql.TimeAsync(Columns, "CSV, HEADER")).TotalMilliseconds;
                var stream = (await ReadAsync(BenchHub.AddressesOf(app).Single(), certificate)).Whole.TotalMilliseconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(round < 0 ? "warm-up" : $"round {round + 1}")}: COPY {copy:N0} ms, stream {stream:N0} ms: {copy / stream:F2}"));
                if (round >= 0) measured.Add((stream, copy));
            }

            var ratio = measured.Select(m => m.Copy / m.Stream).Order().ElementAt(measured.Count / 2);
            var result = new
            {
                benchmark = "csv",
                machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
                sessions,
                rounds,
                stream_ms = Math.Round(measured.Select(m => m.Stream).Order().ElementAt(measured.Count / 2)),
                ratio_to_copy = Math.Round(ratio, 3),
                ratio_required = Required,
            };
            var json = JsonSerializer.Serialize(result, Formats.Indented);
            Console.WriteLine(json);
            Directory.CreateDirectory("BenchmarkResults");
            await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "csv.json"), json);
            return ratio >= Required ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<ReadAnswer> ReadAsync(Uri hub, X509Certificate2 certificate) =>
        RawReader.ReadAsync(new Uri(hub, "/v1/charging-sessions.csv?period=2026-11-20"), $"Authorization: Bearer {BenchHub.Key}\r\n", certificate, _ => { });

    /// <summary>Each document taken apart once, and what is joined beside it.</summary>
    private static string Columns =>
        "SELECT d.*, a.borough_gss, a.ward_gss, a.lsoa21, c.power_band, r.plug_in_at AT TIME ZONE 'Europe/London' AS started_local FROM charging_session r "
        + "CROSS JOIN LATERAL json_to_record(r.document) AS d (session_id text, operator_id text, charge_point_id text, connector_id text, plug_in_at text, plug_out_at text, charge_start_at text, charge_end_at text, "
        + "plug_in_minutes numeric, charging_minutes numeric, energy_kwh numeric, peak_kw numeric, average_kw numeric, cost_ex_vat numeric, cost_inc_vat numeric, currency text, tariff_id text, payment_method text, user_type text, "
        + "outcome text, ended_by text, error_code text, start_soc_percent numeric, end_soc_percent numeric, corrects_session_id text, last_updated text) "
        + "LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id "
        + "LEFT JOIN charge_point c ON c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id "
        + $"WHERE r.plug_in_at >= '{LondonDay.Day.From:O}' AND r.plug_in_at < '{LondonDay.Day.To:O}' AND c.published IS NOT FALSE ORDER BY r.plug_in_at, r.operator_id, r.session_id";
}
