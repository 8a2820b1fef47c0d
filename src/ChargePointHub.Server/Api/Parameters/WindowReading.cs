using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Resolves <c>from</c>, <c>to</c> and <c>period</c>, which are valid one by one, into one window, or says why they are none.</summary>
internal static class WindowReading
{
    private static readonly TimeSpan Default = TimeSpan.FromHours(24);

    public static (Window? Window, Fault? Fault) Read(string? from, string? to, string? period, DateTimeOffset now)
    {
        if (period is not null && (from ?? to) is not null)
            return (null, new Fault(ErrorCatalogue.PeriodWithBounds, "period", "Give either period, or from and to."));
        if (period is not null)
        {
            if (!LondonCalendar.TryParsePeriod(period, out var whole)) return (null, null);
            return whole.Value.From >= now ? (null, Future("period", whole.Value.From, now)) : (whole, null);
        }

        var start = from is null ? null : TimeText.Parse(from);
        var end = to is null ? null : TimeText.Parse(to);
        if ((from is not null && start is null) || (to is not null && end is null)) return (null, null);
        if (start is null && end is null) return (new Window(now - Default, now), null);
        if (start is { } a && end is { } b && b <= a)
        {
            return (null, new Fault(
                ErrorCatalogue.EndsBeforeItStarts, "to", $"{Instants.Format(b)} does not come after {Instants.Format(a)}.", Example: TimeExamples.InOrder(a, b, now)));
        }

        if (start is { } begins && begins >= now) return (null, Future("from", begins, now));
        var last = end ?? now;
        return (new Window(start ?? last - Default, last), start is null && last - Default >= now ? Future("to", last - Default, now) : null);
    }

    private static Fault Future(string name, DateTimeOffset start, DateTimeOffset now) => new(
        ErrorCatalogue.WhollyInFuture, name, $"The window begins at {Instants.Format(start)}, which has not come yet.",
        Example: $"{name}={(name == "to" ? TimeExamples.To(now) : TimeExamples.From(now))}");
}
