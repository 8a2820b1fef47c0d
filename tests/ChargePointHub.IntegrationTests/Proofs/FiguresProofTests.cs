using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

public class FiguresProofTests
{
    [PythonFact]
    public async Task Random_figures_are_what_another_program_makes_of_the_truth()
    {
        using var result = await SmallProof.HeldAsync("figures");

        var figures = result.RootElement.GetProperty("figures");
        Assert.Equal(150, figures.GetProperty("questions").GetInt32());
        Assert.Equal(["borough", "charge_point", "funding_stream", "location", "london", "operator", "power_band", "ward"], figures.GetProperty("by").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(["day", "month", "quarter", "week", "whole window", "year"], figures.GetProperty("units").EnumerateObject().Select(p => p.Name).Order());
        Assert.InRange(figures.GetProperty("rows").GetInt32(), 1_000, int.MaxValue);
        Assert.Equal(25, figures.GetProperty("profiles").GetInt32());
        Assert.InRange(figures.GetProperty("profile_rows").GetInt32(), 5_000, int.MaxValue);
        Assert.InRange(figures.GetProperty("sessions").GetInt32(), 500, int.MaxValue);

        var status = figures.GetProperty("reliability");
        Assert.Equal(150, status.GetProperty("questions").GetInt32());
        Assert.InRange(status.GetProperty("observed_rows").GetInt32(), 1_000, int.MaxValue);
    }
}
