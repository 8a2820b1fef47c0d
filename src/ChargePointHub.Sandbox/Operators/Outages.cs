using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>An outage as wished for on the command line: OPERATOR=FROM/TO.</summary>
public sealed record OutageWish(string OperatorId, Window Window)
{
    /// <summary>
    /// FROM and TO: relative to <paramref name="now"/> as -36h, +30s, -2d (s, m, h, d); an instant with offset; or a London date, of
    /// which FROM is the day's beginning and TO its end.
    /// </summary>
    public static OutageWish? Parse(string text, DateTimeOffset now, out string? fault)
    {
        fault = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (equals < 1 || slash < equals)
        {
            fault = $"--outage {text}: expected OPERATOR=FROM/TO, as lamplight=-36h/-30h or lamplight=+30s/+90s.";
            return null;
        }

        var (fromText, toText) = (text[(equals + 1)..slash], text[(slash + 1)..]);
        var (from, to) = (Instant(fromText, now, endOfDay: false), Instant(toText, now, endOfDay: true));
        if (from is null || to is null)
        {
            fault = $"--outage {text}: \"{(from is null ? fromText : toText)}\" is no time; write -36h, +30s, -2d, 2026-11-20T08:00:00Z or the London date 2026-11-20.";
        }
        else if (Window.Between(from.Value, to.Value) is { } window)
        {
            return new OutageWish(text[..equals], window);
        }
        else
        {
            fault = $"--outage {text}: it would end at {Instants.Format(to.Value)}, which is not after its start at {Instants.Format(from.Value)}.";
        }

        return null;
    }

    private static DateTimeOffset? Instant(string text, DateTimeOffset now, bool endOfDay)
    {
        if (LondonCalendar.TryParseDay(text, out var day)) return endOfDay ? LondonCalendar.Day(day).To : LondonCalendar.Day(day).From;
        if (text.Length > 2 && text[0] is '-' or '+' && long.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            var seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            if (seconds == 0 || amount > 10_000_000) return null;
            return now.AddSeconds((text[0] == '-' ? -1 : 1) * amount * seconds);
        }

        return OperatorQuery.TryParseInstant(text, out var instant) ? instant : null;
    }
}

/// <summary>When one operator's API was, is and will be out of reach.</summary>
/// <param name="Windows">Its outages.</param>
/// <param name="StartedAt">When this process began: what an outage hid before it, the hub missed.</param>
public sealed record Outages(Coverage Windows, DateTimeOffset StartedAt)
{
    /// <summary>How long after the start the operator cannot yet answer for what it missed.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromMinutes(3);

    public bool IsDownAt(DateTimeOffset now) => now >= StartedAt && Windows.Contains(now);

    /// <summary>True: the window touches an outage from before the start, and the operator has not recovered.</summary>
    public bool Hides(Window window, DateTimeOffset now) =>
        now < StartedAt + Recovery && Windows.Any(w => w.From < StartedAt && new Window(w.From, w.To < StartedAt ? w.To : StartedAt).Overlaps(window));
}
