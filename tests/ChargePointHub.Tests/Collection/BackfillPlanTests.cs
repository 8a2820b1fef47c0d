using ChargePointHub.Model;
using ChargePointHub.Server.Collection;

namespace ChargePointHub.Tests.Collection;

public class BackfillPlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Cadence = TimeSpan.FromMinutes(1);
    private static readonly Window Wanted = new(Start, Start.AddDays(14));

    [Fact]
    public void History_is_asked_for_newest_first_in_windows_no_longer_than_allowed()
    {
        var asked = Play(_ => true, out var covered);

        Assert.Equal(14, asked.Count);
        Assert.Equal(asked.OrderByDescending(w => w), asked);
        Assert.All(asked, w => Assert.Equal(TimeSpan.FromDays(1), w.Length));
        Assert.True(covered.Covers(Wanted));
    }

    [Fact]
    public void What_failed_while_the_clock_ran_ahead_is_tried_again_when_it_is_put_right_and_in_turn()
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(7), TimeSpan.FromDays(7), Cadence);
        var (gaps, ahead) = (Coverage.Of(Wanted), Wanted.To.AddYears(1));
        Window newer = plan.Next(gaps, ahead, mayNarrow: false)!.Value, older;
        plan.Failed(newer, ahead, null);
        older = plan.Next(gaps, Wanted.To, mayNarrow: false)!.Value;
        plan.Failed(older, Wanted.To, null);
        var asked = new List<Window>();
        for (var now = Wanted.To + Cadence; asked.Count < 4; now += Cadence)
        {
            asked.Add(plan.Next(gaps, now, mayNarrow: false)!.Value);
            plan.Failed(asked[^1], now, null);
        }

        Assert.Equal(2, asked.Count(w => w == newer));
    }

    [Theory]
    [InlineData(5.3, 6.7)]
    [InlineData(0, 0.4)]
    [InlineData(13.2, 14)]
    [InlineData(2.0, 3.0)]
    [InlineData(7.001, 7.0015)]
    public void What_cannot_be_answered_is_narrowed_down_to_one_cadence_on_either_side(double fromDay, double toDay)
    {
        var silent = new Window(Start.AddDays(fromDay), Start.AddDays(toDay));

        var asked = Play(w => !w.Overlaps(silent), out var covered);

        var gap = Assert.Single(covered.GapsWithin(Wanted));
        Assert.True(gap.Contains(silent));
        Assert.InRange(silent.From - gap.From, TimeSpan.Zero, Cadence);
        Assert.InRange(gap.To - silent.To, TimeSpan.Zero, Cadence);
        Assert.InRange(asked.Count, 14, 14 + 50);
    }

    [Fact]
    public void What_keeps_failing_is_tried_once_a_cadence_and_all_of_it_again_when_one_trial_came_through()
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(1), Cadence, Cadence);
        var gaps = Coverage.Of(new Window(Start, Start.AddDays(2)));
        var now = Start.AddDays(14);
        plan.Failed(plan.Next(gaps, now, mayNarrow: false)!.Value, now, null);
        plan.Failed(plan.Next(gaps, now, mayNarrow: false)!.Value, now, null);

        Assert.Null(plan.Next(gaps, now, mayNarrow: false));
        Assert.Equal(now + Cadence, plan.NextProbe);
        now += Cadence;
        var probe = plan.Next(gaps, now, mayNarrow: false)!.Value;
        plan.Succeeded(probe);
        gaps = gaps.Subtract(probe);

        Assert.Equal(gaps[0], plan.Next(gaps, now, mayNarrow: false));
    }

    [Fact]
    public void An_operator_that_names_a_time_is_left_alone_until_then()
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(1), Cadence, Cadence);
        var gaps = Coverage.Of(new Window(Start, Start.AddDays(1)));
        var now = Start.AddDays(14);
        plan.Failed(plan.Next(gaps, now, mayNarrow: false)!.Value, now, TimeSpan.FromMinutes(10));

        Assert.Null(plan.Next(gaps, now.AddMinutes(9), mayNarrow: false));
        Assert.Equal(gaps[0], plan.Next(gaps, now.AddMinutes(10), mayNarrow: false));
    }

    [Fact]
    public void Nothing_is_asked_for_where_nothing_is_missing()
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(1), Cadence, Cadence);

        Assert.Null(plan.Next(Coverage.None, Start, mayNarrow: true));
        Assert.Null(plan.NextProbe);
    }

    [Fact]
    public void A_failing_piece_whose_edge_moves_with_the_look_back_limit_is_not_asked_for_without_pause()
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(1), Cadence, Cadence);
        var asked = 0;
        for (var second = 0; second < 600; second++)
        {
            var now = Start.AddDays(1).AddSeconds(second);
            var gaps = Coverage.Of(new Window(Start.AddSeconds(second), Start.AddDays(1)));
            while (plan.Next(gaps, now, mayNarrow: false) is { } window)
            {
                asked++;
                plan.Failed(window, now, null);
            }
        }

        Assert.InRange(asked, 1, 12);
    }

    /// <summary>Follows the plan at one instant until it has nothing more to ask for.</summary>
    private static List<Window> Play(Func<Window, bool> answers, out Coverage covered)
    {
        var plan = new BackfillPlan(TimeSpan.FromDays(1), Cadence, Cadence);
        var now = Wanted.To;
        var asked = new List<Window>();
        covered = Coverage.None;
        while (plan.Next(covered.GapsWithin(Wanted), now, mayNarrow: true) is { } window)
        {
            asked.Add(window);
            Assert.InRange(asked.Count, 1, 1000);
            if (answers(window))
            {
                covered = covered.Union(window);
                plan.Succeeded(window);
            }
            else
            {
                plan.Failed(window, now, null);
            }
        }

        return asked;
    }
}
