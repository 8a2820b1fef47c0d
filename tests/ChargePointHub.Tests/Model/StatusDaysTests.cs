using System.Text.Json;
using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

/// <summary>Against what is known of each single quarter of an hour; three London days about each change of the clocks.</summary>
public class StatusDaysTests
{
    private static readonly DateOnly[] Firsts = [new(2026, 3, 28), new(2026, 10, 24)];

    private static readonly OpeningHours Shop = OpeningHours.Parse(JsonDocument.Parse(
        """{"regular_hours":[{"weekday":6,"period_begin":"07:00","period_end":"01:30"},{"weekday":7,"period_begin":"08:00","period_end":"22:15"},{"weekday":1,"period_begin":"00:00","period_end":"06:00"}]}""").RootElement)!;

    [Fact]
    public void Each_quarter_of_an_hour_is_in_the_status_that_is_known_then() => ForAll(AnyCase, given =>
    {
        var (changes, sight, hours, until, first) = (given.Changes, given.Sight, given.Hours, given.At(given.Until), given.First);
        var days = new StatusDays(first, first.AddDays(2));
        var (times, lengths) = (days.Of(changes, sight, hours, until), days.Lengths(hours, until));
        for (var i = 0; i < 3; i++)
        {
            var (day, open) = (LondonCalendar.Day(first.AddDays(i)), (hours ?? OpeningHours.Always).Within(first.AddDays(i)));
            var (expected, opened, closed) = (default(StatusMicroseconds), 0L, 0L);
            for (var at = day.From; at < day.To && at < until; at = at.AddMinutes(15))
            {
                if (!open.Contains(at)) closed += Quarter;
                else
                {
                    opened += Quarter;
                    if (given.Known(at) is { } status) expected += StatusMicroseconds.Of(status, Quarter);
                }
            }

            Assert.Equal(expected, times[i]);
            Assert.Equal((opened, closed), lengths[i]);
        }
    });

    [Fact]
    public void A_gap_hides_a_change_until_the_next_one_and_between_crawls_what_was_seen_holds_again()
    {
        var day = LondonCalendar.Day(new DateOnly(2026, 11, 18));
        var seen = Coverage.Of(day).Subtract(new Window(day.From.AddHours(10), day.From.AddHours(11)));
        StatusFrom[] changes = [new(day.From, Status.Available), new(day.From.AddHours(15), Status.OutOfOrder)];
        var days = new StatusDays(new DateOnly(2026, 11, 18), new DateOnly(2026, 11, 18));

        Assert.Equal(Hours(available: 10, outOfOrder: 9), days.Of(changes, new StatusSight(seen, Coverage.None, reports: true), null, day.To)[0]);
        Assert.Equal(Hours(available: 14, outOfOrder: 9), days.Of(changes, new StatusSight(Coverage.None, seen, reports: false), null, day.To)[0]);
        Assert.Equal(default, days.Of(changes, new StatusSight(Coverage.None, seen, reports: true), null, day.To)[0]);
        Assert.Equal(default, days.Of([], new StatusSight(seen, seen, reports: true), null, day.To)[0]);
    }

    [Fact]
    public void What_a_crawl_saw_after_a_gap_is_known_from_when_it_was_so_and_no_earlier_than_reports_go_on()
    {
        var day = LondonCalendar.Day(new DateOnly(2026, 11, 18));
        var seen = Coverage.Of(day).Subtract(new Window(day.From.AddHours(10), day.From.AddHours(11)));
        var days = new StatusDays(new DateOnly(2026, 11, 18), new DateOnly(2026, 11, 18));
        var sight = new StatusSight(seen, Coverage.None, reports: true);

        StatusMicroseconds With(params StatusFrom[] more) => days.Of([new(day.From, Status.Available), .. more, new(day.From.AddHours(15), Status.OutOfOrder)], sight, null, day.To)[0];

        Assert.Equal(Hours(available: 14, outOfOrder: 9), With(new StatusFrom(day.From, Status.Available, day.From.AddHours(13))));
        Assert.Equal(Hours(available: 12, outOfOrder: 9), With(new StatusFrom(day.From.AddHours(13), Status.Available, day.From.AddHours(13))));
        Assert.Equal(Hours(available: 10, charging: 3, outOfOrder: 9), With(new StatusFrom(day.From.AddHours(12), Status.Charging, day.From.AddHours(13))));

        // What began in the gap and was seen in it is known of no later time; and where a change is known nothing that was seen counts.
        Assert.Equal(Hours(available: 10, outOfOrder: 9), With(new StatusFrom(day.From.AddHours(10.25), Status.Charging, day.From.AddHours(10.5))));
        Assert.Equal(Hours(available: 10, outOfOrder: 9), With(new StatusFrom(day.From.AddHours(2), Status.Charging, day.From.AddHours(3))));
        Assert.Equal(Hours(available: 10, outOfOrder: 9), With(new StatusFrom(day.From.AddHours(16), Status.Charging, day.From.AddHours(17))));
    }

