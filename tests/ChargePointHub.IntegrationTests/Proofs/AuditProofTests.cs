namespace ChargePointHub.IntegrationTests.Proofs;

public class AuditProofTests
{
    [Fact]
    public async Task Each_reading_is_on_record_under_load_kills_and_ended_grants_and_whatever_is_done_to_the_record_is_found()
    {
        using var result = await SmallProof.HeldAsync("audit");

        var figures = result.RootElement.GetProperty("figures");
        Assert.Equal(1, figures.GetProperty("left_open").GetInt32());
        Assert.Equal(22, figures.GetProperty("spoilt").GetInt32());
    }
}
