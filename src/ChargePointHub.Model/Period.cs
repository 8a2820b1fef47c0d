using System.Globalization;
using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What a period is one of.</summary>
public enum PeriodUnit
{
    [JsonStringEnumMemberName("day")] Day,

    /// <summary>From Monday on (ISO 8601).</summary>
    [JsonStringEnumMemberName("week")] Week,

    [JsonStringEnumMemberName("month")] Month,

    [JsonStringEnumMemberName("quarter")] Quarter,

    [JsonStringEnumMemberName("year")] Year,
}

/// <summary>A whole London day, week, month, quarter or year.</summary>
/// <param name="Text">As it is written: <c>2026-11-20</c>, <c>2026-W47</c>, <c>2026-11</c>, <c>2026-Q4</c> or <c>2026</c>.</param>
public sealed record Period(PeriodUnit Unit, string Text, Window Window)
{
    /// <summary>Null for anything that <see cref="LondonCalendar.TryParsePeriod"/> does not take.</summary>
    public static Period? Parse(string? text) => LondonCalendar.TryParsePeriod(text, out var window) ? new Period(UnitOf(text!), text!, window.Value) : null;

    /// <summary>Both days inclusive; null: together they are no whole period.</summary>
    public static Period? Of(DateOnly first, DateOnly last)
    {
        if (last < first) return null;
        var (window, start) = (LondonCalendar.Days(first, last), first.ToDateTime(TimeOnly.MinValue));
        string[] texts =
        [
            first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(start)}-W{ISOWeek.GetWeekOfYear(start):00}"),
            first.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{first.Year}-Q{(first.Month + 2) / 3}"),
            first.Year.ToString(CultureInfo.InvariantCulture),
        ];
        return texts.Select(Parse).FirstOrDefault(p => p?.Window == window);
    }

    /// <summary>Null: the window is no whole period.</summary>
    public static Period? Of(Window window) =>
        Of(LondonCalendar.DayOf(window.From), LondonCalendar.DayOf(window.To.AddTicks(-1))) is { } period && period.Window == window ? period : null;

    /// <summary>The newest quarter that was over.</summary>
    public static Period NewestQuarter(DateTimeOffset now)
    {
        var before = LondonCalendar.DayOf(now).AddMonths(-3);
        return Parse(string.Create(CultureInfo.InvariantCulture, $"{before.Year}-Q{(before.Month + 2) / 3}"))!;
    }

    public override string ToString() => Text;

    private static PeriodUnit UnitOf(string text) => text.Length switch
    {
        10 => PeriodUnit.Day,
        8 => PeriodUnit.Week,
        7 when text[5] != 'Q' => PeriodUnit.Month,
        7 => PeriodUnit.Quarter,
        _ => PeriodUnit.Year,
    };
}