    [Fact]
    public void An_operator_that_comes_to_report_or_no_longer_does_is_seen_by_crawls_before_and_after()
    {
        var day = LondonCalendar.Day(new DateOnly(2026, 11, 18));
        var (events, crawls) = (Coverage.Of(new Window(day.From.AddHours(6), day.From.AddHours(18))), Coverage.Of(day));
        StatusFrom[] changes = [new(day.From, Status.Available), new(day.From.AddHours(8), Status.Charging)];
        var days = new StatusDays(new DateOnly(2026, 11, 18), new DateOnly(2026, 11, 18));

        Assert.Equal(Hours(available: 6, charging: 10), days.Of(changes, new StatusSight(events, crawls, reports: true), null, day.To)[0]);
        Assert.Equal(Hours(available: 6, charging: 16), days.Of(changes, new StatusSight(events, crawls, reports: false), null, day.To)[0]);
    }

    [Fact]
    public void Of_changes_at_one_instant_the_last_counts_and_MISSING_is_no_status()
    {
        var day = LondonCalendar.Day(new DateOnly(2026, 11, 18));
        StatusFrom[] changes =
            [new(day.From.AddDays(-40), Status.Available), new(day.From.AddHours(1), Status.Blocked), new(day.From.AddHours(1), Status.Unknown), new(day.From.AddHours(2), Status.Missing), new(day.From.AddHours(23), Status.Removed)];

        var times = new StatusDays(new DateOnly(2026, 11, 18), new DateOnly(2026, 11, 18)).Of(changes, new StatusSight(Coverage.Of(new Window(day.From.AddDays(-50), day.To)), Coverage.None, reports: true), null, day.To)[0];

        Assert.Equal(default(StatusMicroseconds) with { Available = 4 * Quarter, Unknown = 4 * Quarter, Removed = 4 * Quarter }, times);
    }

    [Fact]
    public void The_worked_example_of_the_reporting_guidance()
    {
        var minutes = new StatusMicroseconds(
            Available: 300_000, Charging: 170_000, Reserved: 600, Inoperative: 2_000, OutOfOrder: 3_000, Unknown: 20_000, Blocked: 30_000, Planned: 99_999, Removed: 88_888);

        Assert.Equal(525_600 - 5_000 - 50_000, minutes.Available + minutes.Charging + minutes.Reserved);
        Assert.Equal(new Reliability(99.049m, 98.949m), Reliability.Of(minutes));
    }

