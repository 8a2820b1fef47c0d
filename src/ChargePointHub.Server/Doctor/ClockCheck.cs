namespace ChargePointHub.Server.Doctor;

/// <summary>This machine's clock against another's.</summary>
public static class ClockCheck
{
    /// <summary>Further apart, settled time and deadlines shift visibly.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(5);

    /// <summary>Further apart, windows are asked for that have not happened yet, or are asked for too late.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromMinutes(1);

    /// <summary>All of several clocks: one sentence where they agree, else one for each that does not.</summary>
    /// <param name="aheads">Whose, and this clock less that one.</param>
    public static IReadOnlyList<Check> Judge(IReadOnlyList<(string Whose, TimeSpan Ahead)> aheads, TimeSpan resolution)
    {
        var checks = aheads.Select(a => Judge(a.Whose, a.Ahead, resolution)).ToList();
        var near = checks.Count(c => c.Outcome == CheckOutcome.Ok);
        return [.. near == 0 ? (IEnumerable<Check>)[] : [Check.Ok("clock", $"This machine's clock agrees with that of operators: {near} of {checks.Count}.")],
            .. checks.Where(c => c.Outcome != CheckOutcome.Ok)];
    }

    /// <param name="whose">As in "the database's".</param>
    /// <param name="ahead">This clock less the other.</param>
    /// <param name="resolution">Of the other clock: nothing finer is said.</param>
    public static Check Judge(string whose, TimeSpan ahead, TimeSpan resolution)
    {
        var apart = ahead.Duration();
        if (apart <= resolution) return Check.Ok("clock", $"This machine's clock agrees with {whose}.");
        var sentence = $"This machine's clock is {apart.TotalSeconds:0.0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} {whose}.";
        const string Remedy = "Let both follow a time server (timedatectl shows whether this one does).";
        return apart >= Far ? Check.Failed("clock", sentence, Remedy) : apart >= Near ? Check.Warning("clock", sentence, Remedy) : Check.Ok("clock", sentence);
    }
}
