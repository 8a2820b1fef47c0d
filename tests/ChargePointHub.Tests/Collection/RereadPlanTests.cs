using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.Tests.Collection;

public sealed class RereadPlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DatasetPlan Plan = new() { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.PlugInAt, LongestWindow = TimeSpan.FromDays(2) };

    private static readonly Coverage Everything = Coverage.Of(new Window(Start.AddYears(-3), Start.AddYears(3)));

    private static readonly RunResult Fine = new(null, 1, 1);

    [Fact]
    public void Over_a_year_each_round_is_read_once_in_its_time_and_whole()
    {
        var read = Run(Start, 364, restarts: false);

        Assert.Equal([(7, 364), (35, 52), (400, 4)], read.GroupBy(r => r.Days).Select(g => (g.Key, g.Count(r => r.Window is null))).Order());
        Assert.All(read.Where(r => r.Window is null), r => Assert.Equal(r.WhenDone.BeganAt.AddDays(-r.Days), r.WhenDone.DownTo));
        var quarter = read.Where(r => r.Days == 400 && r.Window is not null).Take(200).Select(r => r.Window!.Value).ToList();
        Assert.Equal(quarter.OrderByDescending(w => w.From), quarter);
        Assert.Equal(quarter[0].To.AddDays(-400), Coverage.Of(quarter).Single().From, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_restart_at_every_window_repeats_none()
    {
        var unbroken = Run(Start, 100, restarts: false).Select(r => r.Window);

        Assert.Equal(unbroken, Run(Start, 100, restarts: true).Select(r => r.Window));
    }

    [Fact]
    public void Hours_are_spread_by_operator_and_lie_in_the_night()
    {
        var hours = Enumerable.Range(0, 50).Select(i =>
        {
            var plan = new RereadPlan($"operator-{i}", Plan);
            plan.Begin([], Start);
            return plan.NextDue(Start);
        }).ToList();

        Assert.True(hours.Distinct().Count() > 35, $"{hours.Distinct().Count()} different");
        Assert.All(hours, h => Assert.InRange(h.Hour, 1, 4));
    }

    [Fact]
    public void A_window_that_keeps_failing_is_left_out_after_three_trials()
    {
        var plan = new RereadPlan("example", Plan);
        plan.Begin([], Start);
        var failed = new RunResult(new FeedFailure(FailureKind.ServerError, "Down.", "https://operator.example/"), 0, 0);
        var now = plan.NextDue(Start);
        var first = plan.Next(Everything, now)!;
        for (var trial = 0; trial < 2; trial++)
        {
            Assert.Null(plan.Ended(first, failed, now));
            Assert.Null(plan.Next(Everything, now));
            Assert.Equal(first.Window, plan.Next(Everything, now += Plan.Cadence)!.Window);
        }

        Assert.Equal(first.WhenDone, plan.Ended(first, failed, now));
        Assert.Equal(first.Window!.Value.From, plan.Next(Everything, now + Plan.Cadence)!.Window!.Value.To);
    }

    [Fact]
    public void An_axis_that_moves_with_corrections_and_time_that_is_not_here_are_not_read_again()
    {
        var late = new RereadPlan("example", Plan with { Axis = WindowAxis.LastUpdated });
        Assert.Empty(late.Begin([], Start));
        Assert.Null(late.Next(Everything, Start.AddDays(2)));

        var plan = new RereadPlan("example", Plan);
        plan.Begin([], Start);
        var now = plan.NextDue(Start);
        Assert.Equal(new Window(now.AddDays(-3), now.AddDays(-2)), plan.Next(Coverage.Of(new Window(now.AddDays(-3), now.AddDays(-2))), now)!.Window);
    }

    [Fact]
    public void A_round_that_a_clock_began_while_it_ran_ahead_holds_up_no_other()
    {
        var plan = new RereadPlan("example", Plan);
        var ahead = Start.AddYears(1);
        Assert.Empty(plan.Begin([.. new[] { 7, 35, 400 }.Select(d => new RereadProgress(Plan.Dataset, d, ahead, ahead.AddDays(-d)))], Start));
        var failing = plan.Next(Everything, ahead.AddDays(2))!;
        plan.Ended(failing, new RunResult(new FeedFailure(FailureKind.ServerError, "Down.", "https://operator.example/"), 0, 0), ahead.AddDays(2));

        Assert.Equal(Start, plan.NextDue(Start));
        var read = plan.Next(Everything, Start)!;
        Assert.Equal((7, Start), (read.Days, read.Window!.Value.To));
    }

    private static List<RereadWindow> Run(DateTimeOffset start, int days, bool restarts)
    {
        var plan = new RereadPlan("example", Plan);
        var kept = plan.Begin([], start).ToDictionary(p => p.Days);
        var read = new List<RereadWindow>();
        for (var now = start; now < start.AddDays(days);)
        {
            if (restarts)
            {
                plan = new RereadPlan("example", Plan);
                Assert.Empty(plan.Begin([.. kept.Values], now));
            }

            if (plan.Next(Everything, now) is not { } next)
            {
                now = plan.NextDue(now);
                continue;
            }

            read.Add(next);
            kept[next.Days] = next.Window is null ? next.WhenDone : plan.Ended(next, Fine, now)!;
        }

        return read;
    }
}
