using ChargePointHub.Model;
using ChargePointHub.Server;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>The ledger and the completeness of answers say why a gap is open, and say the same.</summary>
public sealed class GapCauseTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(2);

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        if (host.Directory.Operators.Count == 1) return;
        host.Directory = new OperatorDirectory(
        [
            new ListedOperator("alpha", "Alpha", null, null,
            [
                new ListedDataset { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated, Protocol = "loti-v1", Earliest = Now.AddDays(-30), Settle = TimeSpan.FromMinutes(15) },
                new ListedDataset { Dataset = Dataset.ChargePoints, Protocol = "loti-v1", Earliest = Now.AddDays(-30), Freshness = Freshness },
                new ListedDataset { Dataset = Dataset.Tariffs, Protocol = "loti-v1", Earliest = Now.AddDays(-30), Freshness = Freshness },
            ]),
        ]);

        // Missing are three days, in the first of which the operator could not be reached, and the last two hours, in which nobody asked.
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-30), Now.AddDays(-8)));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(Now.AddDays(-5), Now.AddHours(-2)));
        await FailedAsync("charging_sessions", Now.AddDays(-8), Now.AddDays(-7), Now.AddDays(-7.5), "unreachable");

        // What failed here came later.
        await FailedAsync("charging_sessions", Now.AddHours(-20), Now.AddHours(-18), Now.AddHours(-18), "forbidden");

        // The last crawl was fresh when the next one failed; of tariffs nobody asked again.
        foreach (var dataset in new[] { Dataset.ChargePoints, Dataset.Tariffs }) await host.CoverAsync("alpha", dataset, new Window(Now.AddDays(-30), Now.AddMinutes(-10)));
        await FailedAsync("charge_points", null, null, Now.AddMinutes(-11), "unreachable");
        await FailedAsync("tariffs", null, null, Now.AddMinutes(-13), "unreachable");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(-10, -8.5, "operator_down")]
    [InlineData(-6, -5.5, "hub_down")]
    [InlineData(-1, 0, "hub_down")]
    [InlineData(-29, -14, "operator_down")]
    public async Task An_answer_says_of_a_gap_what_the_ledger_says_of_the_newest_that_it_comes_of(double from, double to, string cause)
    {
        var ledger = (await host.GetAsync("/v1/gaps?dataset=charging_sessions")).Data;
        var answer = await host.GetAsync($"/v1/charging-sessions?from={Instants.Format(Now.AddDays(from))}&to={Instants.Format(Now.AddDays(to))}");

        Assert.Equal(["operator_down", "hub_down"], ledger.Select(g => g.GetProperty("cause").GetString()));
        var stated = Assert.Single(answer.Json.GetProperty("meta").GetProperty("completeness").GetProperty("gaps").EnumerateArray());
        Assert.Equal(cause, stated.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task A_crawl_that_failed_while_the_last_was_fresh_says_why_there_is_none()
    {
        Assert.Equal("operator_down", Assert.Single((await host.GetAsync("/v1/gaps?dataset=charge_points")).Data).GetProperty("cause").GetString());
        Assert.Equal("hub_down", Assert.Single((await host.GetAsync("/v1/gaps?dataset=tariffs")).Data).GetProperty("cause").GetString());
    }

    private Task FailedAsync(string dataset, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset startedAt, string failure) => host.ExecuteAsync(
        "INSERT INTO run (run_id, operator_id, feed_id, dataset, kind, from_at, to_at, started_at, ended_at, outcome, failure) "
            + "VALUES (gen_random_uuid(), 'alpha', 'main', @dataset, 'live', @from::timestamptz, @to::timestamptz, @started, @started, 'failed', @failure)",
        ("dataset", dataset), ("from", (object?)from ?? DBNull.Value), ("to", (object?)to ?? DBNull.Value), ("started", startedAt), ("failure", failure));
}
