using System.Globalization;
using System.Text.Json;

namespace ChargePointHub.Model;

/// <summary>
/// When a charge point is open. Source: OCPI 2.2.1 Hours (mod_locations). Regular periods are read off London's clocks: an instant is open when weekday and
/// time, as a clock in London shows them, lie in a period [begin, end); so the hour that clocks leave out in March is open never, the one that
/// they show twice in October both times. An end that is not after its begin is of the next day. 24:00 is the day's end, and so is 23:59, as OCPI has no other way to say it.
/// Exceptional openings [begin, end) add to that; exceptional closings take away from both. Immutable; hours that say the same are equal.
/// </summary>
public sealed class OpeningHours : IEquatable<OpeningHours>
{
    private const int MinutesOfDay = 24 * 60;
    private const int MinutesOfWeek = 7 * MinutesOfDay;

    public static readonly OpeningHours Always = new([new Minutes(0, MinutesOfWeek)], Coverage.None, Coverage.None);

    /// <summary>Of the week, from Monday 00:00 on; merged, ascending, none touches another.</summary>
    private readonly Minutes[] week;

    /// <summary>Without what <see cref="closings"/> holds.</summary>
    private readonly Coverage openings;

    private readonly Coverage closings;

    private OpeningHours(Minutes[] week, Coverage openings, Coverage closings) => (this.week, this.openings, this.closings) = (week, openings, closings);

    /// <summary>At every instant.</summary>
    public bool IsAlways => closings.IsEmpty && week is [{ From: 0, To: MinutesOfWeek }];

    /// <summary>
    /// Null: unknown. That is so where nothing is said (not twentyfourseven, and no period of any kind), and where any part cannot be read: half
    /// of what was said would be a guess. What is null counts as not said; twentyfourseven overrides regular_hours.
    /// </summary>
    public static OpeningHours? Parse(JsonElement? hours)
    {
        if (hours is not { ValueKind: JsonValueKind.Object } given) return null;
        if (Flag(Said(given, "twentyfourseven")) is not { } always) return null;
        if (Periods(Said(given, "exceptional_openings")) is not { } opened || Periods(Said(given, "exceptional_closings")) is not { } closed) return null;
        if (Weekly(always ? null : Said(given, "regular_hours")) is not { } regular) return null;
        if (!always && regular.Length == 0 && opened.IsEmpty) return null;
        return Of(always ? Always.week : regular, opened, closed);
    }

    /// <summary>The open part of a London day, which has 23, 24 or 25 hours.</summary>
    public Coverage Within(DateOnly londonDay)
    {
        var day = LondonCalendar.Day(londonDay);
        return IsAlways ? Coverage.Of(day) : Regular(londonDay, day).Union(openings.Intersect(day)).Subtract(closings);
    }

    public bool Equals(OpeningHours? other) =>
        other is not null && week.AsSpan().SequenceEqual(other.week) && openings.Equals(other.openings) && closings.Equals(other.closings);

    public override bool Equals(object? obj) => Equals(obj as OpeningHours);

    public override int GetHashCode() => HashCode.Combine(week.Aggregate(0, HashCode.Combine), openings, closings);

    /// <summary>The same for hours that are equal, and for no others.</summary>
    public override string ToString() => $"{string.Join(",", week.Select(m => $"{m.From}-{m.To}"))}|{openings}|{closings}";

    /// <summary>What is open at all hours needs no openings, and what is closed none there.</summary>
    private static OpeningHours Of(Minutes[] week, Coverage openings, Coverage closings)
    {
        if (week is [{ From: 0, To: MinutesOfWeek }]) return closings.IsEmpty ? Always : new OpeningHours(week, Coverage.None, closings);
        return new OpeningHours(week, openings.Subtract(closings), closings);
    }

