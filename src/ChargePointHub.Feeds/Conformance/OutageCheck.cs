using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Judges one outage by itself. Pure.</summary>
public static class OutageCheck
{
    /// <param name="window">The window asked for, and by which axis; null: none was asked for.</param>
    public static void Check(Outage outage, DateTimeOffset now, Window? window, WindowAxis? axis, Findings findings)
    {
        var latest = now + SessionCheck.ClockSkew;
        if (outage.EndedAt < outage.StartedAt) findings.Add(OutageRules.EndsBeforeStart, "/ended_at", Instants.Format(outage.EndedAt.Value));
        foreach (var (name, at) in ((string, DateTimeOffset?)[])[("detected_at", outage.DetectedAt), ("attended_at", outage.AttendedAt)])
        {
            if (at < outage.StartedAt) findings.Add(OutageRules.NoticedBeforeStart, $"/{name}", Instants.Format(at.Value));
        }

        // Maintenance may be announced.
        if (outage.Category != OutageCategory.PlannedMaintenance)
        {
            foreach (var (name, at) in ((string, DateTimeOffset?)[])[("started_at", outage.StartedAt), ("ended_at", outage.EndedAt)])
            {
                if (at > latest) findings.Add(ValueRules.TimeInFuture, $"/{name}", Instants.Format(at.Value));
            }
        }

        if (outage.Exempt == true && outage.ExemptReason is null) findings.Add(OutageRules.ExemptUnexplained, "/exempt_reason", null);
        if (window is not { } asked) return;
        var (pointer, stated) = axis == WindowAxis.LastUpdated ? ("/last_updated", outage.LastUpdated) : ("/started_at", outage.StartedAt);
        if (stated is not { } instant || !asked.Contains(instant)) findings.Add(ValueRules.OutsideWindow, pointer, stated is { } told ? Instants.Format(told) : null);
    }
}
