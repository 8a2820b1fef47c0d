using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

public class SimulatedProofTests
{
    [PythonFact]
    public async Task After_half_a_week_of_outages_all_is_there_or_is_listed_as_lost()
    {
        using var result = await SmallProof.HeldAsync("simulated");
        Assert.NotEmpty(result.RootElement.GetProperty("figures").GetProperty("lost").EnumerateArray());
    }
}
