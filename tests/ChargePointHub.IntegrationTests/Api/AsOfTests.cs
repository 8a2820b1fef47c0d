using System.Net;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What was served before corrections is served again, as of then.</summary>
public sealed class AsOfTests : IAsyncLifetime
{
    private readonly ApiHost host = new();
    private readonly TimeProvider clock = new StepClock(ApiHost.Now.AddHours(-6));

    private static readonly string[] Lists =
    [
        "/v1/charge-points?limit=50", "/v1/charging-sessions?from=2026-11-18&limit=50", "/v1/status-changes?from=2026-11-18&limit=50", "/v1/tariffs?limit=50",
        "/v1/outages?from=2026-11-18&limit=50", "/v1/reported-usage?limit=50", "/v1/charge-points?status=CHARGING",
    ];

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();

        // The database is younger than what happens here.
        await host.ExecuteAsync("UPDATE hub_clock SET recorded_at = '2026-11-01'");
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task As_of_before_and_after_corrections_equals_what_was_served_then()
    {
        var (served, whole) = (new List<(DateTimeOffset At, string Path, string Data)>(), new List<(string Path, string Body)>());
        for (var step = 0; step < 4; step++)
        {
            var at = clock.GetUtcNow();
            await WriteAsync(Points(step), Dataset.ChargePoints, new Window(at, at.AddHours(3)));
            await WriteAsync(Sessions(step), Dataset.ChargingSessions);
            await WriteAsync(Statuses(step, at), Dataset.StatusChanges);
            await WriteAsync(Tariffs(step), Dataset.Tariffs);
            await WriteAsync(Outages(step), Dataset.Outages);
            await WriteAsync(Usage(step), Dataset.ReportedUsage);
            host.AskedAt = clock.GetUtcNow();
            foreach (var path in Lists)
            {
                served.Add((host.AskedAt, path, (await DataAsync(path))));
                var then = $"{path}&as_of={Instants.Format(host.AskedAt)}";
                whole.Add((then, (await host.GetAsync(then)).Body));
            }
        }

        host.AskedAt = ApiHost.Now.AddDays(1);
        foreach (var (at, path, data) in served) Assert.Equal(data, await DataAsync($"{path}&as_of={Instants.Format(at)}"));
        foreach (var (path, body) in whole) Assert.Equal(body, (await host.GetAsync(path)).Body);
        foreach (var path in Lists[..6].Except([Lists[2]])) Assert.Equal(4, served.Where(s => s.Path == path).Select(s => s.Data).Distinct().Count());

        // Until its first outage alpha's follow from its status changes.
        Assert.Contains("\"derived\":true", served.First(s => s.Path == Lists[4]).Data, StringComparison.Ordinal);
        Assert.DoesNotContain("\"derived\":true", served.Last(s => s.Path == Lists[4]).Data, StringComparison.Ordinal);
        Assert.Equal("[]", await DataAsync("/v1/charging-sessions?as_of=2026-10-01"));
        Assert.Equal("CPH-1104", (await host.GetAsync(Lists[1] + "&as_of=2026-10-01")).Code);
    }

    [Fact]
    public async Task The_answer_says_as_of_when_it_is_and_what_was_complete_then()
    {
        var then = clock.GetUtcNow();
        await WriteAsync(Sessions(0), Dataset.ChargingSessions, new Window(then.AddDays(-2), then));
        host.AskedAt = ApiHost.Now;

        var answer = await host.GetAsync($"/v1/charging-sessions?as_of={Instants.Format(then.AddHours(1))}&operator=alpha");

        var meta = answer.Json.GetProperty("meta");
        Assert.Equal(Instants.Format(then.AddHours(1)), meta.GetProperty("as_of").GetString());
        Assert.Equal(Instants.Format(then.AddHours(1)), meta.GetProperty("window").GetProperty("to").GetString());
        Assert.NotEqual(100, meta.GetProperty("completeness").GetProperty("covered_percent").GetDouble());
        Assert.True((await host.GetAsync($"/v1/charging-sessions?from={Instants.Format(then.AddHours(-8))}&to={Instants.Format(then.AddHours(-1))}&as_of={Instants.Format(then.AddMinutes(30))}&operator=alpha"))
            .Json.GetProperty("meta").GetProperty("completeness").GetProperty("complete").GetBoolean());
    }

    private async Task<string> DataAsync(string path)
    {
        var answer = await host.GetAsync(path);
        Assert.True(answer.Status == HttpStatusCode.OK, path + answer.Body);
        return answer.Json.GetProperty("data").GetRawText();
    }

