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
        Assert.Equal(["charge_points", "charging_sessions", "outages", "status_changes", "tariffs"], figures.GetProperty("asked").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(["csv", "csv in path", "every", "json", "ndjson"], figures.GetProperty("forms").EnumerateObject().Select(p => p.Name).Order());
        Assert.InRange(figures.GetProperty("bulk_files").GetInt32(), 4, int.MaxValue);
        Assert.InRange(figures.GetProperty("rows_in_bulk_files").GetInt32(), 50, int.MaxValue);
        Assert.InRange(figures.GetProperty("rows").GetInt32(), 1_000, int.MaxValue);
    }
}
