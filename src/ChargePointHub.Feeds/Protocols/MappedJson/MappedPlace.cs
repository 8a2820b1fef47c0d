using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Where a pull got to, so that another process can go on with it.</summary>
/// <param name="Page">Number of the next page; null: paging is by something else.</param>
/// <param name="Next">Next cursor or address.</param>
/// <param name="Walk">Where a walk by offset stands.</param>
/// <param name="Rows">Different rows that came before.</param>
/// <param name="Seen">Which these are, by <see cref="SeenRecords.Kept"/>; null: by offset the walk knows them, and in a loop each list is begun anew.</param>
/// <param name="Id">The loop's id that was done last.</param>
internal sealed record MappedPlace(int? Page = null, string? Next = null, string? Walk = null, long Rows = 0, byte[]? Seen = null, string? Id = null)
{
    private static readonly MappedPlace Beginning = new();

    public static MappedPlace Read(string? text)
    {
        if (text is null) return Beginning;
        try
        {
            // Without what came, a list that repeats rows could not be told from a whole one.
            return JsonSerializer.Deserialize<MappedPlace>(text) is { } place && ((place.Page is null && place.Next is null) || place.Seen is { Length: var length } && length % sizeof(ulong) == 0) ? place : Beginning;
        }
        catch (JsonException)
        {
            return Beginning;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
