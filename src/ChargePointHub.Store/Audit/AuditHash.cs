using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Audit;

/// <summary>
/// What holds a chain together: SHA-256 over the hash of the row before and every column of this row, each with its length, so that no value can
/// pass for its neighbour's. The number is left out: where a row stands is said by what it follows.
/// </summary>
internal static class AuditHash
{
    /// <summary>Of the order of columns and how they are written.</summary>
    private const byte Form = 1;

    public static byte[] Of(AuditEvent row, ReadOnlySpan<byte> previous)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Form);
        writer.Write(previous);
        writer.Write(row.Chain.ToByteArray(bigEndian: true));
        writer.Write(Words<AuditKind>.Of(row.Kind));
        writer.Write(row.WrittenAt.UtcTicks);
        Number(row.Opened);
        Text(row.RequestId);
        Text(row.KeyId);
        Text(row.OrganisationId);
        Text(row.Holder);
        Texts(row.Rights);
        Text(row.Route);
        Text(row.Path);
        Text(row.Filter);
        Texts(row.Operators);
        Text(row.Outcome is { } outcome ? Words<ReadOutcome>.Of(outcome) : null);
        writer.Write(row.Records?.Count ?? -1);
        foreach (var records in row.Records ?? []) writer.Write(records);
        Number(row.Bytes);
        writer.Flush();
        return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));

        void Number(long? value)
        {
            writer.Write(value is not null);
            writer.Write(value ?? 0);
        }

        void Text(string? value)
        {
            writer.Write(value is not null);
            writer.Write(value ?? "");
        }

        void Texts(IReadOnlyList<string>? values)
        {
            writer.Write(values?.Count ?? -1);
            foreach (var value in values ?? []) writer.Write(value);
        }
    }
}
