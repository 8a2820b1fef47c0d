using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

public class KillProofTests
{
    [PythonFact]
    public async Task A_hub_that_is_killed_inside_page_transactions_and_loses_its_database_still_serves_the_truth()
    {
        using var result = await SmallProof.HeldAsync("kill");

        var figures = result.RootElement.GetProperty("figures");
        Assert.Equal(3, figures.GetProperty("killed").GetArrayLength());
        Assert.All(
            figures.GetProperty("killed").EnumerateArray(),
            kill => Assert.StartsWith("INSIDE page-transaction", kill.GetProperty("said").GetString(), StringComparison.Ordinal));
        Assert.Equal(2, figures.GetProperty("server_kills").GetInt32());
    }

    [PythonFact]
    public async Task A_planted_bug_that_claims_before_it_writes_is_seen() => (await SmallProof.HeldAsync("kill", "--planted", "claim-before-rows")).Dispose();
}
