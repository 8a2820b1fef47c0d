namespace ChargePointHub.Model;

/// <summary>
/// How one charging session is split over the hours of London's clocks that it touches. Each day of <see cref="SessionDays"/> is divided once more by the same rules, so
/// that hours add up to their day to the microsecond and watt-hour.
/// </summary>
public static class SessionHours
{
    private const long Length = TimeSpan.TicksPerHour / TimeSpan.TicksPerMicrosecond;

    /// <summary>In the order of time; the first is that of its plug-in. An hour that clocks show twice is two.</summary>
    public static IReadOnlyList<(DateOnly Day, WeekHour Hour, UsageFigures Figures)> Of(ChargingSession session)
    {
        var hours = new List<(DateOnly Day, WeekHour Hour, UsageFigures Figures)>();
        foreach (var day in SessionDays.Parts(session))
        {
            // London is a whole number of hours from UTC, so that the hours of both begin at once.
            var parts = new List<SessionDays.Part>();
            for (var start = day.From; parts.Count == 0 || start < day.To; start = parts[^1].To)
            {
                var end = Math.Min(start - (start % Length) + Length, day.To);
                parts.Add(day with { From = start, To = end, ChargedFrom = Math.Max(start, day.ChargedFrom), ChargedTo = Math.Min(end, day.ChargedTo) });
            }

            var figures = SessionDays.Share(day.Figures, parts);
            for (var i = 0; i < figures.Length; i++)
                hours.Add((day.Day, WeekHour.Of(day.Day, LondonCalendar.ToLocal(new DateTimeOffset(parts[i].From * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero)).Hour), figures[i]));
        }

        return hours;
    }
}
