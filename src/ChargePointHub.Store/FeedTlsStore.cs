using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>What operators' servers showed, for hubs that do not collect from them and for after a restart.</summary>
public sealed class FeedTlsStore(Database database)
{
    /// <param name="leaseToken">Of the lease under which it was seen: under an older one nothing is written. Null: none is needed.</param>
    public Task SaveAsync(string operatorId, string feedId, SeenTls seen, long? leaseToken, CancellationToken cancellationToken) => database.Reads.Command(
        """
        INSERT INTO feed_tls (operator_id, feed_id, version, certificate_expires_at, seen_at)
        SELECT $1, $2, $3, $4, $5 WHERE $6 < 0 OR EXISTS (SELECT 1 FROM operator_lease WHERE operator_id = $1 AND token = $6)
        ON CONFLICT (operator_id, feed_id) DO UPDATE
        SET version = excluded.version, certificate_expires_at = excluded.certificate_expires_at, seen_at = excluded.seen_at
        """,
        operatorId, feedId, seen.Version, seen.CertificateExpiresAt, seen.SeenAt, leaseToken ?? -1).ExecuteAsync(cancellationToken);
}
