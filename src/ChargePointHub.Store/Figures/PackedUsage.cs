using System.Text;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Figures;

/// <summary>
/// All figures of an operator's London day as one value: a byte that says how, then by charge point, in the order of its id's bytes, the id without its operator and
/// its figures, each number in as many bytes as it needs.
/// </summary>
internal static class PackedUsage
{
    private const byte Form = 1;
    private const long ASecond = 1_000_000;

    /// <param name="operatorId">Whose charge points these are.</param>
    public static byte[] Pack(string operatorId, IEnumerable<KeyValuePair<string, UsageFigures>> points)
    {
        using var output = new MemoryStream();
        output.WriteByte(Form);
        var owned = points.Select(p => (Id: Encoding.UTF8.GetBytes(p.Key[(operatorId.Length + 1)..]), p.Value)).ToList();
        owned.Sort((a, b) => a.Id.AsSpan().SequenceCompareTo(b.Id));
        Span<int> money = stackalloc int[4];
        foreach (var (id, f) in owned)
        {
            WriteNumber(output, (ulong)id.Length);
            output.Write(id);
            foreach (var count in (ReadOnlySpan<long>)[f.Sessions, f.SuccessfulSessions, f.UnendedSessions, f.WithoutEnergy, f.WithoutChargingMinutes, f.PricedSessions, f.EnergyWh])
                WriteNumber(output, Folded(count));
            foreach (var time in (ReadOnlySpan<long>)[f.PluggedMicroseconds, f.ChargingMicroseconds, f.IdleMicroseconds])
            {
                // Most are whole seconds: the last bit says so.
                var (seconds, rest) = Math.DivRem(time, ASecond);
                WriteNumber(output, rest == 0 ? Folded(seconds) << 1 : (Folded(time) << 1) | 1);
            }

            decimal.GetBits(f.RevenueIncVat, money);
            if (money[1] != 0 || money[2] != 0)
            {
                // More than 32 bits: a large sum, or a fine one.
                output.WriteByte(byte.MaxValue);
                foreach (var part in money) WriteNumber(output, (uint)part);
                continue;
            }

            output.WriteByte((byte)(money[3] >> 16));
            WriteNumber(output, Folded(money[3] < 0 ? -(long)(uint)money[0] : (uint)money[0]));
        }

        return output.ToArray();
    }

    /// <summary>Whether this hub knows how to read it; a newer one may have written it.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> packed) => packed is [Form, ..];

    /// <summary>All of it, by hub id.</summary>
    public static Dictionary<string, UsageFigures> Read(string operatorId, ReadOnlySpan<byte> packed)
    {
        var points = new Dictionary<string, UsageFigures>(StringComparer.Ordinal);
        for (var at = 0; TryRead(packed, ref at, out var id, out var figures);) points[$"{operatorId}:{Encoding.UTF8.GetString(id)}"] = figures;
        return points;
    }

    /// <summary>The next charge point, from the first byte on.</summary>
    /// <param name="packed">All of it.</param>
    /// <param name="at">Where the reader stands; 0 at first.</param>
    /// <param name="id">Its id without its operator.</param>
    /// <returns>Whether there was one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packed, ref int at, out ReadOnlySpan<byte> id, out UsageFigures figures)
    {
        id = [];
        figures = default;
        if (at == 0) at = 1;
        if (at >= packed.Length) return false;
        var length = (int)ReadNumber(packed, ref at);
        id = packed.Slice(at, length);
        at += length;
        figures = new UsageFigures(
            ReadCount(packed, ref at), ReadCount(packed, ref at), ReadCount(packed, ref at), ReadCount(packed, ref at), ReadCount(packed, ref at), ReadCount(packed, ref at),
            Unfolded(ReadNumber(packed, ref at)), ReadTime(packed, ref at), ReadTime(packed, ref at), ReadTime(packed, ref at), ReadMoney(packed, ref at));
        return true;
    }

    private static decimal ReadMoney(ReadOnlySpan<byte> packed, ref int at)
    {
        var scale = packed[at++];
        if (scale == byte.MaxValue)
        {
            return new decimal([(int)(uint)ReadNumber(packed, ref at), (int)(uint)ReadNumber(packed, ref at), (int)(uint)ReadNumber(packed, ref at), (int)(uint)ReadNumber(packed, ref at)]);
        }

        var value = Unfolded(ReadNumber(packed, ref at));
        return new decimal((int)(uint)Math.Abs(value), 0, 0, value < 0, scale);
    }

    private static long ReadTime(ReadOnlySpan<byte> packed, ref int at)
    {
        var number = ReadNumber(packed, ref at);
        return (number & 1) == 0 ? Unfolded(number >> 1) * ASecond : Unfolded(number >> 1);
    }

    private static int ReadCount(ReadOnlySpan<byte> packed, ref int at) => (int)Unfolded(ReadNumber(packed, ref at));

    /// <summary>Small numbers of either sign become small numbers.</summary>
    private static ulong Folded(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static long Unfolded(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
    private static void WriteNumber(MemoryStream output, ulong value)
    {
        for (; value >= 0x80; value >>= 7) output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> packed, ref int at)
    {
        ulong value = packed[at++];
        if (value < 0x80) return value;
        value &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            ulong next = packed[at++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
