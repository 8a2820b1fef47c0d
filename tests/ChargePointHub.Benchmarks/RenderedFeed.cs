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
    public static readonly DateTimeOffset Start = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private const int ChargePoints = 2000;
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly string caFile;

    private RenderedFeed(WebApplication app, X509Certificate2 certificate, string caFile, Window window)
    {
        (this.app, this.certificate, this.caFile) = (app, certificate, caFile);
        Window = window;
    }

    public Uri BaseUrl => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public string CaFile => caFile;

    /// <summary>On last_updated: every session lies in it.</summary>
    public Window Window { get; }

    public static async Task<RenderedFeed> StartAsync(int sessions, int pageSize)
    {
        var random = new Random(1);
        var pages = new Dictionary<string, byte[]>();
        var count = (sessions + pageSize - 1) / pageSize;
        for (var page = 0; page < count; page++)
        {
            var rows = Enumerable.Range(page * pageSize, Math.Min(pageSize, sessions - (page * pageSize))).Select(i => Session(random, i));
            var next = page + 1 < count ? $"\"c{page + 1}\"" : "null";
            pages[page == 0 ? "" : $"c{page}"] = Encoding.UTF8.GetBytes($"{{\"data\":[{string.Join(',', rows)}],\"next_cursor\":{next},\"total\":{sessions}");
        }

        var chargePoints = Encoding.UTF8.GetBytes(
            $"{{\"data\":[{string.Join(',', Enumerable.Range(0, ChargePoints).Select(ChargePoint))}],\"next_cursor\":null,\"total\":{ChargePoints}}}");
        var (certificate, caFile) = MakeCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var app = builder.Build();
        app.MapGet("/charging-sessions", (string? cursor, HttpContext http) => SendAsync(http, [.. pages[cursor ?? ""], .. AskedWindow(http)]));
        app.MapGet("/charge-points", (HttpContext http) => SendAsync(http, chargePoints));
        await app.StartAsync();
        return new RenderedFeed(app, certificate, caFile, new Window(Start, Start.AddSeconds(sessions + 1)));
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
        File.Delete(caFile);
    }

    /// <summary>The end of a page, which says the window that was asked for.</summary>
    private static byte[] AskedWindow(HttpContext http) =>
        Encoding.UTF8.GetBytes($",\"window\":{{\"from\":\"{http.Request.Query["updated_from"]}\",\"to\":\"{http.Request.Query["updated_to"]}\"}}}}");

    private static Task SendAsync(HttpContext http, byte[] body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body).AsTask();
    }

    private static string Session(Random random, int i)
    {
        var at = Start.AddSeconds(i);
        var minutes = 20 + random.Next(600);
        var wh = 500 + random.Next(40_000);
        string T(double m) => Instants.Format(at.AddMinutes(m - 700));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"session_id":"S{{i:D8}}","charge_point_id":"CP{{random.Next(ChargePoints):D5}}","connector_id":"1","plug_in_at":"{{T(0)}}","plug_out_at":"{{T(minutes)}}","charge_start_at":"{{T(1)}}","charge_end_at":"{{T(minutes * 0.7)}}","charging_minutes":null,"energy_kwh":{{wh / 1000m}},"peak_kw":7.2,"cost_ex_vat":{{wh / 2000m:F2}},"cost_inc_vat":{{wh / 1666m:F2}},"currency":"GBP","tariff_id":"T1","payment_method":"APP","user_type":"RESIDENT","outcome":"SUCCESS","ended_by":"DRIVER","error_code":null,"start_soc_percent":null,"end_soc_percent":null,"corrects_session_id":null,"last_updated":"{{Instants.Format(at)}}"}""");
    }

    private static string ChargePoint(int i) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"charge_point_id":"CP{{i:D5}}","location_id":"L{{i / 2:D5}}","address":"{{i}} High Street","latitude":{{51.4m + (i % 100 * 0.001m)}},"longitude":{{-0.2m + (i % 37 * 0.005m)}},"connectors":[{"connector_id":"1","standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_1_PHASE","max_voltage_v":230,"max_amperage_a":32,"max_power_kw":7.4,"tariff_ids":["T1"]}],"status":"AVAILABLE","status_since":"{{Instants.Format(Start)}}","last_updated":"{{Instants.Format(Start)}}"}""");

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
