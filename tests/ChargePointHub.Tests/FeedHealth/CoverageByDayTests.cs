using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.FeedHealth;

namespace ChargePointHub.Tests.FeedHealth;

/// <summary>London days as they are: 23, 24 or 25 hours long, and judged for what is wanted of them alone.</summary>
public sealed class CoverageByDayTests
{
    private static readonly DateTimeOffset Now = new(2026, 10, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_day_of_25_hours_is_judged_by_25_hours()
    {
        // 25 October 2026: clocks go back at 01:00 UTC; the day begins at 23:00 UTC of the day before. Five of its hours are missing.
        var days = CoverageByDay.Of(Judged(earliest: Utc(10, 24, 12), new Window(Utc(10, 24, 12), Utc(10, 25, 5)), new Window(Utc(10, 25, 10), Now)), Now);

        Assert.Equal(90, days.Count);
        Assert.Equal((new DateOnly(2026, 7, 30), new DateOnly(2026, 10, 27)), (days[0].Day, days[^1].Day));
        Assert.Equal(
            [(23, 24, (decimal?)null), (24, 24, 100m), (25, 25, 80m), (26, 24, 100m), (27, 24, 100m)],
            days.Skip(85).Select(d => (d.Day.Day, d.Hours, d.CoveredPercent)));
    }

    [Fact]
    public void A_day_of_23_hours_is_judged_by_23_hours()
    {
        var now = new DateTimeOffset(2026, 3, 30, 12, 0, 0, TimeSpan.Zero);
        var springDay = LondonCalendar.Day(new DateOnly(2026, 3, 29));

        var day = CoverageByDay.Of(Judged(springDay.From.AddDays(-1), new Window(springDay.From, springDay.From.AddHours(11.5))), now)[^2];

        Assert.Equal((23, 50m), (day.Hours, day.CoveredPercent));
    }

    [Fact]
    public void What_has_not_settled_counts_against_nobody_and_almost_all_is_not_all()
    {
        var days = CoverageByDay.Of(Judged(Utc(10, 26, 0), new Window(Utc(10, 26, 0), Utc(10, 26, 23).AddMilliseconds(-1)), new Window(Utc(10, 26, 23), Utc(10, 27, 11).AddMinutes(45))), Now);

        Assert.Equal([99.9m, 100m], days.TakeLast(2).Select(d => d.CoveredPercent));
    }

    private static DateTimeOffset Utc(int month, int day, int hour) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);

    private static JudgedOperator Judged(DateTimeOffset earliest, params Window[] covered) => new(
        "alpha", new ListedDataset { Dataset = Dataset.StatusChanges, Axis = WindowAxis.At, Earliest = earliest, Protocol = "loti-v1" }, Coverage.Of(covered), []);
}
