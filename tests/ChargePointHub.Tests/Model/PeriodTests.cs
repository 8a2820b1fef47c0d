using System.Globalization;
using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Model;

public sealed class PeriodTests
{
    [Theory]
    [InlineData("2026-11-20", PeriodUnit.Day)]
    [InlineData("2026-W47", PeriodUnit.Week)]
    [InlineData("2026-11", PeriodUnit.Month)]
    [InlineData("2026-Q4", PeriodUnit.Quarter)]
    [InlineData("2026", PeriodUnit.Year)]
    public void A_text_is_a_period_of_its_unit_and_its_days_are_that_period_again(string text, PeriodUnit unit)
    {
        var period = Period.Parse(text)!;

        Assert.Equal((unit, text), (period.Unit, period.ToString()));
        Assert.Equal(period, Period.Of(period.Window));
    }

    [Fact]
    public void Every_day_s_periods_are_found_again_by_their_first_and_last_day() => Prop.ForAll(
        Gen.Choose(0, 36_000).ToArbitrary(),
        days =>
        {
            var day = new DateOnly(2000, 1, 3).AddDays(days);
            var start = day.ToDateTime(TimeOnly.MinValue);
            return new[] { $"{day:yyyy-MM-dd}", $"{ISOWeek.GetYear(start)}-W{ISOWeek.GetWeekOfYear(start):00}", $"{day:yyyy-MM}", $"{day.Year}-Q{(day.Month + 2) / 3}", $"{day.Year}" }
                .All(text => Period.Parse(text) is not { } period
                    || (period.Window.Contains(LondonCalendar.Midnight(day)) && Period.Of(LondonCalendar.DayOf(period.Window.From), LondonCalendar.DayOf(period.Window.To.AddTicks(-1))) == period));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2026-07-01", "2026-09-29")]
    [InlineData("2026-07-02", "2026-09-30")]
    [InlineData("2026-04-01", "2026-09-30")]
    [InlineData("2026-07-07", "2026-07-13")]
    [InlineData("2026-09-30", "2026-07-01")]
    public void Other_days_are_no_whole_period(string first, string last) =>
        Assert.Null(Period.Of(DateOnly.Parse(first, CultureInfo.InvariantCulture), DateOnly.Parse(last, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("2026-09-30T22:59:59Z", "2026-Q2")]
    [InlineData("2026-09-30T23:00:00Z", "2026-Q3")]
    [InlineData("2026-05-31T12:00:00Z", "2026-Q1")]
    [InlineData("2027-01-01T00:00:00Z", "2026-Q4")]
    public void The_newest_quarter_is_the_last_that_was_over(string now, string quarter) =>
        Assert.Equal(quarter, Period.NewestQuarter(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)).Text);
}
