using System.Globalization;

namespace ChargePointHub.Model;

/// <summary>How instants are written everywhere: RFC 3339, UTC with <c>Z</c>, milliseconds unless finer digits are needed.</summary>
public static class Instants
{
    /// <summary>The resolution of stored times: PostgreSQL's microsecond.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMicroseconds(1);

    /// <summary><c>2026-11-20T08:15:00.000Z</c>; six digits when the instant has microseconds. Anything finer is cut.</summary>
    public static string Format(DateTimeOffset instant)
    {
        var utc = ToStoredResolution(instant).UtcDateTime;
        return utc.ToString(
            utc.Ticks % TimeSpan.TicksPerMillisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture);
    }

    /// <summary>Cut (not rounded) to what the store can hold.</summary>
    public static DateTimeOffset ToStoredResolution(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % Resolution.Ticks, TimeSpan.Zero);

    /// <summary>Cut to the second: many APIs answer windows no finer.</summary>
    public static DateTimeOffset ToWholeSecond(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
