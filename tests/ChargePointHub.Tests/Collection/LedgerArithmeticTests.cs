using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.Tests.Collection;

public class LedgerArithmeticTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly DatasetPlan Plan = new()
    {
        Dataset = Dataset.ChargingSessions,
        Axis = WindowAxis.LastUpdated,
        Earliest = Now.AddDays(-90),
        Settle = TimeSpan.FromMinutes(15),
        Overlap = TimeSpan.FromHours(6),
        LongestWindow = TimeSpan.FromDays(1),
    };

    [Fact]
    public void A_live_window_reaches_back_over_what_is_covered_by_the_overlap()
    {
        var covered = Coverage.Of(new Window(Now.AddDays(-2), Now.AddMinutes(-16)));

        Assert.Equal(new Window(Now.AddMinutes(-16).AddHours(-6), Now), LedgerArithmetic.LiveWindow(Plan, covered, Now));
    }

    [Fact]
    public void After_a_long_silence_a_live_window_is_no_longer_than_the_longest()
    {
        var covered = Coverage.Of(new Window(Now.AddDays(-30), Now.AddDays(-10)));

        Assert.Equal(new Window(Now.AddDays(-1), Now), LedgerArithmetic.LiveWindow(Plan, covered, Now));
    }

    [Fact]
    public void With_nothing_covered_the_first_live_window_is_one_overlap()
    {
        Assert.Equal(new Window(Now.AddHours(-6), Now), LedgerArithmetic.LiveWindow(Plan, Coverage.None, Now));
    }

    [Fact]
    public void A_live_window_never_reaches_before_the_earliest_date_or_the_look_back_limit()
    {
        var young = Plan with { Earliest = Now.AddHours(-1) };
        var forgetful = Plan with { LookBack = TimeSpan.FromHours(2) };

        Assert.Equal(Now.AddHours(-1), LedgerArithmetic.LiveWindow(young, Coverage.None, Now).From);
        Assert.Equal(Now.AddHours(-2) + forgetful.Cadence, LedgerArithmetic.LiveWindow(forgetful, Coverage.None, Now).From);
    }

    [Fact]
    public void Only_what_had_settled_when_it_was_asked_for_is_claimed()
    {
        var asked = new Window(Now.AddHours(-6), Now);

        Assert.Equal(new Window(Now.AddHours(-6), Now.AddMinutes(-15)), LedgerArithmetic.Claimable(Plan, asked, Now));
        Assert.Null(LedgerArithmetic.Claimable(Plan, new Window(Now.AddMinutes(-10), Now), Now));
    }

    [Fact]
    public void A_gap_is_what_is_wanted_and_neither_covered_nor_unavailable()
    {
        var covered = Coverage.Of(new Window(Now.AddDays(-90), Now.AddDays(-50)), new Window(Now.AddDays(-40), Now.AddMinutes(-15)));
        var unavailable = Coverage.Of(new Window(Now.AddDays(-50), Now.AddDays(-45)));

        Assert.Equal(Coverage.Of(new Window(Now.AddDays(-45), Now.AddDays(-40))), LedgerArithmetic.Gaps(Plan, covered.Union(unavailable), Now));
    }

    [Fact]
    public void What_lies_beyond_the_look_back_limit_can_no_longer_be_had()
    {
        var plan = Plan with { LookBack = TimeSpan.FromDays(1) };
        var gaps = Coverage.Of(new Window(Now.AddHours(-36), Now.AddHours(-1)));

        Assert.Equal(Coverage.Of(new Window(Now.AddHours(-36), Now.AddHours(-24))), LedgerArithmetic.BeyondLookBack(plan, gaps, Now));
        Assert.True(LedgerArithmetic.BeyondLookBack(Plan, gaps, Now).IsEmpty);
    }

    [Fact]
    public void What_can_still_be_asked_for_lies_a_cadence_inside_the_look_back_limit()
    {
        var plan = Plan with { LookBack = TimeSpan.FromDays(1) };
        var gaps = Coverage.Of(new Window(Now.AddHours(-36), Now.AddHours(-1)));

        var askable = LedgerArithmetic.Askable(plan, gaps, Now);

        Assert.Equal(Coverage.Of(new Window(Now.AddHours(-24).AddSeconds(61), Now.AddHours(-1))), askable);
        Assert.Equal(gaps, LedgerArithmetic.Askable(Plan, gaps, Now));
    }

    [Fact]
    public void Loss_is_declared_in_steps_and_not_as_a_sliver_at_every_look()
    {
        var plan = Plan with { LookBack = TimeSpan.FromDays(1) };
        var gaps = Coverage.Of(new Window(Now.AddHours(-24).AddSeconds(-30), Now.AddHours(-1)));

        Assert.True(LedgerArithmetic.BeyondLookBack(plan, gaps, Now).IsEmpty);
        Assert.False(LedgerArithmetic.BeyondLookBack(plan, gaps, Now.AddSeconds(30)).IsEmpty);

        var sliver = Coverage.Of(new Window(Now.AddHours(-24).AddSeconds(-2), Now.AddHours(-24)));
        Assert.True(LedgerArithmetic.BeyondLookBack(plan, sliver, Now).IsEmpty);
        Assert.Equal(sliver, LedgerArithmetic.BeyondLookBack(plan, sliver, Now + plan.Cadence));
    }

    [Fact]
    public void What_was_given_up_under_a_narrower_limit_is_wanted_again_under_a_wider_one()
    {
        var lost = new Window(Now.AddDays(-10), Now.AddDays(-1));
        var ledger = new Ledger(Coverage.None, [new UnavailableWindow(lost, LedgerArithmetic.BeyondLookBackCause)]);

        Assert.True(LedgerArithmetic.Settled(Plan with { LookBack = TimeSpan.FromDays(1) }, ledger, Now).Covers(lost));
        Assert.True(LedgerArithmetic.Settled(Plan with { LookBack = TimeSpan.FromDays(90) }, ledger, Now).IsEmpty);
        Assert.True(LedgerArithmetic.Settled(Plan, new Ledger(Coverage.None, [new UnavailableWindow(lost, "no_history_offered")]), Now).Covers(lost));
    }
}
