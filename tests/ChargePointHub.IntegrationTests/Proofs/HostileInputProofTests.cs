namespace ChargePointHub.IntegrationTests.Proofs;

public class HostileInputProofTests
{
    [Fact]
    public async Task Whatever_an_operator_sends_is_read_or_refused()
    {
        using var result = await SmallProof.HeldAsync("hostile-input");

        Assert.Equal(19, result.RootElement.GetProperty("figures").GetArrayLength());
    }
}
