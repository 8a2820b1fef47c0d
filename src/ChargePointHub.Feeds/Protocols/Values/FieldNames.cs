using System.Text;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// A fixed list of field names, found by their bytes without making a string. Records of one feed name their fields in one
/// order, so the name after the last one found is tried first.
/// </summary>
internal sealed class FieldNames(params string[] names)
{
    private readonly byte[][] _utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];

    public IReadOnlyList<string> All => names;

    /// <param name="expected">Where to look first; afterwards the place after the one found.</param>
    public string? Find(ReadOnlySpan<byte> name, ref int expected)
    {
        if (expected < _utf8.Length && name.SequenceEqual(_utf8[expected])) return names[expected++];
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (!name.SequenceEqual(_utf8[i])) continue;
            expected = i + 1;
            return names[i];
        }

        return null;
    }
}
