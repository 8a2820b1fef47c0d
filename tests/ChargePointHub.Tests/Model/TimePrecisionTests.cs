using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public sealed class TimePrecisionTests
{
    private static readonly TimePrecision[] Units = [TimePrecision.QuarterHour, TimePrecision.Hour, TimePrecision.Day];

    [Theory]
    [InlineData(TimePrecision.QuarterHour, "2026-07-01T09:44:59.999Z", "2026-07-01T09:30:00.000Z", "2026-07-01T09:45:00.000Z")]
    [InlineData(TimePrecision.QuarterHour, "2026-07-01T09:45:00.000Z", "2026-07-01T09:45:00.000Z", "2026-07-01T10:00:00.000Z")]
    [InlineData(TimePrecision.Hour, "2026-07-01T09:44:59.999Z", "2026-07-01T09:00:00.000Z", "2026-07-01T10:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-07-01T23:00:00.000Z", "2026-07-01T23:00:00.000Z", "2026-07-02T23:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-11-20T23:59:59.999Z", "2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-03-29T12:00:00.000Z", "2026-03-29T00:00:00.000Z", "2026-03-29T23:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-10-25T12:00:00.000Z", "2026-10-24T23:00:00.000Z", "2026-10-26T00:00:00.000Z")]
    public void A_time_is_cut_to_the_beginning_of_its_unit(TimePrecision precision, string at, string cut, string next)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal((cut, next), (Instants.Format(precision.Cut(instant)), Instants.Format(precision.Next(instant))));
        Assert.Equal(instant, TimePrecision.Exact.Cut(instant));
    }

    [Fact]
    public void Every_instant_lies_in_one_unit_and_units_consist_of_finer_ones() => Given.ForAll(Given.AnyInstant, instant =>
    {
        foreach (var unit in Units)
        {
            var (from, to) = (unit.Cut(instant), unit.Next(instant));
            Assert.True(from <= instant && instant < to);
            Assert.Equal((from, to, to), (unit.Cut(from), unit.Cut(to), unit.Next(from)));
            Assert.All(Units.Where(finer => finer < unit), finer => Assert.Equal((from, to), (finer.Cut(from), finer.Cut(to))));
        }
    });

    [Theory]
    [InlineData(TimePrecision.Exact, "2026-11-20T12:34:56.000Z", "2026-11-19T12:34:56.000Z", "2026-11-20T12:34:56.000Z")]
    [InlineData(TimePrecision.Hour, "2026-11-20T12:34:56.000Z", "2026-11-19T12:00:00.000Z", "2026-11-20T12:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-11-20T12:34:56.000Z", "2026-11-19T00:00:00.000Z", "2026-11-20T00:00:00.000Z")]
    [InlineData(TimePrecision.Day, "2026-03-30T12:00:00.000Z", "2026-03-29T00:00:00.000Z", "2026-03-29T23:00:00.000Z")]
    public void The_newest_day_consists_of_whole_units(TimePrecision precision, string now, string from, string to)
    {
        var day = precision.NewestDay(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal((from, to), (Instants.Format(day.From), Instants.Format(day.To)));
    }
}
