using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>Reads a whole answer as JSON, or says in which way it is none.</summary>
internal static class StrictJson
{
    /// <summary>Levels of arrays and objects.</summary>
    public const int Depth = 32;

    /// <summary>
    /// Names and values of one answer. A document keeps 12 bytes for each, so that 64 MiB of <c>[0,0,0,...]</c> would take ten times
    /// their size; real answers spend 15 bytes and more on each.
    /// </summary>
    public const int MostTokens = 4_000_000;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = Depth };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The document keeps its own copy of <paramref name="body"/>.</summary>
    /// <param name="fault">Completes "the answer ..."; empty when there is a document.</param>
    public static JsonDocument? Read(ReadOnlySequence<byte> body, out FailureKind kind, out string fault)
    {
        if (body.FirstSpan.StartsWith(ByteOrderMark)) body = body.Slice(ByteOrderMark.Length);
        (kind, fault) = (FailureKind.NotJson, "");
        try
        {
            if (body.Length > MostTokens && HasTooManyTokens(body))
            {
                (kind, fault) = (FailureKind.TooLarge, $"holds more than {MostTokens:N0} names and values");
                return null;
            }

            // A document parsed from memory goes on using that memory, which is pooled here; of several pieces it makes its own copy.
            var document = JsonDocument.Parse(body.IsSingleSegment ? new ReadOnlySequence<byte>(body.ToArray()) : body, Options);

            // Only an object or array shows by itself that it is whole: half a number is a number.
            fault = document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) ? "is neither an object nor an array"
                : !Utf8.IsValid(JsonMarshal.GetRawUtf8Value(document.RootElement)) ? "is not valid UTF-8"
                : "";
            if (fault.Length == 0) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            (kind, fault) = Diagnose(body);
        }
        catch (InvalidOperationException)
        {
            // What the framework says of half a surrogate pair while it looks for names that stand twice.
            fault = "names a property with text that is not Unicode";
        }

        return null;
    }

    private static bool HasTooManyTokens(ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Depth });
        var tokens = 0;
        while (tokens <= MostTokens && reader.Read()) tokens++;
        return tokens > MostTokens;
    }

    private static (FailureKind Kind, string Fault) Diagnose(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty) return (FailureKind.NotJson, "is empty");
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = Depth }));
        try
        {
            while (reader.Read())
            {
                // Reading on to the first place that is wrong; there may be none.
            }
        }
        catch (JsonException)
        {
            return (FailureKind.NotJson, reader.CurrentDepth >= Depth
                ? $"is nested deeper than {Depth} levels"
                : $"stops being JSON at byte {reader.BytesConsumed}");
        }

        var whole = reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        return whole
            ? (FailureKind.NotJson, "names a property twice in one object")
            : (FailureKind.Truncated, $"ends after {body.Length} bytes in the middle of its JSON");
    }
}
