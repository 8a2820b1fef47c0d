using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Tests;

namespace ChargePointHub.IntegrationTests.Replay;

/// <summary>A Sandbox whose operators are replays of real files, with its hub, up until the last test has asked.</summary>
public sealed class ReplayedOperators : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("cph-replay-").FullName;
    private PretendLondonHost? london;
    private SandboxHub? hub;
    private HttpClient? http;

    /// <summary>Folder of the manifest, and what it says; SHARED stands for the folder of the real feeds.</summary>
    private static readonly (string Folder, string Manifest)[] Manifests =
    [
        ("char-gy", """
            { "operator_id": "char-gy", "name": "char.gy", "protocol": "ocpi-2.2.1", "records_pointer": "/data", "headers": { "X-Limit": "50" },
              "paths": { "/locations": "SHARED/char-gy/chargy-locations-response.json", "/tariffs": "SHARED/char-gy/chargy-tariffs-response.json" },
              "ocpi": { "status_words": { "WORKING": "AVAILABLE", "FAULTED": "OUTOFORDER" } } }
            """),
        ("char-gy-page", """
            { "operator": { "id": "char-gy-page", "name": "char.gy, as recorded" }, "protocol": "ocpi-2.2.1",
              "answers": [ { "path": "/ocpi/2.2.1/locations", "file": "SHARED/char-gy/chargy_locations_page1.json", "records_pointer": "/response/body/data" },
                           { "path": "/ocpi/2.2.1/tariffs", "file": "SHARED/char-gy/chargy-tariffs-response.json" } ] }
            """),
        ("ezvolt", """{ "paths": { "/locations": "SHARED/ezvolt/ocpi_2_2_1_locations-ezvolt.json" } }"""),
        ("ev24", """{ "operator": "EV24", "files": { "https://ev24.example/ocpi/2.2.1/locations?limit=50": "SHARED/ev24/ocpi_2_2_1_locations-ev24.json" } }"""),
        ("ludwigsburg", """
            { "protocol": "ocpi-2.2.1", "records_pointer": "/items", "tariffs_in_evses": true,
              "paths": { "/locations": "SHARED/ludwigsburg/ocpi_chargecloud_ludwigsburg_data_request_1.json" } }
            """),
        ("evio", """{ "protocol": "ocpi-2.2", "records_pointer": "", "paths": { "/locations": { "file": "SHARED/evio/ocpi_2_2_locations-evio.json", "headers": { "X-Total-Count": 21 } } } }"""),
    ];

    public async Task InitializeAsync()
    {
        if (RealData.Folder is null) return;
        foreach (var (name, manifest) in Manifests)
        {
            var own = Directory.CreateDirectory(Path.Combine(folder, "replay", name)).FullName;
            await File.WriteAllTextAsync(Path.Combine(own, "replay.json"), manifest.Replace("SHARED", RealData.Path("data", "feeds").Replace('\\', '/'), StringComparison.Ordinal));
        }

        using var patience = new CancellationTokenSource(Patience);
        var options = new SandboxOptions { Port = 0, DataFolder = Path.Combine(folder, "data"), Operators = 1, ChargePoints = 1, Days = 1, ReplayFolder = Path.Combine(folder, "replay") };
        var start = await PretendLondonHost.StartAsync(options, TimeProvider.System, patience.Token);
        london = Assert.IsType<SandboxStart.Started>(start).Host;
        hub = await SandboxHub.StartAsync(london, new HubParts { Time = TimeProvider.System }, patience.Token);
        http = Client(hub, london.CaFile);
        foreach (var (name, _) in Manifests)
        {
            await WaitUntilCompleteAsync($"/v1/charge-points?limit=1&operator={name}", patience.Token);
            if (name.StartsWith("char-gy", StringComparison.Ordinal)) await WaitUntilCompleteAsync($"/v1/tariffs?limit=1&operator={name}", patience.Token);
        }
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        if (hub is not null) await hub.DisposeAsync();
        if (london is not null) await london.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>All records of a list, by following its cursors.</summary>
    public async Task<List<JsonElement>> AllAsync(string path)
    {
        var records = new List<JsonElement>();
        for (string? next = path; next is not null;)
        {
            var answer = await GetAsync(next, CancellationToken.None);
            records.AddRange(answer.GetProperty("data").EnumerateArray());
            next = answer.GetProperty("next_cursor").GetString() is { } cursor ? $"{path}&cursor={cursor}" : null;
        }

        return records;
    }

    /// <summary>As "dataset rule count", in alphabetical order.</summary>
    public async Task<IReadOnlyList<string>> FindingsAsync(string operatorId) =>
        [.. (await GetAsync($"/v1/operators/{operatorId}/findings", CancellationToken.None)).GetProperty("data").EnumerateArray()
            .Select(f => $"{f.GetProperty("dataset").GetString()} {f.GetProperty("rule").GetString()} {f.GetProperty("count").GetInt32()}")
            .Order(StringComparer.Ordinal)];

    private async Task WaitUntilCompleteAsync(string path, CancellationToken patience)
    {
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!(await GetAsync(path, patience)).GetProperty("meta").GetProperty("completeness").GetProperty("complete").GetBoolean()) await next.WaitForNextTickAsync(patience);
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await http!.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        Assert.True(answer.IsSuccessStatusCode, json.RootElement.GetRawText());
        return json.RootElement.Clone();
    }

    private static HttpClient Client(SandboxHub hub, string caFile)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(caFile)));
        return new HttpClient(handler) { BaseAddress = new Uri(hub.Hub.BaseUrl), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", hub.Key) } };
    }
}
