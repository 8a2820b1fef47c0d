using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// Keeps what was purged from coming back with a later page. Records that are put together of parts, and names within refused records, are known
/// in any case; all else is by its id as it is written.
/// </summary>
internal sealed class PurgedMarks
{
    /// <summary>Names the secret among the hub's settings.</summary>
    public const string Secret = "purge_key";

    private readonly HashSet<string> exact = new(StringComparer.Ordinal);
    private readonly HashSet<string> folded = new(StringComparer.Ordinal);
    private readonly byte[] key;
    private readonly string operatorId;

    /// <summary>Names of purged charge points in other case, under which another is known.</summary>
    private HashSet<string> ofOthers = [];

    private PurgedMarks(string operatorId, byte[] key) => (this.operatorId, this.key) = (operatorId, key);

    /// <param name="ownId">The operator's own id, as it stands behind the colon of the hub's.</param>
    public static byte[] Of(byte[] key, Dataset dataset, string ownId) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{dataset.Name}\n{ownId}"));

    /// <summary>The mark of the id in lower case.</summary>
    public static byte[] Folded(byte[] key, Dataset dataset, string ownId) => Of(key, dataset, JoinedSession.Key(ownId));

    /// <summary>The page without records that were purged, and without what is of a purged charge point. Asked under the operator's page lock.</summary>
    public static async Task<PageToWrite> LeaveOutAsync(NpgsqlConnection connection, PageToWrite page, CancellationToken cancellationToken)
    {
        var purged = await connection.Command(
            """
            SELECT s.value, p.dataset, p.record_id, p.id_mark, p.folded_mark, p.keeps_out
            FROM purged_record p JOIN hub_setting s ON s.name = $2 WHERE p.operator_id = $1 ORDER BY p.tick
            """,
            page.Feed.OperatorId, Secret)
            .ListAsync(r => (Key: r.GetFieldValue<byte[]>(0), Dataset: r.GetString(1), Id: r.TextOrNull(2), Mark: r.GetFieldValue<byte[]>(3), Folded: r.IsDBNull(4) ? null : r.GetFieldValue<byte[]>(4), KeepsOut: r.GetBoolean(5)), cancellationToken);
        if (purged.Count == 0) return page;
        var marks = new PurgedMarks(page.Feed.OperatorId, purged[0].Key);
        foreach (var (_, dataset, id, mark, folded, keepsOut) in purged)
        {
            Put(marks.exact, mark, keepsOut);
            if ((folded ?? (id is null || Dataset.Named(dataset) is not { } known ? null : Folded(marks.key, known, marks.Own(id)))) is { } inLowerCase) Put(marks.folded, inLowerCase, keepsOut);
        }

        if (marks.exact.Count + marks.folded.Count == 0) return page;
        await marks.FindOthersAsync(connection, page, cancellationToken);
        return marks.LeaveOut(page);
    }

    private static void Put(HashSet<string> marks, byte[] mark, bool keepsOut)
    {
        if (keepsOut) marks.Add(Convert.ToHexString(mark));
        else marks.Remove(Convert.ToHexString(mark));
    }

    private PageToWrite LeaveOut(PageToWrite page)
    {
        var records = page.Records;
        return page with
        {
            Records = records with
            {
                ChargePoints = [.. records.ChargePoints.Where(c => StaysPoint(c.Record.ChargePointId))],
                Statuses = [.. records.Statuses.Where(s => StaysPoint(s.ChargePointId))],
                StatusChanges = [.. records.StatusChanges.Where(c => StaysPoint(c.Record.ChargePointId))],
                Tariffs = [.. records.Tariffs.Where(t => !Has(Dataset.Tariffs, Own(t.Record.TariffId)))],
                ChargingSessions = [.. records.ChargingSessions.Where(s => Stays(s.Record))],
                Outages = [.. records.Outages.Where(o => Stays(o.Record))],
                ReportedUsage = [.. records.ReportedUsage.Where(u => Stays(u.Record))],
                Refused = [.. records.Refused.Where(Stays)],
            },
            Rechecks =
            [
                .. page.Rechecks.Where(r => r.Judged.ChargingSessions.All(s => Stays(s.Record)) && r.Judged.StatusChanges.All(c => StaysPoint(c.Record.ChargePointId)) && r.Judged.Outages.All(o => Stays(o.Record)) && r.Judged.ReportedUsage.All(u => Stays(u.Record))),
            ],
            Areas = page.Areas.Where(a => StaysPoint(a.Key)).ToDictionary(),
        };
    }

    private bool StaysPoint(string id) => !Has(Dataset.ChargePoints, Own(id));

    private bool Stays(ReportedUsage usage) => !Has(Dataset.ReportedUsage, Own(usage.ReportedUsageId)) && (usage.ChargePointId is not { } point || StaysPoint(point));

    private bool Stays(Outage outage) => !Has(Dataset.Outages, Own(outage.OutageId)) && StaysPoint(outage.ChargePointId);

    private bool Stays(ChargingSession session) =>
        !(session.Part is null ? Has(Dataset.ChargingSessions, Own(session.SessionId)) : HasInAnyCase(Dataset.ChargingSessions, Own(session.SessionId))) && !NamesPurged(Own(session.ChargePointId));

    private bool Stays(RefusedRecord refused) =>
        (refused.OwnId is not { } own || !Has(refused.Dataset == Dataset.StatusChanges ? Dataset.ChargePoints : refused.Dataset, own))
        && (refused.ChargePoint is not { } point || !NamesPurged(point))
        && (refused.Session is not { } session || !HasInAnyCase(Dataset.ChargingSessions, session));

    /// <summary>The id in other case is of the purged charge point unless there is another of it.</summary>
    private bool NamesPurged(string point) => Has(Dataset.ChargePoints, point) || (HasInAnyCase(Dataset.ChargePoints, point) && !ofOthers.Contains(point));

    private bool Has(Dataset dataset, string own) => exact.Contains(Convert.ToHexString(Of(key, dataset, own)));

    private bool HasInAnyCase(Dataset dataset, string own) => Has(dataset, own) || folded.Contains(Convert.ToHexString(Folded(key, dataset, own)));

    private string Own(string id) => id[(operatorId.Length + 1)..];

    private async Task FindOthersAsync(NpgsqlConnection connection, PageToWrite page, CancellationToken cancellationToken)
    {
        var sessions = page.Records.ChargingSessions.Concat(page.Rechecks.SelectMany(r => r.Judged.ChargingSessions)).Select(s => Own(s.Record.ChargePointId));
        var inOtherCase = sessions.Concat(page.Records.Refused.Select(r => r.ChargePoint).OfType<string>()).Distinct(StringComparer.Ordinal).Where(NamesPurged).Where(p => StaysPoint($"{operatorId}:{p}")).ToArray();
        if (inOtherCase.Length == 0) return;
        var brought = page.Records.ChargePoints.Where(c => StaysPoint(c.Record.ChargePointId)).Select(c => JoinedSession.Key(Own(c.Record.ChargePointId))).ToHashSet(StringComparer.Ordinal);
        var known = await connection.Command(
            "SELECT n.own FROM unnest($2) AS n (own) WHERE EXISTS (SELECT FROM charge_point c WHERE c.operator_id = $1 AND lower(c.charge_point_id) = lower($1 || ':' || n.own))", operatorId, inOtherCase)
            .ListAsync(r => r.GetString(0), cancellationToken);
        ofOthers = [.. known, .. inOtherCase.Where(p => brought.Contains(JoinedSession.Key(p)))];
    }
}