    [Fact]
    public void What_counts_in_neither_formula_is_no_figure()
    {
        Assert.Equal(new Reliability(null, null), Reliability.Of(new StatusMicroseconds { Planned = 10, Removed = 10 }));
        Assert.Equal(new Reliability(100, null), Reliability.Of(new StatusMicroseconds { Unknown = 10, Blocked = 10 }));
        Assert.Equal(new Reliability(0, 0), Reliability.Of(new StatusMicroseconds { Inoperative = 10 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => StatusMicroseconds.Of(Status.Missing, 1));
        Assert.Equal(9, Enum.GetValues<Status>().Where(s => s != Status.Missing).Sum(s => StatusMicroseconds.Of(s, 1).Total));
    }

    private const long Quarter = 15 * 60_000_000L;

    private static readonly Arbitrary<Case> AnyCase = (
        from first in Gen.Elements(Firsts)
        from hours in Gen.Elements(null, OpeningHours.Always, Shop)
        from count in Gen.Choose(0, 12)
        from changes in (
            from at in Gen.Choose(-20, 300)
            from status in Gen.Elements(Enum.GetValues<Status>())
            from seenAfter in Gen.Frequency((3, Gen.Constant(-1)), (1, Gen.Choose(0, 90)))
            select (at, status, seenAfter)).ArrayOf(count)
        from events in Windows()
        from crawls in Windows()
        from reports in Gen.Elements(true, false)
        from until in Gen.Choose(0, 300)
        select new Case(first, hours, [.. changes.OrderBy(c => c.at)], events, crawls, reports, until)).ToArbitrary();

    private static Gen<(int From, int To)[]> Windows() =>
        from count in Gen.Choose(0, 4)
        from windows in (
            from start in Gen.Choose(-40, 290)
            from length in Gen.Choose(1, 150)
            select (start, start + length)).ArrayOf(count)
        select windows;

    private static StatusMicroseconds Hours(int available = 0, int charging = 0, int outOfOrder = 0) =>
        new StatusMicroseconds { Available = available * 4 * Quarter, Charging = charging * 4 * Quarter, OutOfOrder = outOfOrder * 4 * Quarter };

    /// <summary>Places are quarters of an hour after the first day's midnight.</summary>
    private sealed record Case(
        DateOnly First, OpeningHours? Hours, (int At, Status Status, int SeenAfter)[] Marks, (int From, int To)[] Events, (int From, int To)[] Crawls, bool Reports, int Until)
    {
        public StatusFrom[] Changes => [.. Marks.Where(m => !IsSighting(m) || m.Status != Status.Missing).Select(m => new StatusFrom(At(m.At), m.Status, IsSighting(m) ? At(m.At + m.SeenAfter) : null))];

        public StatusSight Sight => new(Of(Events), Of(Crawls), Reports);

        public DateTimeOffset At(int quarter) => LondonCalendar.Midnight(First).AddMinutes(15 * quarter);

        /// <summary>Null: MISSING. Walks through the quarters: time that is not covered forgets, a change tells, and what was seen tells where nothing is known.</summary>
        public Status? Known(DateTimeOffset instant)
        {
            var (from, to) = (Events.Length > 0 ? Events.Min(w => w.From) : Reports ? int.MinValue : int.MaxValue, Reports || Events.Length == 0 ? int.MaxValue : Events.Max(w => w.To));
            var (asked, state, last) = ((int)((instant - At(0)).TotalMinutes / 15), (Status?)null, (Status?)null);
            for (var at = -60; at <= asked; at++)
            {
                if (!IsCovered(at)) state = null;
                foreach (var change in Marks.Where(m => !IsSighting(m) && m.At == at))
                {
                    last = change.Status == Status.Missing ? null : change.Status;
                    state = IsCovered(at) ? last : null;
                }

                if (at < from || at >= to) continue;
                foreach (var seen in Marks.Where(m => IsSighting(m) && m.Status != Status.Missing && state is null && IsPlace(m, at))) last = state = seen.Status;
            }

            return asked >= from && asked < to ? state : Crawls.Any(w => w.From <= asked && asked < w.To) ? last : null;
        }

        private static bool IsSighting((int At, Status Status, int SeenAfter) mark) => mark.SeenAfter >= 0;

        private bool IsCovered(int quarter) => Events.Any(w => w.From <= quarter && quarter < w.To);

        /// <summary>Reports come then, and either it is so since then or they begin, no later than it was seen.</summary>
        private bool IsPlace((int At, Status Status, int SeenAfter) mark, int quarter) =>
            IsCovered(quarter) && (mark.At == quarter || (mark.At < quarter && quarter <= mark.At + mark.SeenAfter && !IsCovered(quarter - 1)));

        private Coverage Of((int From, int To)[] windows) => Coverage.Of(windows.Select(w => new Window(At(w.From), At(w.To))));
    }
}
