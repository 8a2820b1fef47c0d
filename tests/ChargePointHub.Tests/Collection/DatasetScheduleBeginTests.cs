using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.Tests.Collection;

/// <summary>How a schedule goes on where another instance's ended.</summary>
public class DatasetScheduleBeginTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(5);

    private static readonly DatasetPlan Plan = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated, Cadence = TimeSpan.FromMinutes(10) };

    private static readonly FeedDefinition Feed = new()
    {
        OperatorId = "lamplight",
        OperatorName = "Lamplight",
        FeedId = "main",
        Protocol = "loti-v1",
        BaseUrl = new Uri("https://operator.example/"),
        Zone = LondonCalendar.Zone,
        LimitGroup = "lamplight",
        Datasets = [Plan],
    };

    [Fact]
    public void What_was_never_polled_is_polled_within_the_spread()
    {
        var schedule = Begun(null);

        Assert.InRange(schedule.NextDue, Now, Now + Spread);
        Assert.False(schedule.MayBackfill);
    }

    [Fact]
    public void What_was_polled_just_now_waits_for_its_time_and_history_goes_on_at_once()
    {
        var last = Now.AddMinutes(-1);
        var schedule = Begun(Polled(last, RunOutcome.Completed));

        Assert.Equal(new PollTimes("lamplight", Plan).After(last), schedule.NextDue);
        Assert.InRange(schedule.NextDue, last + (Plan.Cadence / 2), last + (Plan.Cadence * 1.5));
        Assert.True(schedule.MayBackfill);
        Assert.Null(schedule.Trouble);
    }

    [Fact]
    public void A_failure_stays_known_and_holds_history_back()
    {
        var schedule = Begun(Polled(Now.AddMinutes(-1), RunOutcome.Failed, "timed_out"));

        Assert.Equal(FailureKind.TimedOut, schedule.Trouble);
        Assert.False(schedule.MayBackfill);
        Assert.True(schedule.NextDue > Now + Spread);
    }

    [Theory]
    [InlineData(-1, RunOutcome.Abandoned)]
    [InlineData(-1, null)]
    [InlineData(-60, RunOutcome.Completed)]
    [InlineData(+60, RunOutcome.Completed)]
    public void What_was_cut_short_is_long_ago_or_lies_ahead_says_nothing(int minutes, RunOutcome? outcome) =>
        Assert.InRange(Begun(Polled(Now.AddMinutes(minutes), outcome)).NextDue, Now, Now + Spread);

    private static DatasetSchedule Begun(Run? latest)
    {
        var schedule = new DatasetSchedule(Feed, Plan, ProtocolCatalogue.Create(_ => throw new InvalidOperationException(), _ => null, TimeProvider.System)[0]);
        schedule.Begin(Now, Spread, latest);
        return schedule;
    }

    private static Run Polled(DateTimeOffset at, RunOutcome? outcome, string? failure = null) => new(
        Guid.NewGuid(), new FeedKey("lamplight", "main", Dataset.ChargingSessions), RunKind.Live, new Window(at.AddHours(-1), at), at,
        outcome is null ? null : at.AddSeconds(1), outcome, failure, null, new RunCounts());
}
