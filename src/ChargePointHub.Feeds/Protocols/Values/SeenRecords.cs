using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>Which records came in a pull, kept small enough to be handed to the process that goes on with it.</summary>
/// <param name="before">What <see cref="Kept"/> gave to the process before; empty: this one began.</param>
internal sealed class SeenRecords(ReadOnlyMemory<byte> before)
{
    /// <summary>The newest of them: lists that shift repeat what is near. In a longer one, what comes again from further back counts as another.</summary>
    public const int MostKept = 100_000;

    private readonly HashSet<ulong> _before = [.. MemoryMarshal.Cast<byte, ulong>(before.Span)];
    private readonly List<ulong> _here = [];

    /// <summary>A record that has not come in this process yet.</summary>
    /// <returns>True: it came before this process went on.</returns>
    public bool Add(string key)
    {
        var hash = MemoryMarshal.Read<ulong>(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        _here.Add(hash);
        return _before.Contains(hash);
    }

    /// <summary>Eight bytes a record, the newest last.</summary>
    public byte[] Kept()
    {
        var all = MemoryMarshal.Cast<byte, ulong>(before.Span).ToArray().Concat(_here);
        return MemoryMarshal.AsBytes<ulong>([.. all.TakeLast(MostKept)]).ToArray();
    }
}
