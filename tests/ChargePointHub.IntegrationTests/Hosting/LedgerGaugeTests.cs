using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>What the hub measures of its ledger: the same gaps as it lists, and no fault in measuring ends the hub.</summary>
public sealed partial class LedgerGaugeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("cph-gauges-").FullName;
    private readonly StandingClock clock = new(DateTimeOffset.UtcNow);
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        var operators = Directory.CreateDirectory(Path.Combine(folder, "operators")).FullName;
        await File.WriteAllTextAsync(Path.Combine(operators, "gauged.json"), """
            { "operator_id": "gauged", "name": "Gauged", "feeds": [ { "feed_id": "main", "protocol": "loti-v1", "zone": "Europe/London",
              "base_url": "https://gauged.example/api",
              "datasets": [ { "dataset": "charging_sessions", "axis": "last_updated", "cadence": "PT5M" }, { "dataset": "charge_points", "cadence": "PT1H" } ] } ] }
            """);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Gaps_are_as_long_as_the_list_of_gaps_says()
    {
        var now = clock.GetUtcNow();
        // What came after the last poll is not missing yet.
        await CoverAsync("charging_sessions", now.AddDays(-2), now.AddHours(-5));
        await CoverAsync("charging_sessions", now.AddHours(-4), now.AddMinutes(-19));
        await CoverAsync("charge_points", now.AddDays(-1), now.AddHours(-3));
        await using var hub = await HubOfItsOwn.StartAsync(folder, database.ConnectionString, new HubParts { Time = clock, Logging = logging => logging.ClearProviders() });
        using var http = HubOfItsOwn.ClientOf(hub);

        var listed = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var state in new[] { "open", "lost" })
        {
            foreach (var dataset in new[] { "charging_sessions", "charge_points" })
            {
                using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{hub.BaseUrl}/v1/gaps?state={state}&dataset={dataset}")));
                listed[$"{dataset} {state}"] = answer.RootElement.GetProperty("data").EnumerateArray()
                    .Sum(g => (g.GetProperty("to").GetDateTimeOffset() - g.GetProperty("from").GetDateTimeOffset()).TotalSeconds);
            }
        }

        Assert.Equal(["charge_points lost 0", "charge_points open 10800", "charging_sessions lost 0", "charging_sessions open 3600"], listed.Select(l => $"{l.Key} {(long)l.Value}"));
        Assert.Equal(listed.Select(l => $"{l.Key} {(long)l.Value}"), await GaugesAsync(hub));
    }

    [Fact]
    public async Task A_fault_in_measuring_is_logged_and_the_hub_serves_on()
    {
        // Between migration and start, so that the first look already fails.
        PageWriter Break(Database broken)
        {
            using var connection = new NpgsqlConnection(database.ConnectionString);
            connection.Open();
            using var rename = new NpgsqlCommand("ALTER TABLE quarantine_count RENAME TO elsewhere", connection);
            rename.ExecuteNonQuery();
            return new PageWriter(broken);
        }

        using var log = new HeardLog("LedgerGauges", LogLevel.Error);
        await using var hub = await HubOfItsOwn.StartAsync(folder, database.ConnectionString, new HubParts { PageWriter = Break, Logging = logging => logging.ClearProviders().AddProvider(log) });
        using var limit = new CancellationTokenSource(Patience);
        var stopped = hub.WaitForShutdownAsync(limit.Token);

        Assert.NotSame(stopped, await Task.WhenAny(stopped, log.Heard));
        using var http = HubOfItsOwn.ClientOf(hub);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(hub.BaseUrl + "/health/ready"))).StatusCode);
        Assert.False(stopped.IsCompleted);
    }

    private async Task CoverAsync(string dataset, DateTimeOffset from, DateTimeOffset to)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO coverage VALUES ('gauged', @dataset, 'covered', @from, @to, NULL)", connection);
        insert.Parameters.AddWithValue("dataset", dataset);
        insert.Parameters.AddWithValue("from", from);
        insert.Parameters.AddWithValue("to", to);
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>Once the first look has been taken: dataset, state and whole seconds.</summary>
    private static async Task<IEnumerable<string>> GaugesAsync(HubHost hub)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            using var text = new StringWriter();
            hub.Services.GetRequiredService<MetricListener>().WriteTo(text);
            var seen = Gauge().Matches(text.ToString());
            if (seen.Count > 0)
            {
                return seen.Select(g => $"{g.Groups["dataset"].Value} {g.Groups["state"].Value} {(long)double.Parse(g.Groups["seconds"].Value, CultureInfo.InvariantCulture)}")
                    .Order(StringComparer.Ordinal);
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [GeneratedRegex("""^cph_gap_seconds\{dataset="(?<dataset>[a-z_]+)",operator="gauged",state="(?<state>[a-z]+)"\} (?<seconds>[0-9.]+)$""", RegexOptions.Multiline)]
    private static partial Regex Gauge();

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>Hears when the gauges say that they failed.</summary>
}
