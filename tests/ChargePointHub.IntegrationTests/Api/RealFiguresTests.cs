using System.Diagnostics;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Tests;
using ChargePointHub.Tests.Feeds.Protocols;
using ChargePointHub.Tests.Feeds.Protocols.MappedJson;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Figures of 3,000 real sessions (QualiCharge, France), against the program that works them out anew.</summary>
public sealed class RealFiguresTests(ApiHost host) : IClassFixture<ApiHost>
{
    [RealDataFact]
    public async Task Figures_of_real_sessions_are_what_another_program_makes_of_them()
    {
        FetchResult sent = PretendFeed.Json($"[{string.Join(',', await File.ReadAllLinesAsync(RealData.Path("data", "feeds", "qualicharge", "sessions_head3000.ndjson")))}]");
        var feed = MappedFeed.Of("qualicharge");
        var pulled = await new PretendFeed(_ => sent).PullAsync(feed, Dataset.ChargingSessions);
        var sessions = Assert.Single(pulled.Pages).Records.ChargingSessions;
        var points = sessions.Select(s => s.Record.ChargePointId).Distinct().Select((id, i) => Samples.ChargePoint(id.Split(':', 2)[1], op: feed.OperatorId) with
        {
            LocationId = $"{feed.OperatorId}:L{i % 40}",
            PowerBand = (PowerBand)(i % 4),
            MaxPowerKw = 7 + (i % 200),
            CommissionedOn = i % 3 == 0 ? null : DateOnly.FromDateTime(sessions[0].Record.PlugInAt.UtcDateTime).AddDays(-i % 9),
            DecommissionedOn = i % 5 == 0 ? new DateOnly(2024, 12, 10).AddDays(i % 40) : null,
        });
        await host.WritePageAsync(feed.OperatorId, Dataset.ChargePoints, new RecordPage { ChargePoints = [.. points.Select(Samples.Accept)] });
        await host.WritePageAsync(feed.OperatorId, Dataset.ChargingSessions, new RecordPage { ChargingSessions = sessions });
        var earliest = LondonCalendar.Midnight(LondonCalendar.DayOf(sessions.Min(s => s.Record.PlugInAt))).AddDays(-3);
        host.Directory = new OperatorDirectory(
            [new ListedOperator(feed.OperatorId, "QualiCharge", null, null, [new ListedDataset { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.PlugInAt, Protocol = "mapped-json", Earliest = earliest }])]);
        await host.CoverAsync(feed.OperatorId, Dataset.ChargingSessions, new Window(earliest, ApiHost.Now));
        Assert.Equal(3000, sessions.Count);

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { base_url = host.Http.BaseAddress!.ToString().TrimEnd('/'), keys = new { gla = ApiHost.Key } }));
        using var python = Process.Start(new ProcessStartInfo(
            "python3", [RepositoryRoot.Path("tests", "contract", "check_figures.py"), file, "-", "--questions", "15", "--profiles", "6", "--today", "2025-02-01", "--json"])
        { RedirectStandardOutput = true })!;
        using var result = JsonDocument.Parse(await python.StandardOutput.ReadToEndAsync());
        await python.WaitForExitAsync();
        File.Delete(file);

        Assert.True(python.ExitCode == 0, result.RootElement.GetRawText());
        Assert.Equal(3000, result.RootElement.GetProperty("sessions").GetInt32());
        Assert.InRange(result.RootElement.GetProperty("rows").GetInt32(), 100, int.MaxValue);
        Assert.InRange(result.RootElement.GetProperty("profile_rows").GetInt32(), 168, int.MaxValue);
    }
}
