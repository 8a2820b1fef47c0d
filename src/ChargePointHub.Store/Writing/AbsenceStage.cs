using System.Text;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// What a whole crawl no longer names: missed once, a charge point or tariff waits; missed by the next whole crawl too, it is
/// removed. Where more than a fifth of an operator's charge points would vanish or move at once, the crawl is held: none of it
/// is believed until a later crawl is usual again, or somebody releases it.
/// </summary>
internal sealed class AbsenceStage(NpgsqlConnection connection, PageToWrite page)
{
    /// <summary>The reason that a removal carries, as a finding's rule.</summary>
    public const string AbsentRule = "absent-from-two-crawls";

    /// <summary>One in so many may vanish or move at once.</summary>
    private const int MostAtOnce = 5;

    /// <summary>Place, location, power and publication: what does not change for many at once.</summary>
    private static readonly string Moved =
        $"""
        FROM decided_charge_point d JOIN stage_charge_point s USING (ord) JOIN charge_point c ON c.operator_id = $1 AND c.charge_point_id = s.charge_point_id
        WHERE d.verdict = {(int)Verdict.Changed} AND (c.latitude, c.longitude, c.location_id, c.max_power_kw, c.published)
            IS DISTINCT FROM (s.latitude, s.longitude, s.location_id, s.max_power_kw, s.published)
        """;

    private readonly string operatorId = page.Feed.OperatorId;

    /// <summary>Charge points that this page removes.</summary>
    public IReadOnlyList<(string Id, DateTimeOffset FirstMissedAt)> Removed { get; private set; } = [];

    /// <summary>Charge points of this page that had been removed.</summary>
    public IReadOnlyList<string> Returned { get; private set; } = [];

    /// <summary>Charge points of this page whose change waits for the crawl's end, or is not believed.</summary>
    public IReadOnlyList<string> SetAside { get; private set; } = [];

    public bool IsHeld { get; private set; }

    /// <summary>The crawl before was not held.</summary>
    public bool IsHeldAnew { get; private set; }

    public static Finding Reason(DateTimeOffset firstMissedAt) => new(
        AbsentRule, Severity.Warning, "", null,
        $"Two whole crawls, the first at {Instants.Format(firstMissedAt)}, did not name it any more; the hub takes it as removed.");

    /// <summary>To be asked when charge points are staged and decided, and before their statuses are.</summary>
    /// <returns>How many decided changes were taken back.</returns>
    public async Task<int> DecideAsync(CancellationToken cancellationToken)
    {
        if (!page.IsOfCrawl) return 0;
        await ReturnAsync(cancellationToken);
        if (page.Whole is not { } whole) return await SetAsideAsync(cancellationToken);

        var missed = !whole.NamesAll ? [] : await connection.Command(
            """
            SELECT c.charge_point_id, a.first_missed_at
            FROM charge_point c
            LEFT JOIN unnest($2) AS p (id) ON p.id = c.charge_point_id
            LEFT JOIN unnest($2) AS l (id) ON l.id = c.location_id
            LEFT JOIN absence a ON a.operator_id = c.operator_id AND a.dataset = 'charge_points' AND a.own_key = c.charge_point_id
            WHERE c.operator_id = $1 AND p.id IS NULL AND l.id IS NULL AND a.removed_at IS NULL
            """,
            operatorId, whole.Named.ToArray()).ListAsync(r => (Id: r.GetString(0), Since: r.InstantOrNull(1)), cancellationToken);
        var vanishing = missed.Where(m => m.Since < page.AskedAt).Select(m => (m.Id, m.Since!.Value)).ToArray();
        var moving = (await connection.Command($"SELECT count(*) {Moved}", operatorId).ListAsync(r => r.GetInt64(0), cancellationToken)).Single();
        var takenBack = 0;
        if (vanishing.Length + moving > 0) takenBack = await JudgeAsync(vanishing.Length, (int)moving, cancellationToken);
        else await EndHoldAsync(cancellationToken);

        await MissAsync("charge_points", [.. missed.Where(m => m.Since is null).Select(m => m.Id)], cancellationToken);
        if (IsHeld || vanishing.Length == 0) return takenBack;
        Removed = vanishing;
        await connection.Command(
            "UPDATE absence SET removed_at = $2 WHERE operator_id = $1 AND dataset = 'charge_points' AND own_key = ANY ($3)", operatorId, page.AskedAt,
            vanishing.Select(v => v.Id).ToArray())
            .ExecuteAsync(cancellationToken);
        return takenBack;
    }

