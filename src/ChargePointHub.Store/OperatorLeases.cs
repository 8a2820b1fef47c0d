using ChargePointHub.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>The right to collect from one operator, for as long as it is renewed.</summary>
/// <param name="Token">Grows each time the lease is taken: what is written under an older one is refused.</param>
public sealed record OperatorLease(string OperatorId, long Token);

/// <summary>A hub that collects.</summary>
/// <param name="Host">Name of its machine, for people.</param>
/// <param name="RegistryHash">Of its operator files; equal hashes are equal files.</param>
public sealed record HubInstance(Guid InstanceId, string Host, string RegistryHash);

/// <summary>Who is at work, and who collects from whom.</summary>
/// <param name="Instances">Seen within <see cref="OperatorLeases.Length"/>.</param>
/// <param name="Holders">By operator_id; only leases that have not expired.</param>
public sealed record LeaseBoard(IReadOnlyList<HubInstance> Instances, IReadOnlyDictionary<string, Guid> Holders);

/// <summary>The lease was taken by another instance: nothing was written, and nothing more may be.</summary>
public sealed class LeaseLostException(string operatorId) : Exception($"The lease of {operatorId} is another instance's.")
{
    public string OperatorId => operatorId;
}

/// <summary>
/// One instance collects from an operator at a time: it holds the operator's lease and renews it; whoever stops renewing loses it.
/// Only the database's clock decides what has expired.
/// </summary>
public sealed class OperatorLeases(Database database)
{
    /// <summary>From one renewal to the expiry.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    /// <summary>
    /// $1: twice <see cref="Length"/>. What expires later than any renewal could make it was written while the clock ran ahead, and
    /// whoever is alive writes anew within seconds; a clock that steps back by less than a lease's length frees nothing.
    /// </summary>
    private const string IsExpired = "expires_at NOT BETWEEN clock_timestamp() AND clock_timestamp() + $1";

    /// <summary>Says that the instance is at work, and renews all its leases; returns those that it still holds.</summary>
    public Task<List<OperatorLease>> RenewAsync(HubInstance instance, CancellationToken cancellationToken) => database.Reads.Command(
        """
        WITH said AS (
            INSERT INTO instance (instance_id, host, registry_hash, started_at, seen_at) VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp())
            ON CONFLICT (instance_id) DO UPDATE SET registry_hash = excluded.registry_hash, seen_at = excluded.seen_at)
        UPDATE operator_lease SET expires_at = clock_timestamp() + $4 WHERE holder = $1 RETURNING operator_id, token
        """,
        instance.InstanceId, instance.Host, instance.RegistryHash, Length).ListAsync(r => new OperatorLease(r.GetString(0), r.GetInt64(1)), cancellationToken);

    public async Task<LeaseBoard> ReadAsync(CancellationToken cancellationToken)
    {
        var instances = await database.Reads.Command(
            "SELECT instance_id, host, registry_hash FROM instance WHERE seen_at BETWEEN clock_timestamp() - $1 AND clock_timestamp() + $1 ORDER BY started_at, instance_id", Length)
            .ListAsync(r => new HubInstance(r.GetGuid(0), r.GetString(1), r.GetString(2)), cancellationToken);
        var holders = await database.Reads.Command(
            $"SELECT operator_id, holder FROM operator_lease WHERE holder IS NOT NULL AND NOT ({IsExpired})", 2 * Length)
            .ListAsync(r => (Operator: r.GetString(0), Holder: r.GetGuid(1)), cancellationToken);
        return new LeaseBoard(instances, holders.ToDictionary(h => h.Operator, h => h.Holder));
    }

