using System.Buffers;
using System.Text.Json;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>One JSON document a line (NDJSON). A break within JSON text is always escaped, so that each line is whole in itself.</summary>
internal static class JsonLines
{
    /// <summary>The lines as one JSON array, still to be parsed; empty lines are passed over. Whether the last line was the last, only HTTP knows.</summary>
    public static ReadOnlySequence<byte> AsArray(ReadOnlySequence<byte> body)
    {
        // A comma takes the place of a line's end.
        var joined = new ArrayBufferWriter<byte>(checked((int)body.Length + 2));
        joined.Write("["u8);
        var reader = new SequenceReader<byte>(body);
        reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true);
        var isFirst = true;
        while (!reader.End)
        {
            if (!reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
            {
                line = reader.UnreadSequence;
                reader.AdvanceToEnd();
            }

            if (IsEmpty(line)) continue;
            if (!isFirst) joined.Write(","u8);
            isFirst = false;
            foreach (var piece in line) joined.Write(piece.Span);
        }

        joined.Write("]"u8);
        return new ReadOnlySequence<byte>(joined.WrittenMemory);
    }

    /// <summary>Whether what is no JSON document is several, one a line.</summary>
    public static bool Are(ReadOnlySequence<byte> body)
    {
        if (StrictJson.Read(AsArray(body), out _, out _) is not { } lines) return false;
        using (lines) return lines.RootElement.GetArrayLength() > 1 && lines.RootElement[0].ValueKind == JsonValueKind.Object;
    }

    private static bool IsEmpty(ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            if (piece.Span.ContainsAnyExcept(" \t\r"u8)) return false;
        }

        return true;
    }
}
