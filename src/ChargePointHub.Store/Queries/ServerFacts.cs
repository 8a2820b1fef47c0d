using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>What a PostgreSQL server says of itself and of the role that asks.</summary>
/// <param name="Version">As <c>17.2</c>.</param>
/// <param name="VersionNumber">As <c>170002</c>.</param>
/// <param name="MostConnections">Open to ordinary roles.</param>
/// <param name="Clock">The server's clock when it answered.</param>
/// <param name="IsReplica">It cannot be written to.</param>
/// <param name="MayCreate">The role may make tables in the hub's schema.</param>
/// <param name="MayUseTemporary">The role may make temporary tables.</param>
/// <param name="ForeignTables">Tables of the hub that belong to another role, which migrations could not alter.</param>
/// <param name="Lossy">Settings that lose what was committed when the power fails, as <c>fsync = off</c>.</param>
public sealed record ServerFacts(
    string Version, int VersionNumber, string Encoding, string Role, int MostConnections, int UsedConnections, DateTimeOffset Clock, bool IsReplica,
    bool MayCreate, bool MayUseTemporary, IReadOnlyList<string> ForeignTables, IReadOnlyList<string> Lossy)
{
    public static async Task<ServerFacts> ReadAsync(Database database, CancellationToken cancellationToken) => (await database.Reads.Command(
        """
        SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_setting('server_encoding'), current_user::text,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
            (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend'),
            clock_timestamp(), pg_is_in_recovery(),
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), has_database_privilege(current_database(), 'TEMP'),
            ARRAY(SELECT c.relname::text FROM pg_class c
                WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1),
            ARRAY(SELECT s.name || ' = ' || s.setting FROM pg_settings s
                WHERE s.name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND s.setting = 'off' ORDER BY 1)
        """).ListAsync(
        r => new ServerFacts(
            r.GetString(0), r.GetInt32(1), r.GetString(2), r.GetString(3), r.GetInt32(4), r.GetInt32(5), r.Instant(6), r.GetBoolean(7), r.GetBoolean(8), r.GetBoolean(9),
            r.GetFieldValue<string[]>(10), r.GetFieldValue<string[]>(11)),
        cancellationToken)).Single();
}
