using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Benchmarks;

/// <summary>The hub's API in this process, over the day of <see cref="LondonDay"/>: fifty operators, any key opens everything, at noon of the day after.</summary>
internal static class BenchHub
{
    /// <summary>What a request sends to be let in.</summary>
    public const string Key = "cph_live_bench_secret";

    public static readonly DateTimeOffset Now = LondonDay.Now;

    public static readonly OperatorDirectory Directory = new(
        [.. Enumerable.Range(0, 50).Select(n => new ListedOperator(string.Create(CultureInfo.InvariantCulture, $"operator-{n:D2}"), "Operator", "OGL-UK-3.0", null, Plans))]);

    private static IReadOnlyList<ListedDataset> Plans =>
        [.. Dataset.All.Select(d => new ListedDataset { Dataset = d, Axis = d.IsSnapshot ? null : WindowAxis.LastUpdated, Protocol = "loti-v1", Earliest = LondonDay.Since })];

    /// <param name="listen">Where.</param>
    /// <param name="quotas">Null: too much for anything that is measured here to reach.</param>
    /// <param name="map">What else it serves.</param>
    public static async Task<WebApplication> HostAsync(Database database, Action<KestrelServerOptions> listen, Quotas? quotas = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(listen);
        builder.Services.AddHubApi(_ => new HubServices(
            database, _ => Task.FromResult(new byte[32]), (_, _) => Task.FromResult(KeyCheck.Opens(Scope.Everything, "benchmark", null)), () => Directory, new StandingClock())
        {
            Quotas = quotas ?? new Quotas(new QuotaLimits(KeyUnits: 1_000_000, AddressUnits: 1_000_000, Answers: 64)),
        });
        var app = builder.Build();
        app.MapHubApi();
        map?.Invoke(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>Plain HTTP on any port of this machine.</summary>
    public static void Plain(KestrelServerOptions kestrel) => kestrel.Listen(IPAddress.Loopback, 0);

    /// <summary>HTTPS on any port of this machine.</summary>
    public static Action<KestrelServerOptions> Tls(X509Certificate2 certificate) => kestrel => kestrel.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate));

    public static IReadOnlyList<Uri> AddressesOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a))];

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
