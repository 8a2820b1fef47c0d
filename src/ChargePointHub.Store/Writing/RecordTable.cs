namespace ChargePointHub.Store.Writing;

/// <summary>What a page means for one of its records, once it is held against the current row.</summary>
internal enum Verdict
{
    /// <summary>There is no current row.</summary>
    Added,

    /// <summary>The current row is replaced and kept as a version.</summary>
    Changed,

    /// <summary>The operator changed it again since: kept as a version that was never current.</summary>
    Late,
}

/// <summary>
/// The SQL of a dataset with one current row a key and its earlier versions beside it: copied into a stage, decided by
/// anti-join, then, under a tick, written. Names are constants of this project, never input.
/// </summary>
/// <param name="name">The table; <c>_version</c> holds replaced rows.</param>
/// <param name="key">The second half of the primary key, after <c>operator_id</c>.</param>
/// <param name="columns">The dataset's own typed columns, each with its type.</param>
internal sealed class RecordTable(string name, string key, params string[] columns)
{
    private readonly string own = string.Join(", ", columns.Select(c => c[..c.IndexOf(' ', StringComparison.Ordinal)]).Prepend(key));

    public string Name => name;

    public string Key => key;

    private string All => $"operator_id, {own}, last_updated, content_hash, findings, feed_id, run_id, tick, recorded_at, document";

    private string Staged => $"$1, {Prefixed("s", own)}, s.last_updated, s.content_hash, s.findings, "
        + "coalesce(s.feed_id, $2), coalesce(s.run_id, $3), $4, $5, s.document";

    public string CreateStage =>
        $"""
        CREATE TEMPORARY TABLE IF NOT EXISTS stage_{name} (
            ord integer NOT NULL, {key} text NOT NULL, {string.Join(", ", columns)}, last_updated timestamptz, content_hash bytea NOT NULL,
            findings json, feed_id text, run_id uuid, document json NOT NULL, later_wins boolean NOT NULL
        ) ON COMMIT DELETE ROWS;
        CREATE TEMPORARY TABLE IF NOT EXISTS decided_{name} (ord integer NOT NULL, verdict integer NOT NULL) ON COMMIT DELETE ROWS;
        """;

    public string CopyIntoStage { get; } =
        $"COPY stage_{name} (ord, {string.Join(", ", columns.Select(c => c[..c.IndexOf(' ', StringComparison.Ordinal)]).Prepend(key))}, "
        + "last_updated, content_hash, findings, feed_id, run_id, document, later_wins) FROM STDIN (FORMAT binary)";

    /// <summary>$1 operator. Rows (verdict, count) of what is not known already.</summary>
    public string Decide { get; } =
        $"""
        WITH fresh AS (
            SELECT s.ord, s.{key}, s.content_hash,
                CASE WHEN c.{key} IS NULL THEN {(int)Verdict.Added}
                     WHEN NOT s.later_wins AND s.last_updated < c.last_updated THEN {(int)Verdict.Late}
                     ELSE {(int)Verdict.Changed} END AS verdict
            FROM stage_{name} s LEFT JOIN LATERAL ({CurrentRow(name, key)}) c ON true
            WHERE c.content_hash IS DISTINCT FROM s.content_hash
        ), decided AS (
            INSERT INTO decided_{name} (ord, verdict)
            SELECT ord, verdict FROM fresh f
            WHERE verdict <> {(int)Verdict.Late} OR NOT EXISTS (
                SELECT FROM {name}_version v WHERE v.operator_id = $1 AND v.{key} = f.{key} AND v.content_hash = f.content_hash)
            RETURNING verdict
        )
        SELECT verdict, count(*)::integer FROM decided GROUP BY verdict
        """;

    /// <summary>$1 operator, $2 tick, $3 its time.</summary>
    public string KeepReplaced =>
        $"""
        INSERT INTO {name}_version ({All}, tick_to, recorded_to)
        SELECT {Prefixed("c", All)}, $2, $3
        FROM decided_{name} d JOIN stage_{name} s USING (ord) JOIN LATERAL ({CurrentRow(name, key)}) c ON true
        WHERE d.verdict = {(int)Verdict.Changed}
        """;

    /// <summary>Keys of those that are new or changed.</summary>
    public string Written => $"SELECT s.{key} FROM decided_{name} d JOIN stage_{name} s USING (ord) WHERE d.verdict <> {(int)Verdict.Late}";

    /// <summary>$1 operator, $2 tick, $3 its time, $4 keys. Rows (key, charge point) of what was there.</summary>
    public string End =>
        $"""
        WITH gone AS (DELETE FROM {name} WHERE operator_id = $1 AND {key} = ANY ($4) RETURNING {All})
        INSERT INTO {name}_version ({All}, tick_to, recorded_to) SELECT {All}, $2, $3 FROM gone RETURNING {key}, charge_point_id
        """;

    /// <summary>$1 operator, $2 feed, $3 run, $4 tick, $5 its time. The span is empty: it was current at no tick.</summary>
    public string KeepLate =>
        $"""
        INSERT INTO {name}_version ({All}, tick_to, recorded_to)
        SELECT {Staged}, $4, $5 FROM decided_{name} d JOIN stage_{name} s USING (ord) WHERE d.verdict = {(int)Verdict.Late}
        """;

    /// <summary>$1 operator, $2 feed, $3 run, $4 tick, $5 its time.</summary>
    public string Upsert =>
        $"""
        INSERT INTO {name} ({All})
        SELECT {Staged} FROM decided_{name} d JOIN stage_{name} s USING (ord) WHERE d.verdict <> {(int)Verdict.Late}
        ON CONFLICT (operator_id, {key}) DO UPDATE SET {string.Join(", ", All.Split(", ").Skip(2).Select(c => $"{c} = excluded.{c}"))}
        """;

    // LIMIT keeps it one index lookup a staged row, whatever the planner believes: the cost follows the page, never the table.
    private static string CurrentRow(string name, string key) =>
        $"SELECT t.* FROM {name} t WHERE t.operator_id = $1 AND t.{key} = s.{key} LIMIT 1";

    private static string Prefixed(string alias, string names) => string.Join(", ", names.Split(", ").Select(n => $"{alias}.{n}"));
}
