using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Findings;

namespace ChargePointHub.Tests.Findings;

public sealed class FindingCheckTests
{
    private static readonly DateTimeOffset Now = At("2026-11-24T12:00Z");
    private static readonly Window Usual = FindingCheck.UsualWindow(Now);
    private static readonly Window Lately = new(At("2026-09-01T00:00Z"), Now.AddMinutes(-15));

    [Theory]
    [InlineData("2026-11-24T12:00Z", "2026-10-18T23:00Z", "2026-11-24T00:00Z")]
    [InlineData("2026-11-23T00:00Z", "2026-10-18T23:00Z", "2026-11-23T00:00Z")]
    [InlineData("2026-07-06T12:00Z", "2026-05-31T23:00Z", "2026-07-05T23:00Z")]
    public void The_usual_window_is_five_weeks_and_the_days_of_this_one_that_are_over(string now, string from, string to) =>
        Assert.Equal(new Window(At(from), At(to)), FindingCheck.UsualWindow(At(now)));

    [Theory]
    [InlineData("2026-11-24T03:29Z", "2026-11-23T03:30Z")]
    [InlineData("2026-11-24T03:30Z", "2026-11-24T03:30Z")]
    [InlineData("2026-07-06T02:30Z", "2026-07-06T02:30Z")]
    [InlineData("2026-07-06T02:29Z", "2026-07-05T02:30Z")]
    [InlineData("2026-10-25T03:29Z", "2026-10-24T02:30Z")]
    [InlineData("2026-03-29T02:30Z", "2026-03-29T02:30Z")]
    public void A_night_is_due_at_half_past_three_in_London(string now, string due) => Assert.Equal(At(due), FindingRounds.NightBefore(At(now)));

    [Fact]
    public void With_everything_here_all_is_judged_but_what_has_not_had_its_time()
    {
        var check = FindingCheck.WhatToCheck("alpha", Usual, Now, Of(Dataset.ChargingSessions, Lately), Of(Dataset.StatusChanges, Lately));

        Assert.Equal(Coverage.Of(Usual), check.JudgedBy(DatasetRule.SessionsOverlap));
        Assert.Equal(Coverage.Of(Usual), check.JudgedBy(DatasetRule.SessionNotOccupied));
        Assert.Equal(Coverage.Of(new Window(Usual.From, Now - DatasetRule.Patience)), check.JudgedBy(DatasetRule.OccupiedWithoutSession));
        Assert.Equal(new Window(At("2026-10-25T00:00Z"), At("2026-11-24T00:00Z")), check.Silence);
        Assert.Equal(["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"], check.SessionWeeks.Select(w => $"{LondonCalendar.DayOf(w.From):yyyy-MM-dd}"));
        Assert.Equal(check.SessionWeeks, check.StatusWeeks);
    }

    [Fact]
    public void A_gap_of_either_leaves_out_what_needs_it_and_on_the_axis_of_changes_the_week_before_too()
    {
        var gap = Coverage.Of(Lately).Subtract(new Window(At("2026-11-04T10:00Z"), At("2026-11-04T11:00Z")));
        var check = FindingCheck.WhatToCheck("alpha", Usual, Now, Of(Dataset.ChargingSessions, [.. gap], WindowAxis.LastUpdated), Of(Dataset.StatusChanges, [.. gap]));

        Assert.False(check.Sessions.Contains(At("2026-10-28T11:00Z")));
        Assert.True(check.Sessions.Contains(At("2026-11-04T11:00Z")) && check.Sessions.Contains(At("2026-10-28T09:59Z")));
        Assert.False(check.JudgedBy(DatasetRule.SessionNotOccupied)!.Contains(At("2026-11-04T10:30Z")));
        Assert.True(check.JudgedBy(DatasetRule.SessionNotOccupied)!.Contains(At("2026-11-04T09:59Z")));
        Assert.Null(check.Silence);
        Assert.Equal(["2026-10-19", "2026-11-09", "2026-11-16"], check.SessionWeeks.Select(w => $"{LondonCalendar.DayOf(w.From):yyyy-MM-dd}"));
        Assert.Equal(4, check.StatusWeeks.Count);
    }

    [Fact]
    public void Statuses_that_only_crawls_see_contradict_nobody_and_what_is_long_gone_is_not_silent_now()
    {
        var crawled = Of(Dataset.StatusChanges, Lately) with { Plan = new ListedDataset { Dataset = Dataset.StatusChanges, Protocol = "ocpi-2.2.1", CarriedBy = Dataset.ChargePoints } };
        var check = FindingCheck.WhatToCheck("alpha", Usual, Now, Of(Dataset.ChargingSessions, Lately), crawled);
        Assert.Empty(check.JudgedBy(DatasetRule.SessionNotOccupied)!);
        Assert.Empty(check.JudgedBy(DatasetRule.OccupiedWithoutSession)!);
        Assert.NotNull(check.Silence);
        Assert.Equal(5, check.StatusWeeks.Count);

        var october = FindingCheck.WhatToCheck("alpha", LondonCalendar.Month(2026, 10), Now, Of(Dataset.ChargingSessions, Lately), Of(Dataset.StatusChanges, Lately));
        Assert.Equal((Coverage.None, null), (october.JudgedBy(DatasetRule.ChargePointSilent), october.Silence));
        Assert.Null(FindingCheck.WhatToCheck("alpha", Usual, Now, new JudgedOperator("alpha", null, Coverage.None, []), crawled).Silence);
    }

    private static JudgedOperator Of(Dataset dataset, Window covered) => Of(dataset, [covered], dataset == Dataset.StatusChanges ? WindowAxis.At : WindowAxis.PlugInAt);

    private static JudgedOperator Of(Dataset dataset, Window[] covered, WindowAxis axis = WindowAxis.At) =>
        new("alpha", new ListedDataset { Dataset = dataset, Protocol = "loti-v1", Axis = axis }, Coverage.Of(covered), []);

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
}
