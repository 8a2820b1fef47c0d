using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public class ChargePointLifeTests
{
    private static readonly DateOnly First = new(2026, 3, 10);
    private static readonly DateOnly Last = new(2026, 3, 29);

    [Fact]
    public void It_counts_from_its_first_day_through_its_last()
    {
        var life = ChargePointLife.Of(First, Last, removedSince: null);

        Assert.Equal([false, true, true, false], new[] { First.AddDays(-1), First, Last, Last.AddDays(1) }.Select(life.Counts));
        Assert.Equal((First, new DateOnly(2026, 3, 20)), life.Within(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 20)));
        Assert.Equal(20, life.DaysWithin(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)));
        Assert.Null(life.Within(Last.AddDays(1), Last.AddDays(5)));
        Assert.Equal(0, life.DaysWithin(Last.AddDays(1), Last.AddDays(5)));
        Assert.Equal(LondonCalendar.Days(First, Last), life.Within(LondonCalendar.Year(2026)));
        Assert.Null(life.Within(LondonCalendar.Day(Last.AddDays(1))));
        Assert.Equal(LondonCalendar.Day(Last), life.Within(LondonCalendar.Day(Last)));
    }

    [Fact]
    public void What_is_not_known_is_no_bound()
    {
        var life = ChargePointLife.Of(null, null, null);

        Assert.True(life.Counts(DateOnly.MinValue) && life.Counts(DateOnly.MaxValue));
        Assert.Equal(LondonCalendar.Year(2026), life.Within(LondonCalendar.Year(2026)));
    }

    [Fact]
    public void What_was_removed_counts_through_that_London_day_and_what_is_stated_goes_before_what_was_seen()
    {
        var removed = new DateTimeOffset(2026, 7, 1, 23, 30, 0, TimeSpan.Zero);

        Assert.Equal(new DateOnly(2026, 7, 2), ChargePointLife.Of(null, null, removed).Last);
        Assert.Equal(Last, ChargePointLife.Of(null, Last, removed).Last);
    }

    [Fact]
    public void What_left_before_it_came_never_counts()
    {
        var life = ChargePointLife.Of(Last, First, null);

        Assert.False(life.Counts(First) || life.Counts(Last));
        Assert.Equal(0, life.DaysWithin(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)));
        Assert.Null(life.Within(LondonCalendar.Year(2026)));
    }
}
