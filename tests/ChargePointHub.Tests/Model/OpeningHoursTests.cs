using System.Text.Json;
using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

/// <summary>Against what a clock in London shows, minute by minute.</summary>
public class OpeningHoursTests
{
    /// <summary>A Wednesday, 24 hours.</summary>
    private static readonly DateOnly Plain = new(2026, 11, 18);

    private static readonly DateOnly Spring = new(2026, 3, 29);
    private static readonly DateOnly Autumn = new(2026, 10, 25);

    [Fact]
    public void Open_at_all_hours_is_every_day_as_long_as_it_is()
    {
        foreach (var said in (string[])["""{"twentyfourseven":true}""", """{"twentyfourseven":"true","regular_hours":null,"exceptional_openings":[]}""", Regular(AllWeek("00:00", "24:00")), Regular(AllWeek("00:00", "23:59")), Regular(AllWeek("07:00", "07:00"))])
        {
            var hours = Read(said);

            Assert.True(hours.IsAlways);
            Assert.Equal(OpeningHours.Always, hours);
            Assert.Equal(OpeningHours.Always.GetHashCode(), hours.GetHashCode());
        }

        Assert.Equal([23, 24, 25], new[] { Spring, Plain, Autumn }.Select(d => OpeningHours.Always.Within(d).Total.TotalHours));
    }

    [Fact]
    public void Any_hours_are_open_when_a_clock_in_London_says_so() => ForAll(AnyWeek, week =>
    {
        var hours = Read(Regular(week));
        foreach (var day in (DateOnly[])[Plain, Spring, Autumn, Spring.AddDays(1), Autumn.AddDays(-1)])
        {
            var (window, open) = (LondonCalendar.Day(day), hours.Within(day));
            Assert.True(open.IsEmpty || Coverage.Of(window).Covers(new Window(open.Start!.Value, open.End!.Value)));
            for (var at = window.From; at < window.To; at = at.AddMinutes(15)) Assert.Equal(week.Any(p => p.Holds(LondonCalendar.ToLocal(at).DateTime)), open.Contains(at));
        }
    });

    [Fact]
    public void A_night_ends_on_the_next_day_also_from_Sunday_to_Monday()
    {
        var hours = Read(Regular([new(7, 22 * 60, 6 * 60)]));

        Assert.Equal([Between("2026-11-22T22:00Z", "2026-11-23T00:00Z")], hours.Within(new DateOnly(2026, 11, 22)));
        Assert.Equal([Between("2026-11-23T00:00Z", "2026-11-23T06:00Z")], hours.Within(new DateOnly(2026, 11, 23)));
        Assert.True(hours.Within(new DateOnly(2026, 11, 24)).IsEmpty);
    }

    [Fact]
    public void The_hour_that_is_left_out_is_never_open_and_the_one_shown_twice_is_both_times()
    {
        var hours = Read(Regular(AllWeek("01:30", "02:30")));

        Assert.Equal([Between("2026-03-29T01:00Z", "2026-03-29T01:30Z")], hours.Within(Spring));
        Assert.Equal([Between("2026-10-25T00:30Z", "2026-10-25T01:00Z"), Between("2026-10-25T01:30Z", "2026-10-25T02:30Z")], hours.Within(Autumn));
        Assert.True(Read(Regular(AllWeek("01:00", "02:00"))).Within(Spring).IsEmpty);
        Assert.Equal(TimeSpan.FromHours(2), Read(Regular(AllWeek("01:00", "02:00"))).Within(Autumn).Total);
    }

    [Fact]
    public void Exceptions_add_and_take_away_and_closings_win()
    {
        var hours = Read("""
            {"twentyfourseven":false,"regular_hours":[{"weekday":3,"period_begin":"08:00","period_end":"20:00"}],
             "exceptional_openings":[{"period_begin":"2026-11-18T19:00:00Z","period_end":"2026-11-18T22:00:00Z"}],
             "exceptional_closings":[{"period_begin":"2026-11-18T12:00:00+01:00","period_end":"2026-11-18T12:30:00"},{"period_begin":"2026-11-18T21:00:00Z","period_end":"2026-11-18T21:00:00Z"}]}
            """);

        Assert.Equal([Between("2026-11-18T08:00Z", "2026-11-18T11:00Z"), Between("2026-11-18T12:30Z", "2026-11-18T22:00Z")], hours.Within(Plain));
        Assert.Equal([Between("2026-11-25T08:00Z", "2026-11-25T20:00Z")], hours.Within(Plain.AddDays(7)));

        var closed = Read("""{"twentyfourseven":true,"exceptional_closings":[{"period_begin":"2026-11-18T03:00:00Z","period_end":"2026-11-18T05:00:00Z"}]}""");

        Assert.False(closed.IsAlways);
        Assert.NotEqual(OpeningHours.Always, closed);
        Assert.Equal(TimeSpan.FromHours(22), closed.Within(Plain).Total);
        Assert.Equal(TimeSpan.FromHours(24), closed.Within(Plain.AddDays(1)).Total);
    }

