using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.Api;

public sealed class JudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_window_that_is_covered_on_an_event_axis_is_complete()
    {
        var statement = Judge.OfWindow(Hours(0, 6), Now, [Operator(WindowAxis.At, Coverage.Of(new Window(At(-48), Now)))], 3);

        Assert.True(statement.Complete);
        Assert.Equal(100, statement.CoveredPercent);
        Assert.Equal(Now - TimeSpan.FromMinutes(15), statement.SettledTo);
        Assert.Equal(3, statement.Quarantined);
    }

    [Fact]
    public void A_gap_on_an_event_axis_touches_itself_alone()
    {
        var covered = Coverage.Of(new Window(At(-48), At(1)), new Window(At(2), Now));

        var statement = Judge.OfWindow(Hours(0, 10), Now, [Operator(WindowAxis.At, covered)], 0);

        Assert.False(statement.Complete);
        Assert.Equal(Hours(1, 2), Assert.Single(statement.Gaps).Window);
        Assert.Equal(90, statement.CoveredPercent);
    }

    [Fact]
    public void A_gap_on_last_updated_touches_the_seven_days_before_it()
    {
        var covered = Coverage.Of(new Window(At(-24 * 60), At(9)), new Window(At(10), Now));

        var statement = Judge.OfWindow(Hours(-24 * 10, 11), Now, [Operator(WindowAxis.LastUpdated, covered)], 0);

        Assert.Equal(Hours(9 - (24 * 7), 10), Assert.Single(statement.Gaps).Window);
    }

    /// <summary>A gap of an hour, 9 to 10, and the window of which hours it is in doubt by, within the days around.</summary>
    [Theory]
    [InlineData(WindowAxis.LastUpdated, TimeField.LastUpdated, 9, 10)]
    [InlineData(WindowAxis.LastUpdated, TimeField.PlugOut, 9 - 168, 10)]
    [InlineData(WindowAxis.PlugOutAt, TimeField.PlugOut, 9, 10)]
    [InlineData(WindowAxis.PlugOutAt, TimeField.LastUpdated, 9, 10 + 168)]
    [InlineData(WindowAxis.PlugInAt, TimeField.PlugOut, 9, 10 + 168)]
    [InlineData(WindowAxis.PlugInAt, TimeField.LastUpdated, 9, 10 + 168)]
    [InlineData(WindowAxis.PlugInAt, TimeField.Event, 9, 10)]
    public void A_gap_touches_what_the_window_is_about_as_far_as_its_records_may_stand_there(WindowAxis axis, TimeField field, int from, int to)
    {
        var now = Now.AddDays(30);
        var feed = Operator(axis, Coverage.Of(new Window(At(-24 * 60), At(9)), new Window(At(10), now)));

        Assert.Equal(Hours(from, to), Assert.Single(Judge.OfWindow(Hours(-24 * 10, 24 * 10), now, [feed], 0, field).Gaps).Window);

        // A window that begins after the gap may hold what began in it.
        Assert.Equal(to > 12, Judge.OfWindow(Hours(12, 13), now, [feed], 0, field).Gaps.Count > 0);
    }

    [Fact]
    public void What_was_recorded_in_a_window_is_all_there_whatever_is_missing()
    {
        var statement = Judge.OfWindow(Hours(0, 10), Now.AddDays(1), [Operator(WindowAxis.LastUpdated, Coverage.Of(new Window(At(-48), At(2)), new Window(At(3), Now.AddDays(1))))], 0, TimeField.Recorded);

        Assert.True(statement.Complete);
        Assert.Empty(statement.Gaps);
    }

    [Fact]
    public void A_gap_after_the_window_counts_when_records_of_the_window_may_have_changed_in_it()
    {
        var covered = Coverage.Of(new Window(At(-24 * 60), At(9)), new Window(At(10), Now));

        Assert.Equal(Hours(0, 6), Assert.Single(Judge.OfWindow(Hours(0, 6), Now, [Operator(WindowAxis.LastUpdated, covered)], 0).Gaps).Window);
        Assert.Empty(Judge.OfWindow(Hours(0, 6), Now, [Operator(WindowAxis.PlugInAt, covered)], 0).Gaps);
    }

    [Fact]
    public void What_lies_before_the_earliest_date_is_not_offered()
    {
        var feed = Operator(WindowAxis.At, Coverage.Of(new Window(At(2), Now)), earliest: At(2));

        var statement = Judge.OfWindow(Hours(0, 10), Now, [feed], 0);

        Assert.False(statement.Complete);
        Assert.Equal(new StatedGap("a", Hours(0, 2), GapState.NotOffered, null), Assert.Single(statement.Gaps));
        Assert.Equal(80, statement.CoveredPercent);
    }

    [Fact]
    public void A_loss_is_told_apart_from_an_open_gap()
    {
        var feed = Operator(WindowAxis.At, Coverage.Of(new Window(At(4), Now)), earliest: At(-100)) with { Lost = [new LostWindow(Hours(-100, 2), "beyond_look_back")] };

        var gaps = Judge.OfWindow(Hours(0, 10), Now, [feed], 0).Gaps;

        Assert.Equal([(Hours(0, 2), GapState.Lost, "beyond_look_back"), (Hours(2, 4), GapState.Open, null)], gaps.Select(g => (g.Window, g.State, g.Cause)));
    }

    [Fact]
    public void An_operator_without_the_dataset_makes_the_answer_incomplete_but_is_not_judged()
    {
        var other = new JudgedOperator("b", null, Coverage.None, []);

        var statement = Judge.OfWindow(Hours(0, 6), Now, [Operator(WindowAxis.At, Coverage.Of(new Window(At(-48), Now))), other], 0);

        Assert.False(statement.Complete);
        Assert.Equal(["b"], statement.NotProvided);
        Assert.Equal(99.9, statement.CoveredPercent);
    }

    [Fact]
    public void The_answer_is_judged_up_to_the_operator_that_lags_most_within_two_cadences()
    {
        var settle = TimeSpan.FromMinutes(15);
        var slightly = Now - settle - TimeSpan.FromMinutes(2);
        var badly = Now - settle - TimeSpan.FromMinutes(3);

        Assert.Equal(slightly, Judge.SettledTo(Plan(WindowAxis.At), Coverage.Of(new Window(At(-48), slightly)), Now));
        Assert.Equal(Now - settle, Judge.SettledTo(Plan(WindowAxis.At), Coverage.Of(new Window(At(-48), badly)), Now));
        Assert.Equal(Now - settle, Judge.SettledTo(Plan(WindowAxis.At), Coverage.Of(new Window(At(-48), Now)), Now));
    }

    [Theory]
    [InlineData(WindowAxis.At)]
    [InlineData(WindowAxis.PlugInAt)]
    [InlineData(WindowAxis.LastUpdated)]
    public void A_gap_stays_a_gap_when_an_operator_that_settles_later_is_asked_too(WindowAxis axis)
    {
        var gapped = Operator(axis, Coverage.Of(new Window(At(-24 * 60), Now.AddHours(-3)), new Window(Now.AddHours(-1), Now)));
        var later = Operator(axis, Coverage.Of(new Window(At(-24 * 60), Now)), settle: TimeSpan.FromDays(1)) with { OperatorId = "b" };
        var window = new Window(Now.AddDays(-3), Now);

        var alone = Judge.OfWindow(window, Now, [gapped], 0);
        var both = Judge.OfWindow(window, Now, [gapped, later], 0);

        Assert.False(alone.Complete);
        Assert.False(both.Complete);
        Assert.Equal(alone.Gaps, both.Gaps);
        Assert.Equal(Now.AddDays(-1), both.SettledTo);
    }

    [Fact]
    public void A_window_in_which_nothing_has_settled_is_never_called_complete()
    {
        var statement = Judge.OfWindow(new Window(Now.AddMinutes(-10), Now), Now, [Operator(WindowAxis.At, Coverage.Of(new Window(At(-48), Now)))], 0);

        Assert.False(statement.Complete);
        Assert.Null(statement.CoveredPercent);
    }

    [Fact]
    public void The_present_is_complete_only_while_every_crawl_is_fresh()
    {
        var fresh = Snapshot("a", Now.AddMinutes(-5));
        var stale = Snapshot("b", Now.AddMinutes(-16));

        Assert.True(Judge.OfPresent(Now, [fresh], 0).Complete);
        var statement = Judge.OfPresent(Now, [fresh, stale], 0);
        Assert.False(statement.Complete);
        Assert.Equal(50, statement.CoveredPercent);
        Assert.Equal(new Window(Now.AddMinutes(-1), Now), Assert.Single(statement.Gaps).Window);
        Assert.Equal(Now.AddMinutes(-16), statement.SettledTo);
    }

    [Fact]
    public void One_minute_missing_of_a_year_is_not_rounded_to_a_hundred()
    {
        var year = new Window(Now.AddDays(-365), Now.AddDays(-1));
        var covered = Coverage.Of(new Window(year.From.AddDays(-1), year.From.AddDays(9)), new Window(year.From.AddDays(9).AddMinutes(1), Now));

        Assert.Equal(99.9, Judge.OfWindow(year, Now, [Operator(WindowAxis.At, covered)], 0).CoveredPercent);
    }

    [Fact]
    public void The_judge_agrees_with_counting_minutes()
    {
        var random = new Random(20261120);
        for (var round = 0; round < 300; round++)
        {
            var axis = random.Next(2) == 0 ? WindowAxis.LastUpdated : WindowAxis.At;
            var feeds = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Operator(
                axis, RandomCoverage(random), Now.AddMinutes(-random.Next(1000, 20000)), TimeSpan.FromMinutes(random.Next(1, 3000)))).ToList();
            var from = Now.AddMinutes(-random.Next(30, 20000));
            var window = new Window(from, from.AddMinutes(random.Next(1, 4000)));

            var statement = Judge.OfWindow(window, Now, feeds, 0);

            var reach = axis == WindowAxis.LastUpdated ? 7 * 24 * 60 : 0;
            double share = 0;
            var fewest = int.MaxValue;
            foreach (var feed in feeds)
            {
                var settled = Judge.SettledTo(feed.Plan!, feed.Covered, Now);
                var minutes = 0;
                var good = 0;
                for (var minute = window.From; minute < window.To && minute < settled; minute = minute.AddMinutes(1))
                {
                    minutes++;
                    if (minute >= feed.Plan!.Earliest && Here(feed, minute, reach, settled)) good++;
                }

                share += minutes == 0 ? 0 : (double)good / minutes;
                fewest = Math.Min(fewest, minutes);
            }

            Assert.Equal(feeds.Min(f => Judge.SettledTo(f.Plan!, f.Covered, Now)), statement.SettledTo);
            if (fewest == 0)
            {
                Assert.Null(statement.CoveredPercent);
                continue;
            }

            var exact = share / feeds.Count;
            Assert.Equal(exact == 1, statement.Complete);
            Assert.InRange(statement.CoveredPercent!.Value, Math.Min(99.9, exact * 100) - 0.1001, (exact * 100) + 0.0001);
        }

        // An event of this minute can stand anywhere on the axis from its time to the tolerance after it.
        static bool Here(JudgedOperator feed, DateTimeOffset minute, int reach, DateTimeOffset settled)
        {
            var last = minute.AddMinutes(reach) < settled.AddMinutes(-1) ? minute.AddMinutes(reach) : settled.AddMinutes(-1);
            return feed.Covered.Covers(new Window(minute, last.AddMinutes(1) < settled && reach > 0 ? last : last.AddMinutes(1)));
        }
    }

    private static Coverage RandomCoverage(Random random) => Coverage.Of(Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
    {
        var from = Now.AddMinutes(-random.Next(1, 25000));
        var to = from.AddMinutes(random.Next(1, 15000));
        return new Window(from, to < Now ? to : Now);
    }));

    private static DateTimeOffset At(int hour) => new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private static Window Hours(int from, int to) => new(At(from), At(to));

    private static ListedDataset Plan(WindowAxis axis, DateTimeOffset? earliest = null, TimeSpan? settle = null) =>
        new() { Dataset = Dataset.StatusChanges, Axis = axis, Earliest = earliest, Protocol = "loti-v1", Settle = settle ?? TimeSpan.FromMinutes(15) };

    private static JudgedOperator Operator(WindowAxis axis, Coverage covered, DateTimeOffset? earliest = null, TimeSpan? settle = null) =>
        new("a", Plan(axis, earliest, settle), covered, []);

    private static JudgedOperator Snapshot(string id, DateTimeOffset crawledAt)
    {
        var plan = new ListedDataset { Dataset = Dataset.ChargePoints, Protocol = "ocpi-2.2.1" };
        return new JudgedOperator(id, plan, Coverage.Of(new Window(crawledAt, crawledAt + plan.Freshness)), []);
    }
}
