using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// 90 days of one operator without limits, taken by a whole hub that has just been told of it, window after window of a week, newest
/// first and live polls between, and of a day, as an operator file has it that says nothing of windows; against one pull of the same sessions from the same feed, page after page.
/// </summary>
internal static class BackfillBenchmark
{
    private const int Days = 90;
    private const double Required = 0.7;

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Backfill of {Days} days, {sessions:N0} sessions of one operator, {machine}"));
        var folder = Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            var spacing = TimeSpan.FromDays(Days) / sessions;
            await using var feed = await RenderedFeed.StartAsync(sessions, IngestBenchmark.PageSize, TimeProvider.System.GetUtcNow().AddDays(-Days), spacing);
            using var plain = new PlainPull(database);
            var measured = new List<(double Plain, double Weeks, double Days)>();
            for (var round = 0; round <= rounds; round++)
            {
                var definition = PlainPull.Definition($"plain-{round}", feed);
                await plain.TimeAsync(definition, Dataset.ChargePoints, null);
                var pull = sessions / await plain.TimeAsync(definition, Dataset.ChargingSessions, feed.Window);
                var weeks = await RateAsync($"weeks-{round}", "P7D");
                var days = await RateAsync($"days-{round}", "P1D");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {(round == 0 ? "warm-up" : $"round {round}")}: one pull {pull:N0} sessions/s, backfill by weeks {weeks:N0} ({weeks / pull:F2}), by days {days:N0} ({days / pull:F2})"));
                if (round > 0) measured.Add((pull, weeks, days));
            }

            var ratio = Median(m => m.Weeks / m.Plain);
            var json = JsonSerializer.Serialize(
                new { benchmark = "backfill", machine, sessions, days = Days, rounds, backfill_per_second = Math.Round(measured.Average(m => m.Weeks)), ratio_to_plain_ingest = ratio, ratio_required = Required, ratio_by_days = Median(m => m.Days / m.Plain) },
                Formats.Indented);
            Console.WriteLine(json);
            Directory.CreateDirectory("BenchmarkResults");
            await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "backfill.json"), json);
            return ratio >= Required ? 0 : 1;

            double Median(Func<(double Plain, double Weeks, double Days), double> of) => Math.Round(measured.Select(of).Order().ElementAt(measured.Count / 2), 3);

            async Task<double> RateAsync(string name, string longestWindow)
            {
                feed.TakeFirstAsked();
                return sessions / await BackfillAsync(database, server.ConnectionString, Path.Combine(folder.FullName, name), name, longestWindow, feed, sessions);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Seconds from the hub's first request for sessions until all are committed.</summary>
    private static async Task<double> BackfillAsync(Database database, string connectionString, string data, string operatorId, string longestWindow, RenderedFeed feed, int sessions)
    {
        var operators = Directory.CreateDirectory(Path.Combine(data, "operators")).FullName;
        var file = JsonSerializer.Serialize(new
        {
            operator_id = operatorId,
            name = operatorId,
            party_ids = new[] { "GB*BEN" },
            licence = "CC0-1.0",
            feeds = new[]
            {
                new
                {
                    feed_id = "management",
                    protocol = "loti-v1",
                    base_url = feed.BaseUrl.ToString().TrimEnd('/'),
                    zone = "Europe/London",
                    ca_file = feed.CaFile,
                    allow_private_hosts = new[] { "localhost" },
                    limit_group = operatorId,
                    datasets = new object[]
                    {
                        new { dataset = "charge_points", page_size = IngestBenchmark.PageSize },
                        new { dataset = "charging_sessions", axis = "last_updated", page_size = IngestBenchmark.PageSize, longest_window = longestWindow, earliest = Instants.Format(feed.Window.From) },
                    },
                },
            },
        });
        await File.WriteAllTextAsync(Path.Combine(operators, operatorId + ".json"), file);
        var before = feed.Sent;
        var options = new HubOptions { Database = connectionString, Data = data, Operators = operators, Port = FreePort() };
        await using var hub = await HubHost.StartAsync(options, new HubParts { Logging = log => log.ClearProviders() }, CancellationToken.None);
        await using var count = database.Reads.CreateCommand("SELECT count(*) FROM charging_session WHERE operator_id = $1");
        count.Parameters.AddWithValue(operatorId);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));

        // Counting costs what is measured, so it begins when all are on their way.
        while (feed.Sent - before < sessions || (long)(await count.ExecuteScalarAsync())! < sessions) await timer.WaitForNextTickAsync();
        return Stopwatch.GetElapsedTime(feed.TakeFirstAsked() ?? throw new InvalidOperationException("The hub asked for nothing.")).TotalSeconds;
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }
}
