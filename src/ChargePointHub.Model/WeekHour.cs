namespace ChargePointHub.Model;

/// <summary>An hour of London's week, as clocks there show it: from Monday 00:00 on.</summary>
/// <param name="Place">0 to 167.</param>
public readonly record struct WeekHour(int Place)
{
    /// <summary>Hours of a week, as clocks show them: the one that comes twice in October is one.</summary>
    public const int Count = 7 * 24;

    /// <summary>ISO 8601: 1 is Monday, 7 is Sunday.</summary>
    public int Weekday => (Place / 24) + 1;

    /// <summary>0 to 23.</summary>
    public int Hour => Place % 24;

    /// <param name="day">London day.</param>
    /// <param name="hour">0 to 23.</param>
    public static WeekHour Of(DateOnly day, int hour) => new((((int)day.DayOfWeek + 6) % 7 * 24) + hour);

    /// <summary>
    /// The hours of a London day, in the order of time: 24, but for the two days a year on which clocks change. Of these one has no hour from 1 to 2, and the other has it twice.
    /// </summary>
    public static IEnumerable<(WeekHour Hour, Window Window)> Within(DateOnly day)
    {
        var whole = LondonCalendar.Day(day);
        for (var at = whole.From; at < whole.To; at = at.AddHours(1)) yield return (Of(day, LondonCalendar.ToLocal(at).Hour), new Window(at, at.AddHours(1)));
    }
}