    /// <summary>Clocks change within a day at most once, on the hour; between two changes local time is UTC and an offset.</summary>
    private Coverage Regular(DateOnly londonDay, Window day)
    {
        var monday = ((int)londonDay.DayOfWeek + 6) % 7 * MinutesOfDay;
        var open = new List<Window>();
        foreach (var part in Parts(day))
        {
            var midnight = new DateTimeOffset(londonDay, TimeOnly.MinValue, LondonCalendar.ToLocal(part.From).Offset);
            foreach (var minutes in week)
            {
                var (from, to) = (Math.Max(minutes.From - monday, 0), Math.Min(minutes.To - monday, MinutesOfDay));
                if (from < to && new Window(midnight.AddMinutes(from), midnight.AddMinutes(to)).Intersect(part) is { } window) open.Add(window);
            }
        }

        return Coverage.Of(open);
    }

    private static IEnumerable<Window> Parts(Window day)
    {
        var (before, after) = (LondonCalendar.ToLocal(day.From).Offset, LondonCalendar.ToLocal(day.To).Offset);
        if (before == after) return [day];
        var change = day.From;
        while (LondonCalendar.ToLocal(change).Offset == before) change = change.AddHours(1);
        return [new Window(day.From, change), new Window(change, day.To)];
    }

    private static JsonElement? Said(JsonElement hours, string name) =>
        hours.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>False: not said; null: cannot be read.</summary>
    private static bool? Flag(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out var flag) => flag,
        _ => null,
    };

    /// <summary>Null: cannot be read.</summary>
    private static Minutes[]? Weekly(JsonElement? value)
    {
        if (value is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) return null;
        var said = new List<Minutes>();
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object) return null;
            if (Weekday(Said(entry, "weekday")) is not { } weekday) return null;
            if (Clock(Said(entry, "period_begin"), isEnd: false) is not { } begin || Clock(Said(entry, "period_end"), isEnd: true) is not { } end) return null;
            var midnight = (weekday - 1) * MinutesOfDay;
            var (from, to) = (midnight + begin, midnight + end + (end > begin ? 0 : MinutesOfDay));
            said.Add(new Minutes(from, Math.Min(to, MinutesOfWeek)));
            if (to > MinutesOfWeek) said.Add(new Minutes(0, to - MinutesOfWeek));
        }

        return Merged(said);
    }

    private static Minutes[] Merged(List<Minutes> said)
    {
        var merged = new List<Minutes>(said.Count);
        foreach (var next in said.OrderBy(m => m.From).ThenBy(m => m.To))
        {
            if (merged.Count > 0 && next.From <= merged[^1].To) merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, next.To) };
            else merged.Add(next);
        }

        return [.. merged];
    }

    /// <summary>1 is Monday, 7 is Sunday. Null: cannot be read.</summary>
    private static int? Weekday(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var day) && day is >= 1 and <= 7 => day,
        { ValueKind: JsonValueKind.String } text when text.GetString() is [>= '1' and <= '7' and var digit] => digit - '0',
        _ => null,
    };

    /// <summary>Minutes since midnight, <c>HH:MM</c> or <c>HH:MM:00</c>. Null: cannot be read.</summary>
    private static int? Clock(JsonElement? value, bool isEnd)
    {
        if (value is not { ValueKind: JsonValueKind.String } given || given.GetString() is not { } text) return null;
        if (text.Length == 8 && text.EndsWith(":00", StringComparison.Ordinal)) text = text[..5];
        if (isEnd && text is "24:00" or "23:59") return MinutesOfDay;
        return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) ? (clock.Hour * 60) + clock.Minute : null;
    }

    /// <summary>Instants without an offset are UTC (OCPI 2.2.1, DateTime). An empty period says nothing; null: cannot be read.</summary>
    private static Coverage? Periods(JsonElement? value)
    {
        if (value is not { } list) return Coverage.None;
        if (list.ValueKind != JsonValueKind.Array) return null;
        var windows = new List<Window>();
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object) return null;
            if (Instant(Said(entry, "period_begin")) is not { } begin || Instant(Said(entry, "period_end")) is not { } end || end < begin) return null;
            if (Window.Between(begin, end) is { } window) windows.Add(window);
        }

        return Coverage.Of(windows);
    }

    private static DateTimeOffset? Instant(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text
        && DateTimeOffset.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? Instants.ToStoredResolution(at)
            : null;

    /// <summary>[From, To), minutes of the week.</summary>
    private readonly record struct Minutes(int From, int To);
}
