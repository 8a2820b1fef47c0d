using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Readme;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>The hub's log as a machine reads it: fields on every line about a run, and no secret in any line.</summary>
public sealed class LogTests : IDisposable
{
    private const string Canary = "canary-secret-7f3a";

    private readonly string folder = Directory.CreateTempSubdirectory("cph-log-").FullName;

    [Fact]
    public async Task Lines_are_json_with_operator_dataset_window_and_run_and_hold_no_secret()
    {
        var (port, closed) = (FreePort(), FreePort());
        Directory.CreateDirectory(Path.Combine(folder, "operators"));
        await File.WriteAllTextAsync(Path.Combine(folder, "operators", "lost.json"), $$"""
            { "operator_id": "lost", "name": "Lost", "feeds": [ { "feed_id": "main", "protocol": "loti-v1", "zone": "Europe/London",
              "base_url": "https://localhost:{{closed}}/api", "credential": "env:CANARY", "allow_private_hosts": ["localhost"],
              "datasets": [ { "dataset": "charging_sessions", "axis": "last_updated", "earliest": "2026-01-01T00:00:00Z", "cadence": "PT1S" } ] } ] }
            """);
        await using var hub = ChildProgram.Start(
            $"CANARY={Canary} exec dotnet '{Path.Combine(AppContext.BaseDirectory, "ChargePointHub.Server.dll")}' --log-format json --port {port} --data data --operators operators", folder);
        await hub.UntilItSaysAsync("\"Failure\":\"unreachable\"", TimeSpan.FromMinutes(4));

        // Whatever a client puts into an address stays out of the log as well.
        await ChildProgram.RunAsync($"curl -sk 'https://localhost:{port}/v1/charge-points?key={Canary}' -H 'Authorization: Bearer {Canary}'", folder, TimeSpan.FromSeconds(20));

        Assert.DoesNotContain(Canary, hub.Said, StringComparison.Ordinal);
        var lines = hub.Said.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var failed = lines.First(l => l.GetProperty("State").TryGetProperty("Failure", out _));
        var scope = failed.GetProperty("Scopes").EnumerateArray().Last();
        Assert.Equal(("lost", "charging_sessions"), (scope.GetProperty("Operator").GetString(), scope.GetProperty("Dataset").GetString()));
        Assert.Equal("lost", failed.GetProperty("State").GetProperty("Operator").GetString());
        Assert.True(Guid.TryParse(scope.GetProperty("Run").GetString(), out _));
        Assert.StartsWith("[20", scope.GetProperty("Window").ToString(), StringComparison.Ordinal);
        Assert.EndsWith("Z", failed.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // A temporary folder that stays does no harm.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
