using ChargePointHub.Model;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

/// <summary>Against the rule itself: clocks change at 01:00 UTC on the last Sundays of March and October.</summary>
public class LondonCalendarTests
{
    private static readonly DateOnly First = new(2015, 1, 1);
    private static readonly DateOnly Last = new(2040, 12, 31);

    [Fact]
    public void Every_day_from_2015_to_2040_has_23_24_or_25_hours_by_the_rule_and_follows_the_day_before()
    {
        var before = LondonCalendar.Day(First.AddDays(-1));
        for (var day = First; day <= Last; day = day.AddDays(1))
        {
            var window = LondonCalendar.Day(day);
            var hours = day == LastSunday(day.Year, 3) ? 23 : day == LastSunday(day.Year, 10) ? 25 : 24;

            Assert.Equal(TimeSpan.FromHours(hours), window.Length);
            Assert.Equal(before.To, window.From);
            Assert.Equal(day, LondonCalendar.DayOf(window.From));
            Assert.Equal(day, LondonCalendar.DayOf(window.To.AddTicks(-1)));
            before = window;
        }
    }

    [Fact]
    public void Days_tile_months_months_tile_quarters_and_quarters_tile_years()
    {
        for (var year = First.Year; year <= Last.Year; year++)
        {
            for (var month = 1; month <= 12; month++)
            {
                var days = Enumerable.Range(1, DateTime.DaysInMonth(year, month)).Select(day => new DateOnly(year, month, day)).ToList();
                Assert.Equal([LondonCalendar.Month(year, month)], Coverage.Of(days.Select(LondonCalendar.Day)));
                Assert.Equal(LondonCalendar.Month(year, month), LondonCalendar.Days(days[0], days[^1]));
            }

            var quarters = Enumerable.Range(1, 4).ToList();
            Assert.All(quarters, quarter => Assert.Equal(
                [LondonCalendar.Quarter(year, quarter)],
                Coverage.Of(Enumerable.Range((quarter * 3) - 2, 3).Select(month => LondonCalendar.Month(year, month)))));
            Assert.Equal([LondonCalendar.Year(year)], Coverage.Of(quarters.Select(quarter => LondonCalendar.Quarter(year, quarter))));
        }
    }

    [Fact]
    public void An_instant_is_in_the_day_that_it_is_said_to_be_in() => ForAll(AnyInstant, instant =>
    {
        Assert.True(LondonCalendar.Day(LondonCalendar.DayOf(instant)).Contains(instant));
        Assert.Equal(instant, LondonCalendar.ToLocal(instant));
        Assert.Equal(Offset(instant), LondonCalendar.ToLocal(instant).Offset);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void There_are_four_quarters(int quarter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LondonCalendar.Quarter(2026, quarter));

    [Theory]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")]
    [InlineData("2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z")]
    [InlineData("2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z")]
    [InlineData("2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("2026-07", "2026-06-30T23:00:00Z", "2026-07-31T23:00:00Z")]
    [InlineData("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("2026-Q1", "2026-01-01T00:00:00Z", "2026-03-31T23:00:00Z")]
    [InlineData("2026-Q4", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("2026-W13", "2026-03-23T00:00:00Z", "2026-03-29T23:00:00Z")]
    [InlineData("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")]
    [InlineData("2000", "2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z")]
    [InlineData("2099-12-31", "2099-12-31T00:00:00Z", "2100-01-01T00:00:00Z")]
    public void A_period_is_understood(string text, string from, string to)
    {
        Assert.True(LondonCalendar.TryParsePeriod(text, out var window));
        Assert.Equal(new Window(Instant(from), Instant(to)), window);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" 2026")]
    [InlineData("2026 ")]
    [InlineData("26")]
    [InlineData("1999")]
    [InlineData("2100")]
    [InlineData("20261")]
    [InlineData("-2026")]
    [InlineData("+202")]
    [InlineData("٢٠٢٦")]
    [InlineData("2026-0")]
    [InlineData("2026-1")]
    [InlineData("2026-00")]
    [InlineData("2026-13")]
    [InlineData("2026-1 ")]
    [InlineData("2026--1")]
    [InlineData("2026-+1")]
    [InlineData("1999-12")]
    [InlineData("2100-01")]
    [InlineData("2026-Q0")]
    [InlineData("2026-Q5")]
    [InlineData("2026-q4")]
    [InlineData("2026Q4")]
    [InlineData("2026-Q")]
    [InlineData("2026-Q44")]
    [InlineData("1999-Q4")]
    [InlineData("2026-02-29")]
    [InlineData("2026-11-31")]
    [InlineData("2026-11-00")]
    [InlineData("2026-1-05")]
    [InlineData("2026-11-5")]
    [InlineData("2026/11/20")]
    [InlineData("20261120")]
    [InlineData("20-11-2026")]
    [InlineData("1999-12-31")]
    [InlineData("2100-01-01")]
    [InlineData("2026-W00")]
    [InlineData("2025-W53")]
    [InlineData("2026-W54")]
    [InlineData("2026-w47")]
    [InlineData("2026-W7")]
    [InlineData("2026W47")]
    [InlineData("1999-W47")]
    [InlineData("2026-11-20T00:00:00Z")]
    [InlineData("2026-11-20 ")]
    public void Anything_else_is_no_period(string? text)
    {
        Assert.False(LondonCalendar.TryParsePeriod(text, out var window));
        Assert.Null(window);
        Assert.False(LondonCalendar.TryParseDay(text, out _));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static TimeSpan Offset(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        var summer = utc >= LastSunday(utc.Year, 3).ToDateTime(new TimeOnly(1, 0)) && utc < LastSunday(utc.Year, 10).ToDateTime(new TimeOnly(1, 0));
        return TimeSpan.FromHours(summer ? 1 : 0);
    }

    private static DateOnly LastSunday(int year, int month)
    {
        var last = new DateOnly(year, month, 31);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
