using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// What it costs to put readings on record: the same pages of sessions of 50 operators from one host, once as it serves them and once by the bare handler, in
/// turns: one reader after the other in whole pages, and many at once in the smallest.
/// </summary>
internal static class AuditBenchmark
{
    private const int Pages = 100;
    private const int Readers = 32;
    private const int Small = 3_200;
    private const double Allowed = 1.25;
    private const string Audited = "/v1/charging-sessions";
    private const string Bare = "/bare";

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, sessions);
            await using var app = await BenchHub.HostAsync(database, BenchHub.Plain, map: MapBare);
            using var http = new HttpClient { BaseAddress = BenchHub.AddressesOf(app).Single() };
            var measured = new List<(double Page, double BarePage, double Small, double BareSmall)>();
            for (var round = -2; round < rounds; round++)
            {
                var (first, second) = round % 2 == 0 ? (Audited, Bare) : (Bare, Audited);
                var (one, other) = (await TimeAsync(http, first, 1_000, Pages, 1), await TimeAsync(http, second, 1_000, Pages, 1));
                var (many, others) = (await TimeAsync(http, first, 1, Small, Readers), await TimeAsync(http, second, 1, Small, Readers));
                if (round >= 0) measured.Add(round % 2 == 0 ? (one, other, many, others) : (other, one, others, many));
            }

            var (pages, small) = (Median(measured.Select(m => m.Page / m.BarePage)), Median(measured.Select(m => m.Small / m.BareSmall)));
            var (aSecond, bareASecond) = (Small / Median(measured.Select(m => m.Small)) * 1000, Small / Median(measured.Select(m => m.BareSmall)) * 1000);
            var bytes = await BytesAReadingAsync(server.ConnectionString);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pages of 1,000, one reader: {Median(measured.Select(m => m.Page)) / Pages:F1} ms against {Median(measured.Select(m => m.BarePage)) / Pages:F1} ms: {pages:F3}, at most {Allowed}\n"
                + $"pages of 1, {Readers} readers: {aSecond:N0} a second against {bareASecond:N0}: {small:F3} of the time; {bytes:N0} bytes of table and indexes a reading of 50 operators"));
            var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
            Directory.CreateDirectory("BenchmarkResults");
            await File.WriteAllTextAsync(
                Path.Combine("BenchmarkResults", "audit.json"),
                JsonSerializer.Serialize(
                    new { benchmark = "audit", machine, sessions, rounds, page_ratio = Math.Round(pages, 3), ratio_allowed = Allowed, small_ratio = Math.Round(small, 3), readings_a_second = Math.Round(aSecond), bytes_a_reading = Math.Round(bytes) },
                    Formats.Indented));
            return pages <= Allowed ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> TimeAsync(HttpClient http, string path, int limit, int requests, int atOnce)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"{path}?period=2026-11-20&limit={limit}"), UriKind.Relative);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (_, ct) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "X-API-Key", BenchHub.Key } } };
            using var answer = await http.SendAsync(request, ct);
            answer.EnsureSuccessStatusCode();
        });
        return watch.Elapsed.TotalMilliseconds;
    }

    private static void MapBare(WebApplication app)
    {
        var route = ApiRoutes.All.Single(r => r.Path == Audited);
        app.MapGet(Bare, context =>
        {
            var hub = context.RequestServices.GetRequiredService<HubServices>();
            var (parameters, _) = RequestParameters.Read(context.Request.Query, route, new CheckAgainst(BenchHub.Now, BenchHub.Directory));
            return route.Handler(new HubRequest(context, route, parameters, new Caller(Scope.Everything, "bench"), hub, BenchHub.Directory, BenchHub.Now, ContentCoding.Identity));
        });
    }

    private static async Task<double> BytesAReadingAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_total_relation_size('audit_event')::float8 / (SELECT count(*) FROM audit_event WHERE kind = 'opened')", connection);
        return (double)(await command.ExecuteScalarAsync())!;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
