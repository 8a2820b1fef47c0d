using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>The part of a London period that lies in the window, in whole days.</summary>
/// <param name="Text">As the period is written, such as 2026-11; null: the window is none, and no period was asked for.</param>
/// <param name="Unit">Null as the text.</param>
/// <param name="First">London day.</param>
/// <param name="Last">London day (inclusive).</param>
/// <param name="Window">From the first day's midnight to that after the last.</param>
internal sealed record FigurePeriod(string? Text, PeriodUnit? Unit, DateOnly First, DateOnly Last, Window Window)
{
    public int Days => Last.DayNumber - First.DayNumber + 1;
}

/// <summary>The London days that a question is about, and the periods that they make.</summary>
internal static class FigurePeriods
{
    private static readonly string[] Bounds = ["from", "to"];

    /// <summary>Bounds that are good one by one and are no midnight of London.</summary>
    public static IReadOnlyList<Fault> FaultsOf(RequestParameters parameters) => [.. Bounds.Select(name => FaultOf(name, parameters[name])).OfType<Fault>()];

    /// <summary>The window in days, both inclusive, up to today; null: it begins after today.</summary>
    /// <param name="unit">Of the rows. Where nothing is given the window is the newest whole month, of weeks and quarters quarter, of years year.</param>
    public static (DateOnly First, DateOnly Last)? DaysOf(RequestParameters parameters, PeriodUnit? unit, DateTimeOffset now)
    {
        var today = LondonCalendar.DayOf(now);
        if (LondonCalendar.TryParsePeriod(parameters["period"], out var whole)) return UpToNow(LondonCalendar.DayOf(whole.Value.From), LondonCalendar.DayOf(whole.Value.To).AddDays(-1));
        var end = DayOf("to") ?? today;
        if (DayOf("from") is { } from) return UpToNow(from, from < end ? end.AddDays(-1) : from);
        var of = unit switch { PeriodUnit.Year => PeriodUnit.Year, PeriodUnit.Week or PeriodUnit.Quarter => PeriodUnit.Quarter, _ => PeriodUnit.Month };
        var newest = FirstOf(of, FirstOf(of, end).AddDays(-1));
        return UpToNow(newest, LastOf(of, newest));

        DateOnly? DayOf(string name) => parameters[name] is { } text ? LondonCalendar.DayOf(TimeText.Parse(text)!.Value) : null;

        (DateOnly, DateOnly)? UpToNow(DateOnly first, DateOnly last) => first > today ? null : (first, last < today ? last : today);
    }

    /// <summary>In order; the first and the last cut by the days. Without a unit one, of all days.</summary>
    public static IReadOnlyList<FigurePeriod> Of(DateOnly first, DateOnly last, PeriodUnit? unit)
    {
        if (unit is not { } of) return [new FigurePeriod(Period.Of(first, last)?.Text, Period.Of(first, last)?.Unit, first, last, LondonCalendar.Days(first, last))];
        var periods = new List<FigurePeriod>();
        for (var day = first; day <= last; day = periods[^1].Last.AddDays(1))
        {
            var end = LastOf(of, day);
            var cut = end < last ? end : last;
            periods.Add(new FigurePeriod(Period.Of(FirstOf(of, day), end)?.Text, of, day, cut, LondonCalendar.Days(day, cut)));
        }

        return periods;
    }

    private static DateOnly FirstOf(PeriodUnit unit, DateOnly day) => unit switch
    {
        PeriodUnit.Day => day,
        PeriodUnit.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        PeriodUnit.Month => new DateOnly(day.Year, day.Month, 1),
        PeriodUnit.Quarter => new DateOnly(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1),
        _ => new DateOnly(day.Year, 1, 1),
    };

    private static DateOnly LastOf(PeriodUnit unit, DateOnly day) => FirstOf(unit, day) is var first ? unit switch
    {
        PeriodUnit.Day => first,
        PeriodUnit.Week => first.AddDays(6),
        PeriodUnit.Month => first.AddMonths(1).AddDays(-1),
        PeriodUnit.Quarter => first.AddMonths(3).AddDays(-1),
        _ => first.AddYears(1).AddDays(-1),
    } : default;

    private static Fault? FaultOf(string name, string? text)
    {
        if (text is null || TimeText.Parse(text) is not { } at || LondonCalendar.Midnight(LondonCalendar.DayOf(at)) == at) return null;
        return new Fault(
            ErrorCatalogue.NoWholeDay, name, $"{Instants.Format(at)} is no midnight of London, and figures are of whole days.",
            Example: $"{name}={LondonCalendar.DayOf(at):yyyy-MM-dd}");
    }
}
