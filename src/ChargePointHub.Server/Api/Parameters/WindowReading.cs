using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Resolves <c>from</c>, <c>to</c> and <c>period</c>, which are valid one by one, into one window, or says why they are none.</summary>
internal static class WindowReading
{
    /// <summary>By which the database's clock, which dates what the hub learns, may be ahead of this hub's: what an answer names as its as_of can be asked for at once.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    /// <param name="precision">What is left open consists of whole units of this; what is given is <see cref="FinerThan"/>'s to judge.</param>
    /// <param name="dataset">Decides what stands for a window that is not given; null: 24 hours.</param>
    public static (Window? Window, Fault? Fault) Read(
        string? from, string? to, string? period, DateTimeOffset now, TimePrecision precision = TimePrecision.Exact, Dataset? dataset = null)
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
        if (start is null && end is null) return (Newest(now), null);
        if (start is { } begins && begins >= now) return (null, Future("from", begins, now));
        if (start is { } a && end is { } b && b <= a)
        {
            return (null, new Fault(
                ErrorCatalogue.EndsBeforeItStarts, "to", $"{Instants.Format(b)} does not come after {Instants.Format(a)}.", Example: TimeExamples.EndAfter(a)));
        }

        var last = end ?? precision.Cut(now);
        if (start is { } first) return (new Window(first, first < last ? last : precision.Next(first)), null);
        var newest = Newest(last);
        return (newest, newest.From >= now ? Future("to", newest.From, now) : null);

        // Figures are of whole periods: of the last 24 hours there are hardly ever any.
        Window Newest(DateTimeOffset before) => dataset == Dataset.ReportedUsage ? Model.Period.NewestQuarter(before).Window : precision.NewestDay(before);
    }

    /// <summary>Bounds that cut through a unit: what lies within it would be told by them.</summary>
    public static IReadOnlyList<Fault> FinerThan(TimePrecision precision, string? from, string? to)
    {
        return precision == TimePrecision.Exact ? [] : [.. Bound("from", from, t => precision.Cut(t)), .. Bound("to", to, t => precision.Next(t))];

        IEnumerable<Fault> Bound(string name, string? text, Func<DateTimeOffset, DateTimeOffset> whole)
        {
            if (text is null || TimeText.Parse(text) is not { } at || precision.Cut(at) == at) yield break;
            yield return new Fault(
                ErrorCatalogue.FinerThanGranted, name, $"{Instants.Format(at)} is finer than what is granted: times of these records are told by {UnitOf(precision)}.",
                Example: $"{name}={Instants.Format(whole(at))}");
        }
    }

    private static string UnitOf(TimePrecision precision) => precision switch
    {
        TimePrecision.QuarterHour => "the quarter of an hour",
        TimePrecision.Hour => "the hour",
        _ => "London's day",
    };

    public static Fault Future(string name, DateTimeOffset start, DateTimeOffset now) => new(
        ErrorCatalogue.WhollyInFuture, name, $"The window begins at {Instants.Format(start)}, after {Instants.Format(now)}, as of which it is asked.",
        Example: $"{name}={(name == "to" ? TimeExamples.To(now) : TimeExamples.From(now))}");
}
