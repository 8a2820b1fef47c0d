using System.Text;

namespace ChargePointHub.Server.Access;

/// <summary>
/// What one answer holds of restricted data. Records are counted when they are read for it: of an answer that was broken off the last may not have arrived.
/// </summary>
/// <param name="expected">Operators whose records it may hold.</param>
public sealed class ReadTally(IReadOnlyList<string> expected)
{
    private readonly List<(byte[] Utf8, string Id)> operators = [.. expected.Select(o => (Encoding.UTF8.GetBytes(o), o))];
    private readonly List<long> records = [.. expected.Select(_ => 0L)];
    private int last;

    /// <summary>Those that were expected, then those who turned up beside them.</summary>
    public IReadOnlyList<string> Operators => [.. operators.Select(o => o.Id)];

    /// <summary>Of each of <see cref="Operators"/>.</summary>
    public IReadOnlyList<long> Records => [.. records];

    /// <summary>Handed to the network, before they are packed.</summary>
    public long Bytes { get; private set; }

    public void Send(int bytes) => Bytes += bytes;

    public void Count(string operatorId) => Count(Encoding.UTF8.GetBytes(operatorId));

    /// <summary>As many records at once.</summary>
    public void Count(string operatorId, long more) => records[Find(Encoding.UTF8.GetBytes(operatorId))] += more;

    /// <summary>One record.</summary>
    public void Count(ReadOnlySpan<byte> operatorId)
    {
        if (last >= operators.Count || !operatorId.SequenceEqual(operators[last].Utf8)) last = Find(operatorId);
        records[last]++;
    }

    private int Find(ReadOnlySpan<byte> operatorId)
    {
        for (var i = 0; i < operators.Count; i++)
        {
            if (operatorId.SequenceEqual(operators[i].Utf8)) return i;
        }

        // An operator without a file any more is on no list, and its records stay.
        operators.Add((operatorId.ToArray(), Encoding.UTF8.GetString(operatorId)));
        records.Add(0);
        return operators.Count - 1;
    }
}
