using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Judges one charging session by itself. Pure.</summary>
public static class SessionCheck
{
    /// <summary>How far an operator's clock may be ahead of the hub's.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    private static readonly TimeSpan Long = TimeSpan.FromHours(48);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Late = TimeSpan.FromDays(15);

    /// <param name="window">The window asked for, and by which axis; null: none was asked for.</param>
    /// <param name="toldAt">When this state of it was told: its <c>last_updated</c>, of a file without one its arrival; null: the feed's word says nothing.</param>
    /// <param name="due">How long after its start it had time: until the next file.</param>
    public static void Check(ChargingSession session, DateTimeOffset now, Window? window, WindowAxis? axis, Findings findings, DateTimeOffset? toldAt, TimeSpan due = default)
    {
        Energy(session, findings);
        if (session.PlugInAt > now + ClockSkew) findings.Add(ValueRules.TimeInFuture, "/plug_in_at", Instants.Format(session.PlugInAt));
        if (toldAt is { } told && told - session.PlugInAt > Late + due) findings.Add(SessionRules.Late, "/last_updated", Instants.Format(told));
        if (session.PlugOutAt is { } end) Duration(session, end, findings);
        if (session.CostExVat is { } exVat && session.CostIncVat is { } incVat && incVat < exVat && exVat > 0)
        {
            findings.Add(SessionRules.CostVatOrder, "/cost_inc_vat", $"{incVat} < {exVat}");
        }

        if (session.Currency is not (null or "GBP")) findings.Add(ChargePointRules.CurrencyNotGbp, "/currency", session.Currency);
        if (window is not { } asked) return;
        var (pointer, at) = axis switch
        {
            WindowAxis.LastUpdated => ("/last_updated", session.LastUpdated),
            WindowAxis.PlugOutAt => ("/plug_out_at", session.PlugOutAt),
            _ => ("/plug_in_at", (DateTimeOffset?)session.PlugInAt),
        };
        if (at is not { } instant || !asked.Contains(instant))
        {
            findings.Add(ValueRules.OutsideWindow, pointer, at is { } stated ? Instants.Format(stated) : null);
        }
    }

    private static void Energy(ChargingSession session, Findings findings)
    {
        if (session.EnergyKwh is not { } kwh) return;
        var broken = kwh switch
        {
            < 0 => SessionRules.EnergyNegative,
            > 1000 => SessionRules.EnergyTooHigh,
            > 250 => SessionRules.EnergyHigh,
            < 0.5m when session.PlugOutAt is not null => SessionRules.EnergyLow,
            _ => null,
        };
        if (broken is not null) findings.Add(broken, "/energy_kwh", $"{kwh}");
    }

    private static void Duration(ChargingSession session, DateTimeOffset end, Findings findings)
    {
        var length = end - session.PlugInAt;
        var broken = length switch
        {
            _ when length < TimeSpan.Zero => SessionRules.EndsBeforeStart,
            _ when length > Longest => SessionRules.TooLong,
            _ when length > Long => SessionRules.Long,
            _ when length == TimeSpan.Zero && session.EnergyKwh > 1 => SessionRules.ZeroDurationEnergy,
            _ when length < Shortest => SessionRules.Short,
            _ => null,
        };
        if (broken is not null) findings.Add(broken, "/plug_out_at", Instants.Format(end));
        if (session.ChargingMinutes is { } charging && session.PlugInMinutes is { } plugged && charging > plugged + 1)
        {
            findings.Add(SessionRules.ChargingLongerThanPlugged, "/charging_minutes", $"{charging}");
        }
    }
}
