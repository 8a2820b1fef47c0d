using System.Globalization;

namespace ChargePointHub.Model;

/// <summary>
/// How the records of one charge make one: whichever came first, and however often. Pure. Every record that is given has a
/// <see cref="ChargingSession.Part"/>.
/// </summary>
public static class JoinedSession
{
    /// <summary>A CDR that names no session is of one at the same charge point that starts within this of it; inclusive.</summary>
    public static readonly TimeSpan SameStart = TimeSpan.FromMinutes(2);

    /// <summary>How far apart two records may start of which one decides where the other belongs: CDR, its session, that session's other CDR, and a session nearer to that.</summary>
    public static readonly TimeSpan Reach = 3 * SameStart;

    /// <summary>Another CDR of the charge holds as well, and was left out; described in the rule catalogue.</summary>
    public const string CdrSeveral = "cdr-several";

    private const int MostSeveral = 20;

    /// <summary>Ids without case.</summary>
    public static string Key(string id) => id.ToLowerInvariant();

    /// <summary>Key of the charge that a record is of.</summary>
    /// <param name="near">Records of its charge point that start within <see cref="Reach"/> of it, with the CDR that it takes back and those that take back any of these.</param>
    public static string KeyOf(ChargingSession record, IReadOnlyCollection<ChargingSession> near)
    {
        if (record.Part!.NamesSession) return Key(record.SessionId);
        if (record.Part.Credits is { } credited)
        {
            var taken = near.FirstOrDefault(n => n.Part!.Kind == SessionPartKind.Cdr && n.Part.Credits is null && IsSame(n.Part.PartId, credited));
            return taken is null ? Key(record.SessionId) : KeyOf(taken, near);
        }

        if (Nearest(record, near) is { } session)
        {
            return IsTakenBack(record.Part, near) || record == FirstOf(session, record, near) ? Key(session.SessionId) : Key(record.SessionId);
        }

        // A corrected CDR stands in for one that was taken back.
        var first = Around(record, near).Where(n => n.Part is { NamesSession: false, Credits: null, Kind: SessionPartKind.Cdr } part && IsTakenBack(part, near))
            .OrderBy(n => n.PlugInAt).ThenBy(n => Key(n.SessionId), StringComparer.Ordinal).FirstOrDefault();
        return Key((first ?? record).SessionId);
    }

    private static IEnumerable<ChargingSession> Around(ChargingSession record, IReadOnlyCollection<ChargingSession> near) =>
        near.Where(n => n.ChargePointId == record.ChargePointId && Between(n, record) <= SameStart);

    private static TimeSpan Between(ChargingSession a, ChargingSession b) => (a.PlugInAt - b.PlugInAt).Duration();

