namespace ChargePointHub.Model;

/// <summary>
/// How one charging session is split over the London days that it touches: the one place where sessions become figures. It counts once, on the day of
/// its plug-in; plugged time is cut at each midnight; charging time and energy go over the days in proportion to the time in which it charged, or where that
/// is not told was plugged in, to the last microsecond and watt-hour (largest remainder, the earlier day first).
/// </summary>
public static class SessionDays
{
    /// <summary>The end of a longer one is not believed: it counts, with its energy, on the day of its plug-in, and without minutes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Finer money is none that anybody pays, and sums of it would be no decimals any more.</summary>
    private const int MoneyDecimals = 6;

    /// <summary>Earliest day first; the first is that of its plug-in.</summary>
    public static IReadOnlyList<(DateOnly Day, UsageFigures Figures)> Of(ChargingSession session) => [.. Parts(session).Select(p => (p.Day, p.Figures))];

    /// <summary>The days with their times, which <see cref="SessionHours"/> divides further.</summary>
    internal static IReadOnlyList<Part> Parts(ChargingSession session)
    {
        var (from, to) = (Microseconds(session.PlugInAt), Microseconds(session.PlugOutAt ?? session.LastUpdated));
        var isBelieved = to >= from && to - from <= Microseconds(Longest);
        if (!isBelieved) to = from;
        var whole = Whole(session, to - from, isBelieved);
        var charged = Charged(session, from, to, whole.ChargingMicroseconds);
        var (day, next) = DayAt(session.PlugInAt);
        if (to <= next) return [new Part(day, from, to, charged.From, charged.To, whole)];

        var days = new List<Part>();
        for (var start = from; start < to; start = days[^1].To)
        {
            var end = Math.Min(next, to);
            days.Add(new Part(day, start, end, Math.Max(start, charged.From), Math.Min(end, charged.To), default));
            day = day.AddDays(1);
            next = Microseconds(LondonCalendar.Midnight(day.AddDays(1)));
        }

        var figures = Share(whole, [.. days.Select(d => d.To - d.From)], [.. days.Select(d => Math.Max(0, d.ChargedTo - d.ChargedFrom))]);
        return [.. days.Select((d, i) => d with { Figures = figures[i] })];
    }

    /// <summary>What parts in time have of a whole: counts and revenue go to the first, minutes stay where they are, charging time and energy go by the time in which it charged.</summary>
    /// <param name="plugged">Microseconds of each part.</param>
    /// <param name="charged">Of these, those in which it charged.</param>
    internal static UsageFigures[] Share(UsageFigures whole, long[] plugged, long[] charged)
    {
        var (energy, charging, figures) = (Share(whole.EnergyWh, charged), Share(whole.ChargingMicroseconds, charged), new UsageFigures[plugged.Length]);
        for (var i = 0; i < figures.Length; i++)
        {
            // Where the whole has no idle time it is either not known, or energy flowed all the while.
            figures[i] = (i == 0 ? whole : default) with
            {
                EnergyWh = energy[i],
                PluggedMicroseconds = plugged[i],
                ChargingMicroseconds = charging[i],
                IdleMicroseconds = whole.IdleMicroseconds == 0 ? 0 : plugged[i] - charging[i],
            };
        }

        return figures;
    }

    /// <summary>
    /// Whole numbers in proportion to weights, which sum to the total: each the whole part of its share, and what is left to the largest remainders, the earlier first. Where
    /// no weight says anything the first has all.
    /// </summary>
    /// <param name="weights">Not negative.</param>
    internal static long[] Share(long total, long[] weights)
    {
        var (sum, shares) = (weights.Sum(), new long[weights.Length]);
        if (total == 0) return shares;
        var (rest, sign) = (Math.Abs(total), Math.Sign(total));
        if (sum == 0) shares[0] = rest;
        else
        {
            var (remainders, left) = (new long[shares.Length], rest);
            for (var i = 0; i < shares.Length; i++)
            {
                // Energy over hours, of which there are many, fits in 64 bits.
                if (rest <= long.MaxValue / Math.Max(1, weights[i])) (shares[i], remainders[i]) = Math.DivRem(rest * weights[i], sum);
                else
                {
                    var (share, remainder) = Int128.DivRem((Int128)rest * weights[i], sum);
                    (shares[i], remainders[i]) = ((long)share, (long)remainder);
                }

                left -= shares[i];
            }

            for (; left > 0; left--)
            {
                var largest = Array.IndexOf(remainders, remainders.Max());
                shares[largest]++;
                remainders[largest] = -1;
            }
        }

        for (var i = 0; i < shares.Length; i++) shares[i] *= sign;
        return shares;
    }

    private static UsageFigures Whole(ChargingSession session, long plugged, bool isBelieved)
    {
        // More than was plugged in would be more than all of the day; the finding charging-longer-than-plugged tells of it.
        var charging = isBelieved && session.ChargingMinutes is { } minutes
            ? Math.Clamp((long)decimal.Round(minutes * 60_000_000m, MidpointRounding.AwayFromZero), 0, plugged) : (long?)null;
        var isPriced = session.CostIncVat is not null && session.Currency is null or "GBP";
        return new UsageFigures(
            Sessions: 1,
            SuccessfulSessions: session.Outcome == Outcome.Success ? 1 : 0,
            UnendedSessions: session.PlugOutAt is null ? 1 : 0,
            WithoutEnergy: session.EnergyKwh is null ? 1 : 0,
            WithoutChargingMinutes: charging is null ? 1 : 0,
            PricedSessions: isPriced ? 1 : 0,
            EnergyWh: session.EnergyKwh is { } kwh ? (long)Math.Round(kwh * 1000m, MidpointRounding.AwayFromZero) : 0,
            PluggedMicroseconds: plugged,
            ChargingMicroseconds: charging ?? 0,
            IdleMicroseconds: charging is { } known ? plugged - known : 0,
            RevenueIncVat: isPriced ? decimal.Round(session.CostIncVat!.Value, MoneyDecimals, MidpointRounding.AwayFromZero) : 0);
    }

    /// <summary>When it charged, where that is told, lies in the time plugged in, and holds the charging minutes; else all of the latter.</summary>
    private static (long From, long To) Charged(ChargingSession session, long from, long to, long charging)
    {
        if (session.ChargeStartAt is not { } start || session.ChargeEndAt is not { } end) return (from, to);
        var (first, last) = (Math.Max(from, Microseconds(start)), Math.Min(to, Microseconds(end)));
        return last > first && last - first >= charging ? (first, last) : (from, to);
    }

    /// <summary>The London day of an instant, and the midnight that ends it.</summary>
    private static (DateOnly Day, long Next) DayAt(DateTimeOffset instant)
    {
        var day = LondonCalendar.DayOf(instant);
        return (day, Microseconds(LondonCalendar.Midnight(day.AddDays(1))));
    }

    private static long Microseconds(DateTimeOffset instant) => instant.UtcTicks / TimeSpan.TicksPerMicrosecond;

    private static long Microseconds(TimeSpan length) => length.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>What of a session lies in one stretch of time, in microseconds since the year 1, UTC; ends are exclusive.</summary>
    /// <param name="Day">The London day that it lies in.</param>
    /// <param name="ChargedFrom">Of the time in which it charged what lies here; none where it is not before <paramref name="ChargedTo"/>.</param>
    internal readonly record struct Part(DateOnly Day, long From, long To, long ChargedFrom, long ChargedTo, UsageFigures Figures);
}
