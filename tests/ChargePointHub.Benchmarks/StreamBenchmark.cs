using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Benchmarks;

/// <summary>What one round measured; milliseconds.</summary>
/// <param name="Copy">psql, binary COPY of the stored documents alone, in the stream's order.</param>
/// <param name="CopyJoined">psql, binary COPY of the same rows as they are served, joins and all: the limit.</param>
/// <param name="BytesARow">Allocated by hub and reader together, over plain http.</param>
/// <param name="GrowthMb">Of the process's memory between a tenth of the stream and its end.</param>
internal sealed record StreamRound(double Copy, double CopyJoined, double Plain, double Tls, double FirstByte, double FirstByteTls, double BytesARow, double GrowthMb, double CpuMs);

/// <summary>
/// 24 hours of London's charging sessions as one NDJSON stream, against psql that copies the same rows. The hub's API is hosted
/// twice in this process, plain and with TLS, over one database; the reader keeps nothing. Rounds are interleaved.
/// </summary>
internal static class StreamBenchmark
{
    private const int WarmUps = 3;

    public static async Task<IReadOnlyList<StreamRound>> RunAsync(int sessions, int rounds, TextWriter progress)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, sessions);
            using var certificate = LocalCertificate.LoadOrCreate(folder.FullName, DateTimeOffset.UtcNow, out _);
            await using var app = await BenchHub.HostAsync(database, BenchHub.Plain + BenchHub.Tls(certificate));
            var addresses = BenchHub.AddressesOf(app);
            var psql = new PsqlCopy(server.ConnectionString);
            var measured = new List<StreamRound>();
            for (var round = -WarmUps; round < rounds; round++)
            {
                var copy = await psql.TimeAsync(Documents);
                var plain = await ReadAsync(addresses.Single(a => a.Scheme == "http"), certificate, sessions);
                var joined = await psql.TimeAsync(Joined);
                var tls = await ReadAsync(addresses.Single(a => a.Scheme == "https"), certificate, sessions);
                var result = new StreamRound(
                    copy.TotalMilliseconds, joined.TotalMilliseconds, plain.Answer.Whole.TotalMilliseconds, tls.Answer.Whole.TotalMilliseconds,
                    plain.Answer.FirstByte.TotalMilliseconds, tls.Answer.FirstByte.TotalMilliseconds, plain.BytesARow, plain.GrowthMb, plain.CpuMs);
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  {(round < 0 ? "warm-up" : $"round {round + 1}")}: COPY {result.Copy:N0} ms, joined {result.CopyJoined:N0} ms; stream {result.Plain:N0} ms ({result.Plain / result.Copy:F2}), TLS {result.Tls:N0} ms ({result.Tls / result.Copy:F2}); first byte {result.FirstByte:F1} and {result.FirstByteTls:F1} ms; {result.BytesARow:F1} bytes a row; {plain.Answer.Bytes / 1e6:N0} MB"));
                if (round >= 0) measured.Add(result);
            }

            return measured;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Documents => $"SELECT document FROM charging_session r WHERE {InDay} ORDER BY r.plug_in_at, r.operator_id, r.session_id";

    private static string Joined =>
        "SELECT r.document, a.borough_gss, a.ward_gss, a.lsoa21, c.power_band, r.plug_in_at AT TIME ZONE 'Europe/London' FROM charging_session r "
        + "LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id "
        + "LEFT JOIN charge_point c ON c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id "
        + $"WHERE {InDay} AND c.published IS NOT FALSE ORDER BY r.plug_in_at, r.operator_id, r.session_id";

    private static string InDay => $"r.plug_in_at >= '{LondonDay.Day.From:O}' AND r.plug_in_at < '{LondonDay.Day.To:O}'";

    private static async Task<(ReadAnswer Answer, double BytesARow, double GrowthMb, double CpuMs)> ReadAsync(Uri host, X509Certificate2 certificate, int sessions)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (allocated, cpu) = (GC.GetTotalAllocatedBytes(precise: true), process.TotalProcessorTime);
        long early = 0, most = 0, next = 0;
        var answer = await RawReader.ReadAsync(
            new Uri(host, "/v1/charging-sessions?period=2026-11-20&format=ndjson"), $"Authorization: Bearer {BenchHub.Key}\r\n", certificate,
            bytes =>
            {
                if (bytes < next) return;
                next = bytes + 4_000_000;
                most = Math.Max(most, Environment.WorkingSet);
                if (early == 0 && bytes > sessions * 60L) early = most;
            });
        process.Refresh();
        return (answer, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)sessions, Math.Max(0, most - early) / 1e6, (process.TotalProcessorTime - cpu).TotalMilliseconds);
    }
}
