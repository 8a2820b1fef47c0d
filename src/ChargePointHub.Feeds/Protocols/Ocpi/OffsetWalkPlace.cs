using System.Text.Json;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Where a walk over a list by offset stands, so that another process can go on with it.</summary>
/// <param name="Order">Ids of the rows as they stand in the list, as far as it was read.</param>
/// <param name="Gone">Ids that came and stand there no longer.</param>
internal sealed record OffsetWalkPlace(
    int Offset, int Limit, IReadOnlyList<string> Order, IReadOnlyList<string> Gone, bool EverSaidNext, bool ReadsFrontAgain, bool HasShifted,
    int LargestPage, int Requests, int Back)
{
    /// <summary>Null: nothing that a walk could go on from.</summary>
    public static OffsetWalkPlace? Read(string? text)
    {
        if (text is null) return null;
        try
        {
            return JsonSerializer.Deserialize<OffsetWalkPlace>(text) is { Offset: >= 0, Order: not null, Gone: not null } place ? place : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
