using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What a crawl sees of an operator that reports its changes, where no change of a charge point is known since its reports go on without a gap: one that stays as it is has none.
/// At most one each time, so that crawls of a network that is known make no rows.
/// </summary>
internal sealed class SightingStage(NpgsqlConnection connection, PageToWrite page)
{
    private List<(string ChargePointId, string Status, DateTimeOffset? Since)> sightings = [];

    /// <summary>Of the operator's reports the first ever, and from when on they go on without a gap.</summary>
    private (DateTimeOffset First, DateTimeOffset GoOn) begun;

    public bool WriteSomething => sightings.Count > 0;

    /// <param name="current">Of the charge points that the page names, before it.</param>
    public async Task DecideAsync(IReadOnlyDictionary<string, CurrentStatus> current, CancellationToken cancellationToken)
    {
        if (page.StatusesAreEvidence || page.Records.Statuses.Count == 0) return;
        var newest = await connection.Command(
            "SELECT min(from_at), max(from_at) FROM coverage WHERE operator_id = $1 AND dataset = $2 AND kind = 'covered' AND from_at <= $3 HAVING count(*) > 0", page.Feed.OperatorId, Dataset.StatusChanges.Name, page.AskedAt)
            .ListAsync(r => (r.Instant(0), r.Instant(1)), cancellationToken);
        if (newest is not [var from]) return;
        begun = from;
        var seen = page.Records.Statuses.Where(s => !current.TryGetValue(s.ChargePointId, out var now) || !(now.Outdates(s, page) || (now.Evidence == Evidence.Event && now.Since >= begun.GoOn))).ToList();
        if (seen.Count == 0) return;
        sightings = await connection.Command(
            """
            SELECT DISTINCT ON (i.id) i.id, i.status, CASE WHEN c.at IS NULL OR i.since > c.at THEN i.since END
            FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS i (id, status, since) LEFT JOIN LATERAL (
                SELECT c.at, c.status FROM status_change c
                WHERE c.operator_id = $1 AND c.charge_point_id = i.id AND c.at BETWEEN $5 AND $6 ORDER BY c.at DESC LIMIT 1) c ON true
            WHERE (c.at IS NULL OR c.status = 'MISSING')
                AND NOT EXISTS (SELECT FROM status_sighting s WHERE s.operator_id = $1 AND s.charge_point_id = i.id AND s.at >= coalesce(c.at, $5))
            """,
            page.Feed.OperatorId, seen.Select(s => s.ChargePointId).ToArray(), seen.Select(s => Words<Status>.Of(s.Status)).ToArray(),
            seen.Select(s => !page.LastUpdatedLies && s.Since <= page.AskedAt ? s.Since.Value.UtcDateTime : (DateTime?)null).ToArray(), begun.GoOn, page.AskedAt)
            .ListAsync(r => (r.GetString(0), r.GetString(1), r.InstantOrNull(2)), cancellationToken);
    }

    public async Task WriteAsync(Tick tick, CancellationToken cancellationToken)
    {
        if (sightings.Count == 0) return;
        var ids = sightings.Select(s => s.ChargePointId).ToArray();
        await connection.Command(
            """
            INSERT INTO status_sighting (operator_id, charge_point_id, at, status, since, tick)
            SELECT $1, i.id, $2, i.status, i.since, $3 FROM unnest($4::text[], $5::text[], $6::timestamptz[]) AS i (id, status, since) ON CONFLICT DO NOTHING
            """,
            page.Feed.OperatorId, page.AskedAt, tick.Number, ids, sightings.Select(s => s.Status).ToArray(), sightings.Select(s => s.Since?.UtcDateTime).ToArray()).ExecuteAsync(cancellationToken);
        await StatusDayMarks.OfSightingsAsync(connection, page.Feed.OperatorId, [.. sightings.Select(s => (s.ChargePointId, s.Since is not { } since ? page.AskedAt : since > begun.First ? since : begun.First))], page.AskedAt, tick, cancellationToken);
    }
}
