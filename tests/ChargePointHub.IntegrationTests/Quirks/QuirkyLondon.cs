using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.DependencyInjection;

namespace ChargePointHub.IntegrationTests.Quirks;

/// <summary>A Sandbox with its odd operators and a hub that collects from them, up until the last test has asked.</summary>
public sealed class QuirkyLondon : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("cph-quirks-").FullName;
    private SandboxHub? hub;
    private HttpClient? http;

    public PretendLondonHost London { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var options = new SandboxOptions { Port = 0, DataFolder = folder, Operators = 1, ChargePoints = 1, Days = 1, Quirks = true };
        London = Assert.IsType<SandboxStart.Started>(await PretendLondonHost.StartAsync(options, TimeProvider.System, patience.Token)).Host;
        hub = await SandboxHub.StartAsync(London, new HubParts { Time = TimeProvider.System }, patience.Token);
        http = Client(hub, await File.ReadAllTextAsync(London.CaFile, patience.Token));
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        if (hub is not null) await hub.DisposeAsync();
        if (London is not null) await London.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What is known of an operator, as soon as it is what was expected; after a while, as it is then.</summary>
    public async Task<string> KnownAsync(string operatorId, string expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (true)
        {
            var known = await KnownAsync(operatorId);
            if (known == expected || !await NextAsync(next, patience.Token)) return known;
        }
    }

    public async Task<string> OneAsync(string sql)
    {
        await using var command = hub!.Hub.Services.GetRequiredService<Database>().Reads.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken patience)
    {
        try
        {
            return await timer.WaitForNextTickAsync(patience);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static HttpClient Client(SandboxHub hub, string authority)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority));
        return new HttpClient(handler) { BaseAddress = new Uri(hub.Hub.BaseUrl), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", hub.Key) } };
    }

    private async Task<string> KnownAsync(string operatorId)
    {
        var points = await DataAsync($"/v1/charge-points?limit=1000&operator={operatorId}");
        var tariffs = await DataAsync($"/v1/tariffs?limit=1000&operator={operatorId}");
        var findings = await DataAsync($"/v1/operators/{operatorId}/findings");
        var refused = await DataAsync($"/v1/quarantine?operator={operatorId}");
        return string.Join(
            '\n',
            [
                .. points.GroupBy(p => p.GetProperty("status").GetString()).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"),
                $"{tariffs.Count} tariffs, {refused.Count} refused, kW: {string.Join(' ', points.Select(p => p.GetProperty("max_power_kw").GetRawText()).Distinct())}",
                .. findings.Select(f => $"{f.GetProperty("rule").GetString()} {f.GetProperty("count").GetInt32()}").Order(StringComparer.Ordinal),
            ]);
    }

    private async Task<List<JsonElement>> DataAsync(string path)
    {
        using var json = JsonDocument.Parse(await http!.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
        return [.. json.RootElement.Clone().GetProperty("data").EnumerateArray()];
    }
}
