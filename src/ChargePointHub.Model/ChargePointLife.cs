namespace ChargePointHub.Model;

/// <summary>The London days in which a charge point counts: whole days, both ends inclusive.</summary>
/// <param name="First">Null: no lower bound.</param>
/// <param name="Last">Null: it still counts.</param>
public readonly record struct ChargePointLife(DateOnly? First, DateOnly? Last)
{
    /// <summary>A charge point counts until its day: that on which it left service; where none is stated, that on which it was seen to be removed.</summary>
    /// <param name="commissionedOn">Unknown: null.</param>
    /// <param name="decommissionedOn">Unknown, or still in service: null.</param>
    /// <param name="removedSince">Since when its status is REMOVED; null where it is not.</param>
    public static ChargePointLife Of(DateOnly? commissionedOn, DateOnly? decommissionedOn, DateTimeOffset? removedSince) =>
        new(commissionedOn, decommissionedOn ?? (removedSince is { } removed ? LondonCalendar.DayOf(removed) : null));

    public bool Counts(DateOnly day) => !(day < First) && !(day > Last);

    /// <summary>The days of [first, last], both inclusive, in which it counts; null: none.</summary>
    public (DateOnly First, DateOnly Last)? Within(DateOnly first, DateOnly last)
    {
        var (from, to) = (First > first ? First.Value : first, Last < last ? Last.Value : last);
        return from <= to ? (from, to) : null;
    }

    /// <summary>How many days of [first, last], both inclusive, it counts in.</summary>
    public int DaysWithin(DateOnly first, DateOnly last) => Within(first, last) is { } days ? days.Last.DayNumber - days.First.DayNumber + 1 : 0;

    /// <summary>The part of a window in which it counts: from London midnight to London midnight, and cut by the window; null: none.</summary>
    public Window? Within(Window window)
    {
        var from = First is { } first && LondonCalendar.Midnight(first) is var begin && begin > window.From ? begin : window.From;
        var to = Last is { } last && LondonCalendar.Midnight(last.AddDays(1)) is var end && end < window.To ? end : window.To;
        return Window.Between(from, to);
    }
}
