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
        Assert.Equal(["charge_points", "charging_sessions", "outages", "reported_usage", "status_changes", "tariffs"], figures.GetProperty("asked").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(["csv", "csv in path", "every", "geojson", "json", "ndjson"], figures.GetProperty("forms").EnumerateObject().Select(p => p.Name).Order());
        Assert.InRange(figures.GetProperty("bulk_files").GetInt32(), 4, int.MaxValue);
        Assert.InRange(figures.GetProperty("rows_in_bulk_files").GetInt32(), 50, int.MaxValue);
        Assert.Equal(figures.GetProperty("rows_in_settled_months").GetInt32(), figures.GetProperty("rows_in_bulk_files").GetInt32());
        Assert.InRange(figures.GetProperty("counted").GetInt32(), 20, int.MaxValue);
        var by = figures.GetProperty("by").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        Assert.All(["ward", "lsoa", "status", "origin", "group", "period_unit", "select", "time_field=recorded_at"], name => Assert.True(by.ContainsKey(name), $"nothing was asked by {name}"));
        Assert.InRange(figures.GetProperty("rows").GetInt32(), 1_000, int.MaxValue);
    }
}
