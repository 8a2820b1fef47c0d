using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Times that are good to ask for at the time of asking: examples that do not grow old.</summary>
internal static class TimeExamples
{
    /// <summary>The London day before: a day that is over.</summary>
    public static string From(DateTimeOffset now) => Text(LondonCalendar.DayOf(now).AddDays(-1));

    /// <summary>The first instant after that day.</summary>
    public static string To(DateTimeOffset now) => Text(LondonCalendar.DayOf(now));

    /// <summary>An end that comes after a beginning which stays.</summary>
    public static string EndAfter(DateTimeOffset from) => $"to={Instants.Format(from.AddDays(1))}";

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