    private async Task WriteAsync(RecordPage records, Dataset dataset, Window? claimed = null) =>
        await new PageWriter(host.Database) { SimulatedClock = clock }.WriteAsync(
            new PageToWrite
            {
                Feed = new FeedKey("alpha", "main", dataset),
                RunId = Guid.NewGuid(),
                PageNumber = 1,
                AskedAt = clock.GetUtcNow(),
                Records = records,
                Claims = claimed is { } window ? [new Claim(dataset, window, ClaimKind.Covered)] : [],
            },
            CancellationToken.None);

    private static RecordPage Points(int step) => new()
    {
        ChargePoints =
        [
            .. Enumerable.Range(0, 4 + step).Select(i => new Judged<ChargePoint>(
                new ChargePoint
                {
                    ChargePointId = $"alpha:P{i}", OperatorId = "alpha", OperatorName = "Alpha", LocationId = "alpha:L", LocationName = i == 0 ? $"Name {step}" : null, PriceState = PriceState.Unknown,
                }, [])),
        ],
    };

    private static RecordPage Sessions(int step) => new()
    {
        ChargingSessions =
        [
            .. Enumerable.Range(0, 3 + step).Select(i => new Judged<ChargingSession>(
                new ChargingSession
                {
                    SessionId = $"alpha:S{i}", OperatorId = "alpha", ChargePointId = $"alpha:P{i}", PlugInAt = ApiHost.Now.AddHours(-30 - i - (i == 1 ? step : 0)), PlugOutAt = ApiHost.Now.AddHours(-28),
                    EnergyKwh = 10 + (i == 0 ? step : 0), LastUpdated = ApiHost.Now.AddHours(-20 + step),
                }.WithDerived(), [])),
        ],
    };

    private static RecordPage Statuses(int step, DateTimeOffset at) => new()
    {
        StatusChanges =
        [
            new Judged<StatusChange>(new StatusChange { ChargePointId = "alpha:P0", OperatorId = "alpha", Status = step % 2 == 0 ? Status.Charging : Status.Available, At = at.AddMinutes(-20), Evidence = Evidence.Event }, []),
            new Judged<StatusChange>(new StatusChange { ChargePointId = "alpha:P1", OperatorId = "alpha", Status = Status.Blocked, At = at.AddHours(-3 * (step + 1)), Evidence = Evidence.Event }, []),
            new Judged<StatusChange>(new StatusChange { ChargePointId = "alpha:P2", OperatorId = "alpha", Status = step % 2 == 0 ? Status.OutOfOrder : Status.Available, At = at.AddMinutes(-10), Evidence = Evidence.Event }, []),
        ],
    };

    private static RecordPage Tariffs(int step) => new()
    {
        Tariffs = [new Judged<Tariff>(new Tariff { TariffId = "alpha:T", OperatorId = "alpha", Currency = "GBP", PencePerKwh = 50 + step }, [])],
    };

    /// <summary>None at first; then one that lasts and one that is corrected.</summary>
    private static RecordPage Outages(int step) => new()
    {
        Outages =
        [
            .. Enumerable.Range(0, step == 0 ? 0 : 1 + step).Select(i => new Judged<Outage>(
                new Outage
                {
                    OutageId = $"alpha:O{i}", OperatorId = "alpha", ChargePointId = $"alpha:P{i}", StartedAt = ApiHost.Now.AddHours(-30 - i), EndedAt = i == 0 && step < 3 ? null : ApiHost.Now.AddHours(-29),
                    Category = i == 0 ? OutageCategory.Comms : null, Cause = i == 1 ? $"Cause {step}" : null, LastUpdated = ApiHost.Now.AddHours(-20 + step),
                }, [])),
        ],
    };

    /// <summary>The network's figures are handed in anew each time, with its first charge point's only once.</summary>
    private static RecordPage Usage(int step) => new()
    {
        ReportedUsage =
        [
            new Judged<ReportedUsage>(Samples.Usage("alpha", kwh: 100 + step, group: UsageGroup.Operator), []),
            .. step == 1 ? [new Judged<ReportedUsage>(Samples.Usage("alpha:P0"), [])] : Array.Empty<Judged<ReportedUsage>>(),
        ],
    };

    /// <summary>Each look at it takes two minutes.</summary>
    private sealed class StepClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset now = start;

        public override DateTimeOffset GetUtcNow() => now += TimeSpan.FromMinutes(2);
    }
}
