using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChargePointHub.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// A loti-v1 operator whose answers are rendered before the clock starts and served from memory over TLS, so that what is
/// measured is the hub. Seeded: the same bytes each time.
/// </summary>
internal sealed class RenderedFeed : IAsyncDisposable
{
    private const int ChargePoints = 2000;
    private const string DataStart = "{\"data\":[";
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly string caFile;
    private readonly byte[] rendered;
    private readonly int[] ends;
    private readonly TimeSpan spacing;
    private readonly int pageSize;
    private long firstAsked;
    private long sent;

    private RenderedFeed(int sessions, int pageSize, DateTimeOffset start, TimeSpan spacing)
    {
        (this.pageSize, this.spacing, Window) = (pageSize, spacing, new Window(start, start + ((sessions + 1) * spacing)));
        var random = new Random(1);
        using var bytes = new MemoryStream();
        ends = new int[sessions + 1];
        for (var i = 0; i < sessions; i++)
        {
            bytes.Write(Encoding.UTF8.GetBytes(Session(random, i, start + (i * spacing)) + ","));
            ends[i + 1] = (int)bytes.Length;
        }

        rendered = bytes.ToArray();
        (certificate, caFile) = MakeCertificate();
        var chargePoints = Encoding.UTF8.GetBytes(
            $"{DataStart}{string.Join(',', Enumerable.Range(0, ChargePoints).Select(i => ChargePoint(i, start)))}],\"next_cursor\":null,\"total\":{ChargePoints}}}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        app = builder.Build();
        app.MapGet("/charging-sessions", SendSessionsAsync);
        app.MapGet("/charge-points", (HttpContext http) => SendAsync(http, chargePoints));
    }

    public Uri BaseUrl => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public string CaFile => caFile;

    /// <summary>On last_updated: every session lies in it.</summary>
    public Window Window { get; }

    /// <summary>Sessions sent, each as often as it was.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>When sessions were first asked for since the last look, as <see cref="Stopwatch.GetTimestamp"/> says it; null: they were not.</summary>
    public long? TakeFirstAsked() => Interlocked.Exchange(ref firstAsked, 0) is > 0 and var at ? at : null;

    /// <param name="spacing">From the last_updated of one session to that of the next.</param>
    public static async Task<RenderedFeed> StartAsync(int sessions, int pageSize, DateTimeOffset start, TimeSpan spacing)
    {
        var feed = new RenderedFeed(sessions, pageSize, start, spacing);
        await feed.app.StartAsync();
        return feed;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
        File.Delete(caFile);
    }

    private Task SendSessionsAsync(HttpContext http, DateTimeOffset updated_from, DateTimeOffset updated_to, int? cursor)
    {
        Interlocked.CompareExchange(ref firstAsked, Stopwatch.GetTimestamp(), 0);
        var (from, to) = (Place(updated_from), Place(updated_to));
        var first = from + (cursor ?? 0);
        var last = Math.Min(first + pageSize, to);
        Interlocked.Add(ref sent, Math.Max(0, last - first));
        var next = last < to ? $"\"{last - from}\"" : "null";
        var query = http.Request.Query;
        var end = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"],\"next_cursor\":{next},\"total\":{to - from},\"window\":{{\"from\":\"{query["updated_from"]}\",\"to\":\"{query["updated_to"]}\"}}}}"));

        // But for the comma behind the last one.
        var sessions = last > first ? rendered.AsMemory(ends[first]..(ends[last] - 1)) : default;
        return SendAsync(http, Encoding.UTF8.GetBytes(DataStart), sessions, end);
    }

    /// <summary>Sessions that were updated before a time.</summary>
    private int Place(DateTimeOffset time) => (int)Math.Clamp(Math.Ceiling((time - Window.From) / spacing), 0, ends.Length - 1);

    private static async Task SendAsync(HttpContext http, params ReadOnlyMemory<byte>[] parts)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = parts.Sum(p => (long)p.Length);
        foreach (var part in parts) await http.Response.Body.WriteAsync(part);
    }

    private static string Session(Random random, int i, DateTimeOffset at)
    {
        var minutes = 20 + random.Next(600);
        var wh = 500 + random.Next(40_000);
        string T(double m) => Instants.Format(at.AddMinutes(m - 700));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"session_id":"S{{i:D8}}","charge_point_id":"CP{{random.Next(ChargePoints):D5}}","connector_id":"1","plug_in_at":"{{T(0)}}","plug_out_at":"{{T(minutes)}}","charge_start_at":"{{T(1)}}","charge_end_at":"{{T(minutes * 0.7)}}","charging_minutes":null,"energy_kwh":{{wh / 1000m}},"peak_kw":7.2,"cost_ex_vat":{{wh / 2000m:F2}},"cost_inc_vat":{{wh / 1666m:F2}},"currency":"GBP","tariff_id":"T1","payment_method":"APP","user_type":"RESIDENT","outcome":"SUCCESS","ended_by":"DRIVER","error_code":null,"start_soc_percent":null,"end_soc_percent":null,"corrects_session_id":null,"last_updated":"{{Instants.Format(at)}}"}""");
    }

    private static string ChargePoint(int i, DateTimeOffset start) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"charge_point_id":"CP{{i:D5}}","location_id":"L{{i / 2:D5}}","address":"{{i}} High Street","latitude":{{51.4m + (i % 100 * 0.001m)}},"longitude":{{-0.2m + (i % 37 * 0.005m)}},"connectors":[{"connector_id":"1","standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_1_PHASE","max_voltage_v":230,"max_amperage_a":32,"max_power_kw":7.4,"tariff_ids":["T1"]}],"status":"AVAILABLE","status_since":"{{Instants.Format(start)}}","last_updated":"{{Instants.Format(start)}}"}""");

    private static (X509Certificate2 Certificate, string CaFile) MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(Path.GetTempPath(), $"cph-benchmark-{Guid.NewGuid():N}.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return (certificate, file);
    }
}
