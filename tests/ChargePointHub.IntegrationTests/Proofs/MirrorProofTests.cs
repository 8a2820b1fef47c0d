namespace ChargePointHub.IntegrationTests.Proofs;

public class MirrorProofTests
{
    [Fact]
    public async Task A_copy_that_follows_the_changes_equals_the_lists_whenever_it_has_caught_up()
    {
        using var result = await SmallProof.HeldAsync("mirror");

        Assert.Equal(2, result.RootElement.GetProperty("figures").GetArrayLength());
    }
}

/// <summary>The same with a hub that now and then does not say what it changed.</summary>
public class PlantedMirrorProofTests
{
    [Fact]
    public async Task A_planted_bug_that_loses_an_announcement_is_seen() => (await SmallProof.HeldAsync("mirror", "--planted", "lost-announcement")).Dispose();
}
