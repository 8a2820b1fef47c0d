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
        var days = SessionDays.Parts(session);
        if (days.Count == 1) return Of(days[0]);
        return [.. days.SelectMany(Of)];
    }

    private static (DateOnly Day, WeekHour Hour, UsageFigures Figures)[] Of(SessionDays.Part day)
    {
        // London is a whole number of hours from UTC, so that the hours of both begin at once.
        var first = day.From - (day.From % Length);
        var (plugged, charged) = (new long[Math.Max(1, (day.To - first + Length - 1) / Length)], new long[Math.Max(1, (day.To - first + Length - 1) / Length)]);
        for (var i = 0; i < plugged.Length; i++)
        {
            var (start, end) = (Math.Max(day.From, first + (i * Length)), Math.Min(day.To, first + ((i + 1) * Length)));
            (plugged[i], charged[i]) = (end - start, Math.Max(0, Math.Min(end, day.ChargedTo) - Math.Max(start, day.ChargedFrom)));
        }

        var figures = SessionDays.Share(day.Figures, plugged, charged);
        var hours = new (DateOnly Day, WeekHour Hour, UsageFigures Figures)[plugged.Length];
        var (shown, last) = (Local(first), Local(first + ((plugged.Length - 1) * Length)));
        for (var i = 0; i < hours.Length; i++)
            hours[i] = (day.Day, WeekHour.Of(day.Day, shown.Offset == last.Offset ? shown.Hour + i : Local(first + (i * Length)).Hour), figures[i]);
        return hours;
    }

    private static DateTimeOffset Local(long microseconds) => LondonCalendar.ToLocal(new DateTimeOffset(microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));
}
