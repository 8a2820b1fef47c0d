using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.Api;

public sealed class BackfillStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Time_left_is_what_is_missing_at_the_pace_of_the_last_hour() =>
        Assert.Equal(TimeSpan.FromHours(5), Of(TimeSpan.FromHours(2)).TimeLeft);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    public void A_pace_that_would_take_longer_than_can_be_told_tells_none(long ticks) => Assert.Null(Of(new TimeSpan(ticks)).TimeLeft);

    /// <summary>Of ten hours that are missing, where so much came in the last hour.</summary>
    private static BackfillState Of(TimeSpan filled)
    {
        var plan = new ListedDataset { Dataset = Dataset.StatusChanges, Axis = WindowAxis.At, Earliest = Now.AddHours(-12), Settle = TimeSpan.Zero, Protocol = "loti-v1" };
        var o = new JudgedOperator("a", plan, Coverage.Of(new Window(Now.AddHours(-2), Now)), []);
        return Assert.Single(BackfillState.Of([o], [new ClosedLately("a", Dataset.StatusChanges, filled, Now.AddHours(-1))], Now));
    }
}