    /// <summary>
    /// Takes a lease that is free or has expired; null when it is neither. What the one before still had open of this operator is
    /// ended first, and its token is changed under the lock of the operator's pages: no page that was begun under it can commit.
    /// </summary>
    public async Task<OperatorLease?> TryTakeAsync(Guid instanceId, string operatorId, CancellationToken cancellationToken)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command(
            "INSERT INTO operator_lease (operator_id, token, taken_at, expires_at) VALUES ($1, 0, clock_timestamp(), '-infinity') ON CONFLICT DO NOTHING",
            operatorId).ExecuteAsync(cancellationToken);
        var before = await connection.Command(
            $"SELECT holder IS NOT NULL FROM operator_lease WHERE operator_id = $2 AND (holder IS NULL OR {IsExpired}) FOR UPDATE SKIP LOCKED",
            2 * Length, operatorId).ListAsync(r => r.GetBoolean(0), cancellationToken);
        if (before is not [var hadHolder]) return null;
        if (hadHolder) await EndPagesAsync(connection, operatorId, cancellationToken);
        await AdvisoryLocks.TakePagesAsync(connection, operatorId, cancellationToken);
        var token = await connection.Command(
            """
            UPDATE operator_lease SET holder = $2, token = token + 1, taken_at = clock_timestamp(), expires_at = clock_timestamp() + $3
            WHERE operator_id = $1 RETURNING token
            """,
            operatorId, instanceId, Length).ListAsync(r => r.GetInt64(0), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OperatorLease(operatorId, token.Single());
    }

    /// <summary>Gives leases back before they expire; call it when nothing of them is written any more.</summary>
    public Task ReleaseAsync(Guid instanceId, IReadOnlyCollection<string> operatorIds, CancellationToken cancellationToken) => database.Reads.Command(
        "UPDATE operator_lease SET holder = NULL, expires_at = '-infinity' WHERE holder = $1 AND operator_id = ANY($2)",
        instanceId, operatorIds.ToArray()).ExecuteAsync(cancellationToken);

    /// <summary>The instance is at work no more: gives everything back. Instances that went without a word are forgotten after a day.</summary>
    public Task LeaveAsync(Guid instanceId, CancellationToken cancellationToken) => database.Reads.Command(
        """
        WITH gone AS (DELETE FROM instance WHERE instance_id = $1 OR seen_at NOT BETWEEN clock_timestamp() - interval '1 day' AND clock_timestamp() + interval '1 day')
        UPDATE operator_lease SET holder = NULL, expires_at = '-infinity' WHERE holder = $1
        """,
        instanceId).ExecuteAsync(cancellationToken);

    /// <summary>For a database that nobody else can be at, at the start: whoever held anything is gone, and is not waited for.</summary>
    public Task ForgetAllAsync(CancellationToken cancellationToken) => database.Reads.Command(
        "WITH gone AS (DELETE FROM instance) UPDATE operator_lease SET holder = NULL, expires_at = '-infinity'").ExecuteAsync(cancellationToken);

    /// <summary>
    /// Begins a statement that writes only while the lease is held, from <c>lease</c>: of the operator $1, under the token $2; null: no
    /// lease is needed. The lease's row is locked until the statement is over: whoever takes the lease afterwards sees what it wrote.
    /// </summary>
    internal const string Fence =
        """
        WITH held AS (SELECT 1 FROM operator_lease WHERE operator_id = $1 AND token = $2 FOR SHARE),
            lease AS (SELECT 1 FROM held UNION ALL SELECT 1 WHERE $2 IS NULL)

        """;

    internal static NpgsqlParameter Token(long? token) => new() { Value = (object?)token ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    /// <exception cref="LeaseLostException">A statement that always writes has written nothing: the lease is another's.</exception>
    internal static void Written(int rows, string operatorId)
    {
        if (rows == 0) throw new LeaseLostException(operatorId);
    }

    /// <summary>Within the page's transaction, under the lock of the operator's pages, where the token cannot change before the commit.</summary>
    /// <exception cref="LeaseLostException">The token is not the newest.</exception>
    internal static async Task CheckAsync(NpgsqlConnection connection, string operatorId, long token, CancellationToken cancellationToken)
    {
        var held = await connection.Command("SELECT 1 FROM operator_lease WHERE operator_id = $1 AND token = $2", operatorId, token)
            .ListAsync(r => r.GetInt32(0), cancellationToken);
        if (held.Count == 0) throw new LeaseLostException(operatorId);
    }

    /// <summary>A paused holder would keep its transaction, and with it the operator's lock or even the clock's, for ever.</summary>
    private static Task<int> EndPagesAsync(NpgsqlConnection connection, string operatorId, CancellationToken cancellationToken) => connection.Command(
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = $1 AND objid::bigint = $2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        (long)AdvisoryLocks.Pages, (long)(uint)AdvisoryLocks.OfOperator(operatorId)).ExecuteAsync(cancellationToken);
}
