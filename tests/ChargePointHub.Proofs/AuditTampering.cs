using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using Npgsql;

namespace ChargePointHub.Proofs;

/// <summary>What somebody could do to the record who can write its table, each undone before the next.</summary>
internal static class AuditTampering
{
    private const string Opened = "SELECT chain, number FROM audit_event WHERE kind = 'opened' ORDER BY chain, number OFFSET 100 LIMIT 1";
    private const string Closed = "SELECT chain, number FROM audit_event WHERE kind = 'closed' ORDER BY chain, number OFFSET 100 LIMIT 1";

    /// <summary>One row of the kind, one byte of it.</summary>
    private static readonly (string Row, string Change, ChainFault Fault)[] Changes =
    [
        (Opened, "written_at = written_at + interval '1 microsecond'", ChainFault.Changed),
        (Opened, "request_id = translate(left(request_id, 1), '0123456789abcdef', '123456789abcdef0') || substr(request_id, 2)", ChainFault.Changed),
        (Opened, "key_id = reverse(key_id)", ChainFault.Changed),
        (Opened, "organisation_id = 'glb'", ChainFault.Changed),
        (Opened, "holder = 'Greater London AuthoritY'", ChainFault.Changed),
        (Opened, "rights[1] = 'alpha:grant:alpha-glb'", ChainFault.Changed),
        (Opened, "route = '/v1/charging-sessionz'", ChainFault.Changed),
        (Opened, "path = '/v1/charging-sessionz'", ChainFault.Changed),
        (Opened, "filter = 'limit=2&period=2026-11-20'", ChainFault.Changed),
        (Opened, "operators[1] = 'alphb'", ChainFault.Changed),
        (Closed, "opened = -opened", ChainFault.Changed),
        (Closed, "outcome = 'failed'", ChainFault.Changed),
        (Closed, "records[1] = records[1] + 1", ChainFault.Changed),
        (Closed, "bytes = bytes + 1", ChainFault.Changed),
        (Closed, "kind = 'checkpoint', opened = NULL, outcome = NULL, operators = NULL", ChainFault.Changed),
        (Closed, "previous = set_byte(previous, 31, get_byte(previous, 31) # 1)", ChainFault.Changed),
        (Closed, "hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", ChainFault.Changed),
        (Closed, "number = number + 1000000", ChainFault.Missing),
        (Closed, "chain = gen_random_uuid()", ChainFault.Missing),
    ];

    private static readonly (string Sql, ChainFault Fault)[] Moves =
    [
        ($"DELETE FROM audit_event WHERE (chain, number) IN ({Opened})", ChainFault.Missing),
        ($"WITH a AS ({Opened}), gone AS (UPDATE audit_event e SET number = -e.number FROM a WHERE e.chain = a.chain AND e.number IN (a.number, a.number + 1) RETURNING e.chain) SELECT count(*) FROM gone;"
            + "UPDATE audit_event e SET number = (SELECT -sum(o.number) FROM audit_event o WHERE o.number < 0) + e.number WHERE e.number < 0", ChainFault.Reordered),
        ("DELETE FROM audit_event e USING (SELECT chain, max(number) AS last FROM audit_event WHERE kind = 'checkpoint' GROUP BY chain) c WHERE e.chain = c.chain AND e.number >= c.last", ChainFault.Cut),
    ];

    public static int Count => Changes.Length + Moves.Length;

    /// <summary>Those that were not found, or were taken for something else.</summary>
    public static async Task<IReadOnlyList<string>> MissedAsync(Database database, NpgsqlConnection connection, IReadOnlyCollection<AuditCheckpoint> told)
    {
        await AuditProof.ScalarAsync(connection, "ALTER TABLE audit_event DISABLE TRIGGER audit_event_stays; CREATE TABLE audit_kept AS SELECT * FROM audit_event");
        var missed = new List<string>();
        foreach (var (sql, fault) in Changes.Select(c => ($"UPDATE audit_event SET {c.Change} WHERE (chain, number) IN ({c.Row})", c.Fault)).Concat(Moves))
        {
            await AuditProof.ScalarAsync(connection, sql);
            var found = (await new AuditVerification(database).VerifyAsync(told, (_, _) => { }, CancellationToken.None)).Select(c => c.Broken?.Fault).OfType<ChainFault>().ToList();
            if (!found.Contains(fault)) missed.Add($"{fault} by {sql}; found: {string.Join(", ", found)}");
            await AuditProof.ScalarAsync(connection, "TRUNCATE audit_event; INSERT INTO audit_event SELECT * FROM audit_kept");
        }

        return missed;
    }
}
