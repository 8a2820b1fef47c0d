using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Tests.Feeds.Protocols;

namespace ChargePointHub.Tests.Collection;

public sealed class DatasetScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly DatasetPlan Plan = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated, Earliest = Noon.AddDays(-2) };

    private static readonly IFeedProtocol Loti = ProtocolCatalogue.Create(_ => throw new InvalidOperationException(), _ => null, TimeProvider.System).Single(p => p.Name == "loti-v1");

    [Fact]
    public void One_record_that_cannot_be_answered_costs_the_live_window_minutes_and_history_finds_it()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        var covered = Coverage.Of(new Window(Plan.Earliest!.Value, Noon.AddMinutes(-15)));
        var bad = Noon.AddMinutes(-10);
        var missing = new List<TimeSpan>();
        var asked = new List<Window>();
        for (var now = new PollTimes(schedule.Feed.OperatorId, Plan).After(Noon); now < Noon.AddHours(8); now = now.AddMinutes(1))
        {
            if (schedule.NextDue <= now)
            {
                var window = schedule.NextLive(covered, now);
                schedule.Started(now);
                var result = Answer(window, bad);
                schedule.Ended(result, window, now);
                asked.Add(window);
                if (result.Completed && LedgerArithmetic.Claimable(Plan, window, now) is { } claimed) covered = covered.Union(claimed);
            }

            var gaps = LedgerArithmetic.Gaps(Plan, covered, now);
            if (schedule.MayBackfill && schedule.NextBackfill(gaps, covered, now) is { } history)
            {
                var result = Answer(history, bad);
                schedule.BackfillEnded(history, result, now);
                if (result.Completed && LedgerArithmetic.Claimable(Plan, history, now) is { } claimed) covered = covered.Union(claimed);
            }

            missing.Add(gaps.Total);
        }

        Assert.All(missing.Skip(90), m => Assert.InRange(m, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3)));
        Assert.True(missing.Max() < TimeSpan.FromHours(1), $"{missing.Max()}");
        Assert.Equal(Plan.Overlap + Plan.Settle + Plan.Cadence, asked[^1].Length);
    }

    [Fact]
    public void One_failure_alone_narrows_nothing()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        var covered = Coverage.Of(new Window(Plan.Earliest!.Value, Noon.AddMinutes(-15)));
        var window = schedule.NextLive(covered, Noon);
        schedule.Ended(Answer(window, window.From), window, Noon);

        Assert.Equal(LedgerArithmetic.LiveWindow(Plan, covered, Noon.AddMinutes(1)), schedule.NextLive(covered, Noon.AddMinutes(1)));
    }

    [Fact]
    public void History_that_stood_still_goes_on_with_the_same_window_after_a_rest()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        var covered = Coverage.Of(new Window(Noon.AddHours(-6), Noon.AddMinutes(-15)));
        schedule.Ended(new RunResult(null, 1, 0), covered[0], Noon);
        var gaps = LedgerArithmetic.Gaps(Plan, covered, Noon);
        schedule.GoOnWith(new Window(Plan.Earliest!.Value, Plan.Earliest.Value.AddHours(9)));

        var first = schedule.NextBackfill(gaps, covered, Noon);
        Assert.Equal(new Window(Plan.Earliest.Value, Plan.Earliest.Value.AddHours(9)), first);
        schedule.BackfillEnded(first!.Value, new RunResult(new FeedFailure(FailureKind.Forbidden, "Enough.", "https://operator.example/"), 55, 0, GoesOn: true), Noon);
        Assert.Null(schedule.NextBackfill(gaps, covered, Noon));
        Assert.Equal(first, schedule.NextBackfill(gaps, covered, Noon + Plan.Cadence));
        schedule.BackfillEnded(first!.Value, new RunResult(null, 3, 0), Noon);
        Assert.Equal(covered.Start, schedule.NextBackfill(gaps.Subtract(first.Value), covered, Noon + Plan.Cadence)!.Value.To);
    }

    [Fact]
    public void While_history_rests_nothing_of_it_is_due_not_even_the_trial_of_what_failed()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        var covered = Coverage.Of(new Window(Noon.AddHours(-6), Noon.AddMinutes(-15)));
        schedule.Ended(new RunResult(null, 1, 0), covered[0], Noon);
        var gaps = LedgerArithmetic.Gaps(Plan, covered, Noon);
        var first = schedule.NextBackfill(gaps, covered, Noon)!.Value;
        schedule.BackfillEnded(first, Answer(first, first.From), Noon);
        var second = schedule.NextBackfill(gaps, covered, Noon)!.Value;
        var enough = new FeedFailure(FailureKind.Throttled, "Enough.", "https://operator.example/", TimeSpan.FromHours(1));
        schedule.BackfillEnded(second, new RunResult(enough, 55, 0, GoesOn: true), Noon);

        var later = Noon + (2 * Plan.Cadence);
        schedule.Started(later);

        Assert.Null(schedule.NextBackfill(gaps, covered, later));
        Assert.True(schedule.NextWork(later) > later);
        schedule.Started(Noon.AddHours(2));
        Assert.Equal(Noon.AddHours(1), schedule.NextWork(Noon.AddHours(2)));
    }

    [Fact]
    public void A_clock_that_ran_ahead_and_was_put_right_stops_no_poll()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        schedule.Started(Noon.AddHours(5));

        Assert.True(schedule.IsDue(Noon));
        Assert.Equal(Noon, schedule.NextWork(Noon));
        schedule.Started(Noon);
        Assert.False(schedule.IsDue(Noon));
        Assert.False(schedule.IsDue(Noon.AddSeconds(-1)));
        Assert.True(schedule.IsDue(schedule.NextDue));
    }

    [Fact]
    public void A_rest_of_history_that_a_clock_ordered_while_it_ran_ahead_is_over_when_it_is_put_right()
    {
        var schedule = new DatasetSchedule(PretendFeed.Feed("loti-v1"), Plan, Loti);
        var covered = Coverage.Of(new Window(Noon.AddHours(-6), Noon.AddMinutes(-15)));
        schedule.Ended(new RunResult(null, 1, 0), covered[0], Noon);
        var gaps = LedgerArithmetic.Gaps(Plan, covered, Noon);
        var ahead = Noon.AddYears(1);
        var first = schedule.NextBackfill(gaps, covered, ahead)!.Value;
        schedule.BackfillEnded(first, new RunResult(new FeedFailure(FailureKind.Throttled, "Enough.", "https://operator.example/"), 55, 0, GoesOn: true), ahead);

        Assert.Equal(first, schedule.NextBackfill(gaps, covered, Noon));
    }

    private static RunResult Answer(Window window, DateTimeOffset bad) => window.Contains(bad)
        ? new RunResult(new FeedFailure(FailureKind.ServerError, "One record.", "https://operator.example/"), 0, 0)
        : new RunResult(null, 1, 1);
}
