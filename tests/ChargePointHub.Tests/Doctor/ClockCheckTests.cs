using ChargePointHub.Server.Doctor;

namespace ChargePointHub.Tests.Doctor;

public class ClockCheckTests
{
    [Theory]
    [InlineData(0.4, CheckOutcome.Ok, "agrees with the database's")]
    [InlineData(-3, CheckOutcome.Ok, "3.0 s behind the database's")]
    [InlineData(5, CheckOutcome.Warning, "5.0 s ahead of the database's")]
    [InlineData(-60, CheckOutcome.Failed, "60.0 s behind the database's")]
    public void The_deviation_is_told_and_judged(double ahead, CheckOutcome outcome, string told)
    {
        var check = ClockCheck.Judge("the database's", TimeSpan.FromSeconds(ahead), TimeSpan.FromSeconds(0.5));

        Assert.Equal(outcome, check.Outcome);
        Assert.Contains(told, check.Sentence, StringComparison.Ordinal);
        Assert.Equal(outcome == CheckOutcome.Ok, check.Remedy is null);
    }

    [Fact]
    public void Of_many_clocks_only_those_that_deviate_are_named()
    {
        var checks = ClockCheck.Judge([("that of a", TimeSpan.Zero), ("that of b", TimeSpan.FromSeconds(90)), ("that of c", TimeSpan.FromSeconds(1))], TimeSpan.FromSeconds(2));

        Assert.Equal(2, checks.Count);
        Assert.Contains("2 of 3", checks[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("that of b", checks[1].Sentence, StringComparison.Ordinal);
    }
}
