using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Charge points of different operators that are one and the same, from the sweep to the answer.</summary>
public sealed class SameAsTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task One_EVSE_carried_by_two_is_linked_both_ways_and_a_second_look_changes_nothing()
    {
        await AddAsync("alpha:P1", "GB*ALP*E1", 51.5m);
        await AddAsync("beta:Q1", "gb-alp-e1", 51.6m);
        await AddAsync("beta:Q2", "GB*ALP*E2", 51.5m);
        await host.TickAsync(5);
        var before = (await host.GetAsync("/v1/charge-points")).Headers["ETag"];

        Assert.Equal(4, await SweepAsync());
        Assert.Equal(0, await SweepAsync());

        Assert.Equal(["beta:Q1 evse_id", "beta:Q2 position_and_power"], await SameAsync("alpha:P1"));
        Assert.Equal(["alpha:P1 evse_id"], await SameAsync("beta:Q1"));
        Assert.Equal(["alpha:P1 position_and_power"], await SameAsync("beta:Q2"));
        Assert.NotEqual(before, (await host.GetAsync("/v1/charge-points")).Headers["ETag"]);
        var selected = await host.GetAsync("/v1/charge-points?select=charge_point_id,same_as&operator=beta");
        Assert.Equal("""{"charge_point_id":"beta:Q1","same_as":[{"charge_point_id":"alpha:P1","operator_id":"alpha","reason":"evse_id"}]}""", selected.Data[0].GetRawText());
    }

    [Fact]
    public async Task What_an_operator_has_twice_tells_nothing_and_corrections_and_removals_are_followed()
    {
        await AddAsync("alpha:P1", "GB*ALP*E1", 51.5m);
        await AddAsync("beta:Q1", "GB*ALP*E1", 51.5m);
        await AddAsync("beta:Q2", "GB*ALP*E1", 51.5m);
        await host.TickAsync(5);

        Assert.Equal(0, await SweepAsync());
        await host.ExecuteAsync("DELETE FROM charge_point WHERE charge_point_id = 'beta:Q2'");
        Assert.Equal(0, await SweepAsync());
        await host.TickAsync(6);
        Assert.Equal(2, await SweepAsync());
        Assert.Equal(["beta:Q1 evse_id"], await SameAsync("alpha:P1"));

        await host.ExecuteAsync("UPDATE charge_point SET document = '{\"evse_id\":\"GB*BET*E9\"}' WHERE charge_point_id = 'beta:Q1'");
        await host.TickAsync(8);
        Assert.Equal(4, await SweepAsync());
        Assert.Equal(["beta:Q1 position_and_power"], await SameAsync("alpha:P1"));
        await host.ExecuteAsync("DELETE FROM charge_point WHERE charge_point_id = 'beta:Q1'");
        await host.TickAsync(10);
        Assert.Equal(2, await SweepAsync());
        Assert.Empty(await SameAsync("alpha:P1"));
    }

    [Fact]
    public async Task A_link_to_a_charge_point_that_is_withheld_is_told_to_nobody()
    {
        await AddAsync("alpha:P1", "GB*ALP*E1", 51.5m);
        await AddAsync("beta:Q1", "GB*ALP*E1", 51.6m);
        await host.TickAsync(5);
        await SweepAsync();

        // From now on, whatever the sweep has come to.
        await host.ExecuteAsync("UPDATE charge_point SET published = false WHERE charge_point_id = 'beta:Q1'");

        foreach (var key in new[] { ApiHost.Key, null }) Assert.Empty(await SameAsync("alpha:P1", key));
        Assert.Equal(1, await VisibleAsync("beta"));
        Assert.Equal(0, await VisibleAsync("alpha"));
    }

    private Task<int> SweepAsync() => new SameAsSweep(host.Database).RunAsync(CancellationToken.None);

    private async Task AddAsync(string id, string evse, decimal latitude)
    {
        await host.AddChargePointAsync(id);
        await host.ExecuteAsync(
            "UPDATE charge_point SET latitude = @latitude, document = jsonb_set(document::jsonb, '{evse_id}', to_jsonb(@evse))::json WHERE charge_point_id = @id",
            ("latitude", latitude), ("evse", evse), ("id", id));
    }

    private async Task<IReadOnlyList<string>> SameAsync(string id, string? key = ApiHost.Key)
    {
        var answer = await host.GetAsync($"/v1/charge-points?operator={id.Split(':')[0]}", key);
        var point = answer.Data.Single(p => p.GetProperty("charge_point_id").GetString() == id);
        return [.. point.GetProperty("same_as").EnumerateArray().Select(s => $"{s.GetProperty("charge_point_id").GetString()} {s.GetProperty("reason").GetString()}")];
    }

    /// <summary>Rows of the table that an operator's key reaches, whatever the query says.</summary>
    private async Task<long> VisibleAsync(string operatorId)
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            $$"""SET LOCAL ROLE chargepointhub_reader; SELECT set_config('chargepointhub.scope', '{{JsonSerializer.Serialize(new { open = true, own = operatorId })}}', true); SELECT count(*) FROM charge_point_same WHERE charge_point_id = 'alpha:P1'""", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }
}
