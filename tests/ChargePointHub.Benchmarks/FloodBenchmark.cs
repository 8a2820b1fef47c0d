using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
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

/// <summary>
/// One key asks for everything on 32 connections at once and minds no refusal; another one reads pages. Each in a process of its own, over TLS, from a hub
/// with its usual quotas; quiet and flooded in turns.
/// </summary>
internal static class FloodBenchmark
{
    private const int Connections = 32;
    private const int WarmUp = 30;
    private const double Allowed = 1.5;

    private static readonly TimeSpan Each = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private static readonly string[] Floods = ["&format=ndjson", "&limit=50000", "&limit=1", "&limit=50000&count=exact"];

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
            var caFile = Path.Combine(folder.FullName, "shown.pem");
            await File.WriteAllTextAsync(caFile, certificate.ExportCertificatePem());
            var measured = new List<(double Quiet, double Flooded)>();
            for (var round = -1; round < rounds; round++)
            {
                // A quota that is full again: each flood begins with a minute's worth.
                await using var app = await BenchHub.HostAsync(database, BenchHub.Tls(certificate), new Quotas(QuotaLimits.Usual));
                var hub = BenchHub.AddressesOf(app).Single().ToString();
                var quiet = await MeasureAsync(hub, caFile);
                using var flood = Start(hub, caFile, "flood");
                await flood.StandardOutput.ReadLineAsync();
                var flooded = await MeasureAsync(hub, caFile);
                flood.Kill();
                await flood.WaitForExitAsync();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(round < 0 ? "warm-up" : $"round {round + 1}")}: quiet {quiet:N1} ms, flooded {flooded:N1} ms: {flooded / quiet:F2}"));
                if (round >= 0) measured.Add((quiet, flooded));
            }

            var ratio = Median(measured.Select(m => m.Flooded / m.Quiet));
            var result = new
            {
                benchmark = "flood",
                machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
                sessions,
                rounds,
                connections = Connections,
                quiet_p99_ms = Math.Round(Median(measured.Select(m => m.Quiet)), 1),
                flooded_p99_ms = Math.Round(Median(measured.Select(m => m.Flooded)), 1),
                ratio = Math.Round(ratio, 2),
                ratio_allowed = Allowed,
            };
            var json = JsonSerializer.Serialize(result, Formats.Indented);
            Console.WriteLine(json);
            Directory.CreateDirectory("BenchmarkResults");
            await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "flood.json"), json);
            return ratio <= Allowed ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What a child process does: floods until it is killed, or reads pages and prints the 99th percentile in milliseconds.</summary>
    public static async Task<int> ReadAsync(Uri hub, string caFile, string what)
    {
        using var http = Client(hub, caFile, what);
        if (what == "flood")
        {
            Console.WriteLine("flooding");
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(n => FloodAsync(http, n)));
            return 0;
        }

        var took = new List<double>();
        var buffer = new byte[1 << 20];
        var since = new Stopwatch();
        for (var n = 0; since.Elapsed < Each; n++, await Task.Delay(Pause))
        {
            // Its own start, the handshake and the code that is compiled on first use are no part of what it waits for.
            if (n == WarmUp) since.Start();
            var watch = Stopwatch.StartNew();
            using var answer = await http.GetAsync(Asked("&limit=1000"), HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            await DrainAsync(answer, buffer);
            if (since.IsRunning) took.Add(watch.Elapsed.TotalMilliseconds);
        }

        took.Sort();
        Console.WriteLine(took[took.Count * 99 / 100].ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static async Task FloodAsync(HttpClient http, int connection)
    {
        var buffer = new byte[1 << 20];
        for (var n = connection; ; n++)
        {
            try
            {
                using var answer = await http.GetAsync(Asked(Floods[n % Floods.Length]), HttpCompletionOption.ResponseHeadersRead);
                await DrainAsync(answer, buffer);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Refused or cut: it asks again at once.
            }
        }
    }

    private static async Task DrainAsync(HttpResponseMessage answer, byte[] buffer)
    {
        await using var body = await answer.Content.ReadAsStreamAsync();
        while (await body.ReadAsync(buffer) > 0)
        {
        }
    }

    private static Uri Asked(string rest) => new($"/v1/charging-sessions?period=2026-11-20{rest}", UriKind.Relative);

    private static async Task<double> MeasureAsync(string hub, string caFile)
    {
        using var reader = Start(hub, caFile, "pages");
        var said = await reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        return double.Parse(said, CultureInfo.InvariantCulture);
    }

    private static Process Start(string hub, string caFile, string what)
    {
        string[] line = ["dotnet", typeof(FloodBenchmark).Assembly.Location, "flood-reader", hub, caFile, what];
        return Process.Start(what == "flood" && !OperatingSystem.IsWindows()
            ? new ProcessStartInfo("nice", ["-n", "19", .. line]) { RedirectStandardOutput = true }
            : new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true })!;
    }

    private static HttpClient Client(Uri hub, string caFile, string key)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(caFile);
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Connections, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain, TargetHost = "localhost" } };
        return new HttpClient(handler) { BaseAddress = hub, DefaultRequestHeaders = { Authorization = new("Bearer", $"cph_live_{key}_secret") } };
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