    private static ChargingSession? Nearest(ChargingSession cdr, IReadOnlyCollection<ChargingSession> near) => Around(cdr, near).Where(n => n.Part!.Kind == SessionPartKind.Session)
        .OrderBy(n => Between(n, cdr)).ThenBy(n => n.PlugInAt).ThenBy(n => Key(n.SessionId), StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Of the CDRs that hold and name the session, or name none and start nearest to it: the one that it takes.</summary>
    private static ChargingSession? FirstOf(ChargingSession session, ChargingSession cdr, IReadOnlyCollection<ChargingSession> near) =>
        Around(session, near).Append(cdr).Where(n => n.Part is { Kind: SessionPartKind.Cdr, Credits: null } part && !IsTakenBack(part, near)
                && (part.NamesSession ? Key(n.SessionId) == Key(session.SessionId) : Nearest(n, near)?.Part!.PartId == session.Part!.PartId))
            .OrderBy(n => !n.Part!.NamesSession).ThenBy(n => Between(n, session)).ThenBy(n => n.PlugInAt).ThenBy(n => Key(n.Part!.PartId), StringComparer.Ordinal).FirstOrDefault();

    /// <summary>
    /// The newest CDR that stands; each other that stands is told. What it leaves open is as the session has it. Without one the session; without that either, a CDR that was
    /// taken back, of which cost is unknown. Null: nothing but credits.
    /// </summary>
    /// <param name="parts">All of the charge of this key, each of which comes once.</param>
    public static Judged<ChargingSession>? Of(string key, IReadOnlyList<Judged<ChargingSession>> parts)
    {
        var session = parts.FirstOrDefault(p => p.Record.Part!.Kind == SessionPartKind.Session);
        var cdrs = parts.Where(p => p.Record.Part is { Kind: SessionPartKind.Cdr, Credits: null })
            .OrderBy(p => p.Record.LastUpdated).ThenBy(p => Key(p.Record.Part!.PartId), StringComparer.Ordinal).ToList();
        var hold = cdrs.Where(c => !IsTakenBack(c.Record.Part!, parts.Select(p => p.Record))).ToList();
        var standing = hold.LastOrDefault();
        if ((standing ?? session ?? cdrs.LastOrDefault()) is not { } holds) return null;

        var record = standing is not null && session is not null ? Filled(standing.Record, session.Record) : holds.Record;
        if (standing is null && cdrs.Count > 0) record = record with { CostExVat = null, CostIncVat = null };
        var credits = parts.Where(p => p.Record.Part!.Credits is not null).OrderBy(p => Key(p.Record.Part!.PartId), StringComparer.Ordinal);
        IEnumerable<Judged<ChargingSession>> told = session is null || session == holds ? [holds, .. credits] : [session, holds, .. credits];
        return new Judged<ChargingSession>(
            record with { SessionId = IdOf(key, parts), LastUpdated = parts.Max(p => p.Record.LastUpdated), Part = null },
            [.. told.SelectMany(p => p.Findings).Distinct(), .. hold.SkipLast(1).Take(MostSeveral).Select(c => LeftOut(c.Record))]);
    }

    private static Finding LeftOut(ChargingSession cdr) => new(
        CdrSeveral, Severity.Warning, "/id", $"{cdr.Part!.PartId[(cdr.OperatorId.Length + 1)..]}: {cdr.EnergyKwh?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} kWh",
        "Another CDR of this charge holds as well; it was left out, for the newest counts.");

    /// <summary>As the session writes it, else as a CDR does.</summary>
    private static string IdOf(string key, IReadOnlyList<Judged<ChargingSession>> parts) => parts.Select(p => p.Record)
        .OrderBy(r => Key(r.SessionId) != key).ThenBy(r => r.Part!.Kind).ThenBy(r => r.SessionId, StringComparer.Ordinal).First().SessionId;

    private static ChargingSession Filled(ChargingSession cdr, ChargingSession session) => (cdr with
    {
        ConnectorId = cdr.ConnectorId ?? session.ConnectorId,
        PlugOutAt = cdr.PlugOutAt ?? session.PlugOutAt,
        ChargingMinutes = cdr.ChargingMinutes ?? session.ChargingMinutes,
        EnergyKwh = cdr.EnergyKwh ?? session.EnergyKwh,
        PeakKw = cdr.PeakKw ?? session.PeakKw,
        CostExVat = cdr.CostExVat ?? session.CostExVat,
        CostIncVat = cdr.CostExVat is null ? cdr.CostIncVat ?? session.CostIncVat : cdr.CostIncVat,
        Currency = cdr.Currency ?? session.Currency,
        TariffId = cdr.TariffId ?? session.TariffId,
        ErrorCode = cdr.ErrorCode ?? session.ErrorCode,
        StartSocPercent = cdr.StartSocPercent ?? session.StartSocPercent,
        EndSocPercent = cdr.EndSocPercent ?? session.EndSocPercent,
    }).WithDerived();

    private static bool IsTakenBack(SessionPart cdr, IEnumerable<ChargingSession> others) => others.Any(o => o.Part!.Credits is { } credited && IsSame(credited, cdr.PartId));

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
