using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>Every advisory lock that the hub takes, so that no two uses share a number.</summary>
internal static class AdvisoryLocks
{
    /// <summary>Session: one instance migrates at a time.</summary>
    public const long Migrations = 0x4350_4801;

    /// <summary>Transaction: one instance adds partitions at a time.</summary>
    public const long Partitions = 0x4350_4803;

    /// <summary>Transaction, first half of the pair whose second is <see cref="OfOperator"/>: pages of one operator come one after the other.</summary>
    public const int Pages = 0x4350_4804;

    /// <summary>Session, first half of the pair whose second is <see cref="OfChain"/>: held for as long as the instance that writes the chain lives.</summary>
    public const int Audit = 0x4350_4805;

    /// <summary>Transaction: one instance looks for charge points that are one and the same.</summary>
    public const long SameAs = 0x4350_4806;

    /// <summary>Session: one instance makes bulk files.</summary>
    public const long Bulk = 0x4350_4807;

    /// <summary>Session: one instance recomputes roll-ups.</summary>
    public const long Rollups = 0x4350_4808;

    /// <summary>Session: one instance judges what is stored.</summary>
    public const long Findings = 0x4350_4809;

    /// <summary>Ends the connection that had it, which is broken and may not know it for hours, and waits until it is gone.</summary>
    public static async Task TakeAuditAsync(NpgsqlConnection connection, Guid chain, CancellationToken cancellationToken)
    {
        await connection.Command(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = $1 AND objid::bigint = $2
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            (long)Audit, (long)(uint)OfChain(chain)).ExecuteAsync(cancellationToken);
        await connection.Command("SELECT pg_advisory_lock($1, $2)", Audit, OfChain(chain)).ExecuteAsync(cancellationToken);
    }

    public static int OfChain(Guid chain) => BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(chain.ToByteArray(bigEndian: true)));

    /// <summary>Until the connection's transaction ends, no other page of the operator is written, and its lease does not change hands.</summary>
    public static Task TakePagesAsync(NpgsqlConnection connection, string operatorId, CancellationToken cancellationToken) =>
        connection.Command("SELECT pg_advisory_xact_lock($1, $2)", Pages, OfOperator(operatorId)).ExecuteAsync(cancellationToken);

    public static int OfOperator(string operatorId) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(operatorId)));
}