    /// <summary>A tariff that two whole crawls did not name ends when the second began, as a version with the reason.</summary>
    public async Task<IReadOnlyList<Judged<Tariff>>> EndedTariffsAsync(CancellationToken cancellationToken)
    {
        if (page.WholeTariffs is not { NamesAll: true } whole) return [];
        await connection.Command(
            "DELETE FROM absence WHERE operator_id = $1 AND dataset = 'tariffs' AND own_key = ANY ($2)", operatorId, whole.Named.ToArray())
            .ExecuteAsync(cancellationToken);
        var missed = await connection.Command(
            """
            SELECT t.tariff_id, a.first_missed_at, t.document::text
            FROM tariff t
            LEFT JOIN unnest($2) AS p (id) ON p.id = t.tariff_id
            LEFT JOIN absence a ON a.operator_id = t.operator_id AND a.dataset = 'tariffs' AND a.own_key = t.tariff_id
            WHERE t.operator_id = $1 AND p.id IS NULL AND (t.valid_to IS NULL OR t.valid_to > $3)
            """,
            operatorId, whole.Named.ToArray(), page.AskedAt)
            .ListAsync(r => (Id: r.GetString(0), Since: r.InstantOrNull(1), Document: r.GetString(2)), cancellationToken);
        await MissAsync("tariffs", [.. missed.Where(m => m.Since is null).Select(m => m.Id)], cancellationToken);
        return
        [
            .. missed.Where(m => m.Since < page.AskedAt).Select(m => new Judged<Tariff>(
                HubJson.Read<Tariff>(Encoding.UTF8.GetBytes(m.Document)) with { ValidTo = page.AskedAt }, [Reason(m.Since!.Value)])),
        ];
    }

    private async Task ReturnAsync(CancellationToken cancellationToken)
    {
        var named = page.Records.ChargePoints.Select(c => c.Record.ChargePointId).ToArray();
        if (named.Length == 0) return;
        var back = await connection.Command(
            "DELETE FROM absence WHERE operator_id = $1 AND dataset = 'charge_points' AND own_key = ANY ($2) RETURNING own_key, removed_at IS NOT NULL",
            operatorId, named).ListAsync(r => (Id: r.GetString(0), WasRemoved: r.GetBoolean(1)), cancellationToken);
        Returned = [.. back.Where(b => b.WasRemoved).Select(b => b.Id)];
    }

    /// <summary>Whether so many are believed; where not, changes are taken back and the hold is written.</summary>
    private async Task<int> JudgeAsync(int vanishing, int moving, CancellationToken cancellationToken)
    {
        var known = (int)(await connection.Command(
            """
            SELECT count(*) FROM charge_point c WHERE c.operator_id = $1 AND NOT EXISTS (
                SELECT FROM absence a WHERE a.operator_id = $1 AND a.dataset = 'charge_points' AND a.own_key = c.charge_point_id AND a.removed_at IS NOT NULL)
            """,
            operatorId).ListAsync(r => r.GetInt64(0), cancellationToken)).Single();
        if ((vanishing + moving) * MostAtOnce <= known)
        {
            await EndHoldAsync(cancellationToken);
            return 0;
        }

        var released = await connection.Command(
            "UPDATE crawl_hold SET ended_at = $2 WHERE operator_id = $1 AND ended_at IS NULL AND released_at IS NOT NULL RETURNING true", operatorId, page.AskedAt)
            .ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (released.Count > 0) return 0;
        IsHeld = true;
        var held = await connection.Command(
            "UPDATE crawl_hold SET last_held_at = $2, known = $3, vanishing = $4, changing = $5 WHERE operator_id = $1 AND ended_at IS NULL",
            operatorId, page.AskedAt, known, vanishing, moving).ExecuteAsync(cancellationToken);
        if (held == 0)
        {
            IsHeldAnew = true;
            await connection.Command(
                "INSERT INTO crawl_hold (operator_id, held_at, last_held_at, known, vanishing, changing) VALUES ($1, $2, $2, $3, $4, $5)",
                operatorId, page.AskedAt, known, vanishing, moving).ExecuteAsync(cancellationToken);
        }

        return await SetAsideAsync(cancellationToken);
    }

    private Task<int> EndHoldAsync(CancellationToken cancellationToken) => connection.Command(
        "UPDATE crawl_hold SET ended_at = $2 WHERE operator_id = $1 AND ended_at IS NULL", operatorId, page.AskedAt).ExecuteAsync(cancellationToken);

    private async Task<int> SetAsideAsync(CancellationToken cancellationToken)
    {
        SetAside = await connection.Command(
            $"""
            WITH moved AS (SELECT d.ord, s.charge_point_id {Moved})
            DELETE FROM decided_charge_point d USING moved m WHERE d.ord = m.ord RETURNING m.charge_point_id
            """,
            operatorId).ListAsync(r => r.GetString(0), cancellationToken);
        return SetAside.Count;
    }

    private async Task MissAsync(string dataset, string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0) return;
        await connection.Command(
            "INSERT INTO absence (operator_id, dataset, own_key, first_missed_at) SELECT $1, $2, id, $3 FROM unnest($4) AS n (id) ON CONFLICT DO NOTHING",
            operatorId, dataset, page.AskedAt, ids).ExecuteAsync(cancellationToken);
    }
}
