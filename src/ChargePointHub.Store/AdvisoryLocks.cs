using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Store;

/// <summary>Every advisory lock that the hub takes, so that no two uses share a number.</summary>
internal static class AdvisoryLocks
{
    /// <summary>Session: one instance migrates at a time.</summary>
    public const long Migrations = 0x4350_4801;

    /// <summary>Session: one instance collects at a time.</summary>
    public const long Collector = 0x4350_4802;

    /// <summary>Transaction: one instance adds partitions at a time.</summary>
    public const long Partitions = 0x4350_4803;

    /// <summary>Transaction, first half of the pair whose second is <see cref="OfOperator"/>: pages of one operator come one after the other.</summary>
    public const int Pages = 0x4350_4804;

    public static int OfOperator(string operatorId) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(operatorId)));
}
