using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>Keeps what was purged from coming back with a later page.</summary>
internal static class PurgedMarks
{
    /// <summary>Names the secret among the hub's settings.</summary>
    public const string Secret = "purge_key";

    /// <param name="ownId">The operator's own id, as it stands behind the colon of the hub's.</param>
    public static byte[] Of(byte[] key, Dataset dataset, string ownId) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{dataset.Name}\n{ownId}"));

    /// <summary>The page without records that were purged, and without what is of a purged charge point. Asked under the operator's page lock.</summary>
    public static async Task<PageToWrite> LeaveOutAsync(NpgsqlConnection connection, PageToWrite page, CancellationToken cancellationToken)
    {
        var purged = await connection.Command(
            """
            SELECT p.id_mark, s.value
            FROM (SELECT DISTINCT ON (dataset, id_mark) id_mark, keeps_out FROM purged_record WHERE operator_id = $1 ORDER BY dataset, id_mark, tick DESC) p
            JOIN hub_setting s ON s.name = $2 WHERE p.keeps_out
            """,
            page.Feed.OperatorId, Secret)
            .ListAsync(r => (Mark: Convert.ToHexString(r.GetFieldValue<byte[]>(0)), Key: r.GetFieldValue<byte[]>(1)), cancellationToken);
        if (purged.Count == 0) return page;
        var (marks, key, prefix) = (purged.Select(p => p.Mark).ToHashSet(StringComparer.Ordinal), purged[0].Key, page.Feed.OperatorId.Length + 1);
        bool StaysOwn(Dataset dataset, string own) => !marks.Contains(Convert.ToHexString(Of(key, dataset == Dataset.StatusChanges ? Dataset.ChargePoints : dataset, own)));
        bool Stays(Dataset dataset, string id) => StaysOwn(dataset, id[prefix..]);
        bool StaysPoint(string id) => Stays(Dataset.ChargePoints, id);
        bool StaysUsage(ReportedUsage usage) => Stays(Dataset.ReportedUsage, usage.ReportedUsageId) && (usage.ChargePointId is not { } point || StaysPoint(point));
        bool StaysSession(ChargingSession session) => Stays(Dataset.ChargingSessions, session.SessionId) && StaysPoint(session.ChargePointId);
        var records = page.Records;
        return page with
        {
            Records = records with
            {
                ChargePoints = [.. records.ChargePoints.Where(c => StaysPoint(c.Record.ChargePointId))],
                Statuses = [.. records.Statuses.Where(s => StaysPoint(s.ChargePointId))],
                StatusChanges = [.. records.StatusChanges.Where(c => StaysPoint(c.Record.ChargePointId))],
                Tariffs = [.. records.Tariffs.Where(t => Stays(Dataset.Tariffs, t.Record.TariffId))],
                ChargingSessions = [.. records.ChargingSessions.Where(s => StaysSession(s.Record))],
                ReportedUsage = [.. records.ReportedUsage.Where(u => StaysUsage(u.Record))],
                Refused = [.. records.Refused.Where(r => (r.OwnId is not { } own || StaysOwn(r.Dataset, own)) && (r.ChargePoint is not { } point || StaysOwn(Dataset.ChargePoints, point))
                    && (r.Session is not { } session || StaysOwn(Dataset.ChargingSessions, session)))],
            },
            Rechecks =
            [
                .. page.Rechecks.Where(r => r.Judged.ChargingSessions.All(s => StaysSession(s.Record)) && r.Judged.StatusChanges.All(c => StaysPoint(c.Record.ChargePointId)) && r.Judged.ReportedUsage.All(u => StaysUsage(u.Record))),
            ],
            Areas = page.Areas.Where(a => StaysPoint(a.Key)).ToDictionary(),
        };
    }
}
