using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ChargePointHub.Model;

/// <summary>
/// The only place where civil time meets instants. A bare date, week, month, quarter or year is Europe/London; its window runs
/// from local midnight to local midnight, so that a day has 23, 24 or 25 hours.
/// </summary>
public static class LondonCalendar
{
    public static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public static Window Day(DateOnly day) => new(Midnight(day), Midnight(day.AddDays(1)));

    /// <summary>From the first day's midnight to the midnight after the last day (both days inclusive).</summary>
    public static Window Days(DateOnly first, DateOnly last) => new(Midnight(first), Midnight(last.AddDays(1)));

    /// <summary>From Monday on, numbered by ISO 8601.</summary>
    /// <param name="week">1 to the year's last: 52 or 53.</param>
    public static Window Week(int year, int week)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(week, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(week, ISOWeek.GetWeeksInYear(year));
        var monday = DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday));
        return Days(monday, monday.AddDays(6));
    }

    public static Window Month(int year, int month)
    {
        var first = new DateOnly(year, month, 1);
        return new Window(Midnight(first), Midnight(first.AddMonths(1)));
    }

    /// <param name="quarter">1 to 4.</param>
    public static Window Quarter(int year, int quarter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quarter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quarter, 4);
        var first = new DateOnly(year, (quarter * 3) - 2, 1);
        return new Window(Midnight(first), Midnight(first.AddMonths(3)));
    }

    public static Window Year(int year) => new(Midnight(new DateOnly(year, 1, 1)), Midnight(new DateOnly(year, 1, 1).AddYears(1)));

    /// <summary>The instant at which the London day begins (London's clocks change at 01:00 UTC, so midnight always exists once).</summary>
    public static DateTimeOffset Midnight(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        return new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(local, Zone), TimeSpan.Zero);
    }

    public static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(ToLocal(instant).DateTime);

    /// <summary>The same instant with London's offset at that time.</summary>
    public static DateTimeOffset ToLocal(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone);

    /// <summary>
    /// <c>2026-11-20</c>, <c>2026-W47</c>, <c>2026-11</c>, <c>2026-Q4</c> or <c>2026</c>. Years 2000 to 2099. False for anything else.
    /// </summary>
    public static bool TryParsePeriod(string? text, [NotNullWhen(true)] out Window? window)
    {
        window = null;
        if (text is null) return false;
        if (TryParseDay(text, out var day))
        {
            window = Day(day);
        }
        else if (text.Length == 7 && text[4] == '-' && text[5] == 'Q' && text[6] is >= '1' and <= '4' && TryYear(text[..4], out var quarterYear))
        {
            window = Quarter(quarterYear, text[6] - '0');
        }
        else if (text.Length == 8 && text[4] == '-' && text[5] == 'W' && TryYear(text[..4], out var weekYear) && TwoDigits(text[6..]) is >= 1 and var week && week <= ISOWeek.GetWeeksInYear(weekYear))
        {
            window = Week(weekYear, week);
        }
        else if (text.Length == 7 && text[4] == '-' && TryYear(text[..4], out var monthYear) && TwoDigits(text[5..]) is >= 1 and <= 12 and var month)
        {
            window = Month(monthYear, month);
        }
        else if (TryYear(text, out var year))
        {
            window = Year(year);
        }

        return window is not null;
    }

    /// <summary><c>2026-11-20</c>, years 2000 to 2099.</summary>
    public static bool TryParseDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 2000 and <= 2099;

    private static bool TryYear(string text, out int year)
    {
        year = 0;
        if (text.Length != 4 || !text.All(char.IsAsciiDigit)) return false;
        year = int.Parse(text, CultureInfo.InvariantCulture);
        return year is >= 2000 and <= 2099;
    }

    private static int TwoDigits(string text) =>
        text.Length == 2 && text.All(char.IsAsciiDigit) ? int.Parse(text, CultureInfo.InvariantCulture) : -1;
}
