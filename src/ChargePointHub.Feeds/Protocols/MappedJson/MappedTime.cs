using System.Globalization;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Times in an operator's form: read into the form that the reader of times takes, and written into requests.</summary>
internal static class MappedTime
{
    private static readonly decimal MostSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>RFC 3339, without an offset where the pattern has none. Null: it cannot be read.</summary>
    public static string? Read(string text, string format)
    {
        if (format is "epoch_s" or "epoch_ms")
        {
            if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)) return null;
            var seconds = format == "epoch_ms" ? number / 1000 : number;
            return seconds < 0 || seconds > MostSeconds ? null : Instants.Format(DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)));
        }

        if (HasOffset(format))
        {
            return DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) ? Instants.Format(instant) : null;
        }

        return DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? local.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>It can be read with day and month the other way round.</summary>
    public static bool IsExchanged(string text, string format) =>
        format.Contains('d', StringComparison.Ordinal) && format.Contains('M', StringComparison.Ordinal) && !format.Contains("MMM", StringComparison.Ordinal)
        && Read(text, string.Concat(format.Select(c => c switch { 'd' => 'M', 'M' => 'd', _ => c }))) is not null;

    /// <summary>Never narrower than the instant: a beginning is cut to the form's unit, an end goes to the next.</summary>
    public static string Write(DateTimeOffset instant, string format, bool isEnd, FeedDefinition feed)
    {
        switch (format)
        {
            case "rfc3339":
                return Instants.Format(instant);
            case "epoch_ms":
                return Whole(instant, TimeSpan.TicksPerMillisecond, isEnd).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            case "epoch_s":
                return Whole(instant, TimeSpan.TicksPerSecond, isEnd).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        }

        var local = TimeZoneInfo.ConvertTime(Whole(instant, TimeSpan.TicksPerSecond, isEnd), feed.Zone);
        if (format == "date" || !format.Contains('H', StringComparison.Ordinal))
        {
            var day = isEnd && local.TimeOfDay > TimeSpan.Zero ? local.Date.AddDays(1) : local.Date;
            return day.ToString(format == "date" ? "yyyy-MM-dd" : format, CultureInfo.InvariantCulture);
        }

        if (!format.Contains('s', StringComparison.Ordinal)) local = Whole(local, TimeSpan.TicksPerMinute, isEnd);
        return HasOffset(format) ? local.ToString(format, CultureInfo.InvariantCulture) : local.DateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static bool HasOffset(string format) => format.AsSpan().ContainsAny('z', 'K');

    private static DateTimeOffset Whole(DateTimeOffset instant, long unit, bool isEnd)
    {
        var over = instant.Ticks % unit;
        return over == 0 ? instant : instant.AddTicks(isEnd ? unit - over : -over);
    }
}
