using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

public class QueriesProofTests
{
    [PythonFact]
    public async Task Random_questions_are_answered_as_the_truth_answers_them()
    {
        using var result = await SmallProof.HeldAsync("queries");

        var figures = result.RootElement.GetProperty("figures");
        Assert.Equal(300, figures.GetProperty("questions").GetInt32());
        Assert.InRange(figures.GetProperty("without_rows").GetInt32(), 0, 200);
        Assert.InRange(figures.GetProperty("rows").GetInt32(), 1_000, int.MaxValue);
    }
}
