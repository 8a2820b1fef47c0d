using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Sandbox;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>A folder that goes away, a clock, and clients that trust the Sandbox's authority only.</summary>
internal sealed class SandboxFixture : IAsyncDisposable
{
    private readonly List<IDisposable> clients = [];

    private PretendLondonHost? host;

    public string Folder { get; } = Directory.CreateTempSubdirectory("sandbox-test-").FullName;

    /// <summary>Yesterday evening, whenever the tests run: vehicles are plugged in then, and at noon there may be none. Certificates must hold now.</summary>
    public SettableTime Time { get; } = new(new DateTimeOffset(DateTimeOffset.UtcNow.Date.AddDays(-1).AddHours(19).AddMinutes(30), TimeSpan.Zero));

    public SandboxOptions Options => new() { Port = 0, DataFolder = Path.Combine(Folder, "data"), ChargePoints = 60, Days = 3 };

    public async Task<PretendLondonHost> StartAsync(SandboxOptions? options = null)
    {
        await StopAsync();
        var start = await PretendLondonHost.StartAsync(options ?? Options, Time, CancellationToken.None);
        host = Assert.IsType<SandboxStart.Started>(start).Host;
        return host;
    }

    public async Task<IReadOnlyList<string>> RefusedAsync(SandboxOptions options)
    {
        await StopAsync();
        return Assert.IsType<SandboxStart.Refused>(await PretendLondonHost.StartAsync(options, Time, CancellationToken.None)).Faults;
    }

    public async Task StopAsync()
    {
        if (host is not null) await host.DisposeAsync();
        host = null;
    }

    /// <summary>Speaks to one operator with its key.</summary>
    public HttpClient Client(string operatorId, string scheme = "Bearer")
    {
        var authority = X509Certificate2.CreateFromPem(File.ReadAllText(host!.CaFile));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        var url = host.Operators.Single(o => o.OperatorId == operatorId).BaseUrl;
        var client = new HttpClient(handler) { BaseAddress = new Uri(url, "/") };
        clients.Add(client);
        var secret = Path.Combine(host.OperatorsFolder, "secrets", operatorId + ".token");
        if (File.Exists(secret))
        {
            var token = File.ReadAllText(secret);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                scheme, scheme == "Token" ? Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(token)) : token);
        }

        return client;
    }

    public static async Task<(int Status, JsonElement Body)> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return ((int)response.StatusCode, json.RootElement.Clone());
    }

    /// <summary>All records of a list, by following its cursors.</summary>
    public static async Task<List<JsonElement>> AllAsync(HttpClient client, string path)
    {
        var records = new List<JsonElement>();
        for (string? cursor = "", next = path; cursor is not null; next = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}")
        {
            var (status, body) = await GetAsync(client, next);
            Assert.Equal(200, status);
            records.AddRange(body.GetProperty("data").EnumerateArray());
            cursor = body.GetProperty("next_cursor").GetString();
            if (cursor is null) Assert.Equal(records.Count, body.GetProperty("total").GetInt32());
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients) client.Dispose();
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
