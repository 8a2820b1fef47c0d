using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>Where a pull got to: in a list by its cursor, or in the loop over charge points by the last one that was done.</summary>
/// <param name="Distinct">Different records of the list that came before; what comes later counts on from there.</param>
/// <param name="Seen">Which these are, by <see cref="SeenRecords.Kept"/>; in the loop null, as each charge point's list is begun anew.</param>
/// <param name="Total">Records of the whole list, where an answer has stated it.</param>
/// <param name="ChargePoint">The operator's own id.</param>
internal sealed record LotiContinuation(string? Cursor = null, long Distinct = 0, byte[]? Seen = null, long? Total = null, string? ChargePoint = null)
{
    private static readonly LotiContinuation FromTheBeginning = new();

    public static LotiContinuation Read(string? text)
    {
        if (text is null) return FromTheBeginning;
        try
        {
            // Without what came, a list that repeats records could not be told from a whole one.
            return JsonSerializer.Deserialize<LotiContinuation>(text) is { } place && (place.Cursor is null || place.Seen is { Length: var length } && length % sizeof(ulong) == 0) ? place : FromTheBeginning;
        }
        catch (JsonException)
        {
            return FromTheBeginning;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
