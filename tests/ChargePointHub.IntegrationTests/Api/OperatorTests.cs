using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What the list of operators says of each.</summary>
public sealed class OperatorTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task An_operator_is_told_with_what_it_has_here_and_what_it_does_not_provide()
    {
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:P2");
        await host.AddChargePointAsync("alpha:HOME", published: false);
        await host.TickAsync(1);

        var list = await host.GetAsync("/v1/operators");

        Assert.Equal(["alpha", "beta"], list.Data.Select(o => o.GetProperty("operator_id").GetString()));
        Assert.Equal([(2, 1), (0, 0)], list.Data.Select(o => (o.GetProperty("charge_points").GetInt32(), o.GetProperty("locations").GetInt32())));
        Assert.Equal(["tariffs", "status_changes", "charging_sessions", "outages", "reported_usage"], NotProvided(list.Data[1]));
        Assert.All(list.Data, o => Assert.Empty(NotProvided(o).Intersect(o.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("dataset").GetString()))));
        Assert.True(JsonElement.DeepEquals(list.Data[0], (await host.GetAsync("/v1/operators/alpha", key: null)).Json.GetProperty("data")));
    }

    private static IEnumerable<string?> NotProvided(JsonElement o) => o.GetProperty("not_provided").EnumerateArray().Select(d => d.GetString());
}