    [Fact]
    public void Hours_that_say_the_same_are_equal()
    {
        var one = Read(Regular([new(1, 8 * 60, 12 * 60), new(1, 12 * 60, 20 * 60)]));
        var other = Read("""{"regular_hours":[{"period_end":"20:00:00","period_begin":"08:00:00","weekday":"1"}],"twentyfourseven":false}""");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Read(Regular([new(1, 8 * 60, (20 * 60) + 1)])));
        Assert.NotEqual(one, Read(Regular([new(2, 8 * 60, 20 * 60)])));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"twentyfourseven":false}""")]
    [InlineData("""{"twentyfourseven":false,"regular_hours":[],"exceptional_closings":[{"period_begin":"2026-11-18T03:00:00Z","period_end":"2026-11-18T05:00:00Z"}]}""")]
    [InlineData("""{"twentyfourseven":1}""")]
    [InlineData("""{"twentyfourseven":"24/7"}""")]
    [InlineData("""{"regular_hours":"08:00-20:00"}""")]
    [InlineData("""{"regular_hours":["08:00-20:00"]}""")]
    [InlineData("""{"regular_hours":[{"weekday":0,"period_begin":"08:00","period_end":"20:00"}]}""")]
    [InlineData("""{"regular_hours":[{"weekday":1.5,"period_begin":"08:00","period_end":"20:00"}]}""")]
    [InlineData("""{"regular_hours":[{"weekday":1,"period_begin":"8:00","period_end":"20:00"}]}""")]
    [InlineData("""{"regular_hours":[{"weekday":1,"period_begin":"24:00","period_end":"20:00"}]}""")]
    [InlineData("""{"regular_hours":[{"weekday":1,"period_begin":"08:00","period_end":"25:00"}]}""")]
    [InlineData("""{"regular_hours":[{"weekday":1,"period_begin":"08:00","period_end":null},{"weekday":2,"period_begin":"08:00","period_end":"20:00"}]}""")]
    [InlineData("""{"twentyfourseven":true,"exceptional_closings":[{"period_begin":"Christmas","period_end":"2026-12-26T00:00:00Z"}]}""")]
    [InlineData("""{"twentyfourseven":true,"exceptional_closings":[{"period_begin":"2026-12-26T00:00:00Z","period_end":"2026-12-25T00:00:00Z"}]}""")]
    public void What_says_nothing_or_cannot_be_read_is_unknown(string said)
    {
        using var document = JsonDocument.Parse(said);

        Assert.Null(OpeningHours.Parse(document.RootElement));
    }

    [Fact]
    public void Hours_that_were_not_given_are_unknown() => Assert.Null(OpeningHours.Parse(null));

    [Fact]
    public void The_begin_of_a_period_may_be_a_minute_before_midnight() =>
        Assert.Equal([Between("2026-11-18T23:59Z", "2026-11-19T00:00Z")], Read(Regular([new(3, (23 * 60) + 59, 24 * 60)])).Within(Plain));

    private static readonly Arbitrary<RegularPeriod[]> AnyWeek = (
        from count in Gen.Choose(1, 6)
        from periods in (
            from weekday in Gen.Choose(1, 7)
            from begin in Gen.Choose(0, 95)
            from end in Gen.Choose(0, 96)
            select new RegularPeriod(weekday, begin * 15, end * 15)).ArrayOf(count)
        select periods).ToArbitrary();

    private static OpeningHours Read(string said)
    {
        using var document = JsonDocument.Parse(said);
        return OpeningHours.Parse(document.RootElement) ?? throw new InvalidOperationException($"Unknown: {said}");
    }

    private static IEnumerable<RegularPeriod> AllWeek(string begin, string end) => Enumerable.Range(1, 7).Select(d => new RegularPeriod(d, MinutesOf(begin), MinutesOf(end)));

    private static int MinutesOf(string clock) => (int.Parse(clock[..2], null) * 60) + int.Parse(clock[3..], null);

    private static string Regular(IEnumerable<RegularPeriod> periods) =>
        $$"""{"twentyfourseven":false,"regular_hours":[{{string.Join(",", periods.Select(p => $$"""{"weekday":{{p.Weekday}},"period_begin":"{{Clock(p.Begin)}}","period_end":"{{Clock(p.End)}}"}"""))}}]}""";

    private static string Clock(int minutes) => $"{minutes / 60:00}:{minutes % 60:00}";

    private static Window Between(string from, string to) => new(DateTimeOffset.Parse(from, null), DateTimeOffset.Parse(to, null));

    private sealed record RegularPeriod(int Weekday, int Begin, int End)
    {
        public bool Holds(DateTime local)
        {
            var (today, minute) = (((int)local.DayOfWeek + 6) % 7 + 1, (int)local.TimeOfDay.TotalMinutes);
            if (Begin < End) return today == Weekday && Begin <= minute && minute < End;
            return (today == Weekday && minute >= Begin) || (today == Weekday % 7 + 1 && minute < End);
        }
    }
}
