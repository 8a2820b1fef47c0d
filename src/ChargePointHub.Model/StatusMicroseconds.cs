namespace ChargePointHub.Model;

/// <summary>Time in each status that an operator can report, in microseconds. What was MISSING is in none of them: it is what is left of the time that was to be observed.</summary>
public readonly record struct StatusMicroseconds(
    long Available, long Blocked, long Charging, long Inoperative, long OutOfOrder, long Planned, long Removed, long Reserved, long Unknown)
{
    /// <summary>In which the status was known, UNKNOWN among it: that is the operator's word.</summary>
    public long Total => Available + Blocked + Charging + Inoperative + OutOfOrder + Planned + Removed + Reserved + Unknown;

    /// <summary>The part in one status; of MISSING none.</summary>
    public long In(Status status) => status switch
    {
        Status.Available => Available,
        Status.Blocked => Blocked,
        Status.Charging => Charging,
        Status.Inoperative => Inoperative,
        Status.OutOfOrder => OutOfOrder,
        Status.Planned => Planned,
        Status.Removed => Removed,
        Status.Reserved => Reserved,
        Status.Unknown => Unknown,
        _ => 0,
    };

    /// <exception cref="ArgumentOutOfRangeException">MISSING is no time in a status.</exception>
    public static StatusMicroseconds Of(Status status, long microseconds) => status switch
    {
        Status.Available => default(StatusMicroseconds) with { Available = microseconds },
        Status.Blocked => default(StatusMicroseconds) with { Blocked = microseconds },
        Status.Charging => default(StatusMicroseconds) with { Charging = microseconds },
        Status.Inoperative => default(StatusMicroseconds) with { Inoperative = microseconds },
        Status.OutOfOrder => default(StatusMicroseconds) with { OutOfOrder = microseconds },
        Status.Planned => default(StatusMicroseconds) with { Planned = microseconds },
        Status.Removed => default(StatusMicroseconds) with { Removed = microseconds },
        Status.Reserved => default(StatusMicroseconds) with { Reserved = microseconds },
        Status.Unknown => default(StatusMicroseconds) with { Unknown = microseconds },
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status that an operator reports."),
    };

    public static StatusMicroseconds operator +(StatusMicroseconds left, StatusMicroseconds right) => new(
        left.Available + right.Available, left.Blocked + right.Blocked, left.Charging + right.Charging, left.Inoperative + right.Inoperative, left.OutOfOrder + right.OutOfOrder,
        left.Planned + right.Planned, left.Removed + right.Removed, left.Reserved + right.Reserved, left.Unknown + right.Unknown);
}

/// <summary>
/// How reliable charge points were, in percent, three decimals; null: nothing was observed that counts. Source: Public Charge Point Regulations 2023, part 2,
/// for networks of rapid charge points over a calendar year. Minutes are pooled over the network. PLANNED and REMOVED is not operated, MISSING is not observed: outside both.
/// </summary>
/// <param name="R1Percent">The wording of the regulation: (working + unknown + blocked) / all operated minutes.</param>
/// <param name="R2Percent">The reporting formula: (M - down - exempt) / (M - exempt), exempt = unknown + blocked.</param>
public readonly record struct Reliability(decimal? R1Percent, decimal? R2Percent)
{
    /// <summary>Power from which on a charge point is rapid (inclusive).</summary>
    public const decimal LeastPowerKw = 50;

    public static Reliability Of(StatusMicroseconds time)
    {
        var (down, exempt) = (time.Inoperative + time.OutOfOrder, time.Unknown + time.Blocked);
        var operated = time.Available + time.Charging + time.Reserved + down + exempt;
        return new Reliability(Percent(operated - down, operated), Percent(operated - down - exempt, operated - exempt));
    }

    private static decimal? Percent(long part, long whole) => whole == 0 ? null : Math.Round(part * 100m / whole, 3, MidpointRounding.AwayFromZero);
}
