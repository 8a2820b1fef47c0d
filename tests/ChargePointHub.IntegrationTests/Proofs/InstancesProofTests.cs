using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

/// <summary>Several hubs on one database, as processes that may be killed and paused. Apart from <see cref="PlantedInstancesProofTests"/>, so that both wait at the same time.</summary>
public class InstancesProofTests
{
    [PythonFact]
    public async Task Hubs_that_come_go_die_and_are_woken_poll_nothing_twice_and_write_nothing_without_a_lease()
    {
        using var result = await SmallProof.HeldAsync("instances");

        Assert.Equal(0, result.RootElement.GetProperty("figures").GetProperty("rounds")[0].GetProperty("stale_writes").GetInt32());
    }
}

/// <summary>The same without the fence.</summary>
public class PlantedInstancesProofTests
{
    [Fact]
    public async Task A_planted_bug_that_lets_a_woken_hub_write_is_seen() => (await SmallProof.HeldAsync("instances", "--planted", "no-fencing")).Dispose();
}
