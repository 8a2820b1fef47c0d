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
    public static IReadOnlyList<(DateOnly Day, UsageFigures Figures)> Of(ChargingSession session)
    {
        var (from, to) = (Microseconds(session.PlugInAt), Microseconds(session.PlugOutAt ?? session.LastUpdated));
        var isBelieved = to >= from && to - from <= Microseconds(Longest);
        if (!isBelieved) to = from;
        var whole = Whole(session, to - from, isBelieved);
        var (day, next) = DayAt(session.PlugInAt);
        if (to <= next) return [(day, whole)];

        var days = new List<(DateOnly Day, long From, long To)>();
        for (var start = from; start < to; start = days[^1].To)
        {
            days.Add((day, start, Math.Min(next, to)));
            day = day.AddDays(1);
            next = Microseconds(LondonCalendar.Midnight(day.AddDays(1)));
        }

        var charged = Charged(session, from, to, whole.ChargingMicroseconds);
        var weights = days.Select(d => Math.Max(0, Math.Min(d.To, charged.To) - Math.Max(d.From, charged.From))).ToArray();
        var (energy, charging) = (Share(whole.EnergyWh, weights), Share(whole.ChargingMicroseconds, weights));
        return
        [
            .. days.Select((d, i) => (d.Day, (i == 0 ? whole : default) with
            {
                EnergyWh = energy[i],
                PluggedMicroseconds = d.To - d.From,
                ChargingMicroseconds = charging[i],
                IdleMicroseconds = whole.WithoutChargingMinutes > 0 ? 0 : d.To - d.From - charging[i],
            })),
        ];
    }

    /// <summary>Whole numbers in proportion to weights, which sum to the total: each the whole part of its share, and what is left to the largest remainders, the earlier first.</summary>
    /// <param name="weights">Not negative, not all of them 0.</param>
    internal static long[] Share(long total, IReadOnlyList<long> weights)
    {
        var sum = weights.Sum();
        var (rest, sign) = (Math.Abs(total), Math.Sign(total));
        var parts = weights.Select(w => (Int128)rest * w).ToList();
        var shares = parts.Select(p => (long)(p / sum)).ToArray();
        var left = rest - shares.Sum();
        foreach (var i in Enumerable.Range(0, shares.Length).OrderByDescending(i => parts[i] % sum).Take((int)left)) shares[i]++;
        return [.. shares.Select(s => s * sign)];
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
}
