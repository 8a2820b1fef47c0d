using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>How finely a grant tells times, the finest first. Each unit consists of whole ones of those before it.</summary>
public enum TimePrecision
{
    [JsonStringEnumMemberName("exact")] Exact,

    [JsonStringEnumMemberName("15_min")] QuarterHour,

    [JsonStringEnumMemberName("hour")] Hour,

    /// <summary>London's day, of 23, 24 or 25 hours.</summary>
    [JsonStringEnumMemberName("day")] Day,
}

/// <summary>Arithmetic of units. London's clocks change by whole hours, so that hours and their quarters are UTC's.</summary>
public static class TimePrecisions
{
    /// <summary>The unit's first instant.</summary>
    public static DateTimeOffset Cut(this TimePrecision precision, DateTimeOffset instant) => precision switch
    {
        TimePrecision.Exact => instant,
        TimePrecision.Day => LondonCalendar.Midnight(LondonCalendar.DayOf(instant)),
        _ => new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % LengthOf(precision).Ticks), TimeSpan.Zero),
    };

    /// <summary>The first instant after the unit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Exact times have no unit.</exception>
    public static DateTimeOffset Next(this TimePrecision precision, DateTimeOffset instant) => precision switch
    {
        TimePrecision.Day => LondonCalendar.Day(LondonCalendar.DayOf(instant)).To,
        _ => precision.Cut(instant) + LengthOf(precision),
    };

    /// <summary>The newest whole day: 24 hours, or the London day, that have ended.</summary>
    public static Window NewestDay(this TimePrecision precision, DateTimeOffset now) =>
        precision == TimePrecision.Day ? LondonCalendar.Day(LondonCalendar.DayOf(now).AddDays(-1)) : new Window(precision.Cut(now) - TimeSpan.FromHours(24), precision.Cut(now));

    private static TimeSpan LengthOf(TimePrecision precision) => precision switch
    {
        TimePrecision.QuarterHour => TimeSpan.FromMinutes(15),
        TimePrecision.Hour => TimeSpan.FromHours(1),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "It has no length of its own."),
    };
}
