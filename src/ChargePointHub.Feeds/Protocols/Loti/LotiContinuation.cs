using System.Text.Json;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>Where a pull got to: in a list by its cursor, or in the loop over charge points by the last one that was done.</summary>
/// <param name="Distinct">Different records that came before; what comes later counts on from there.</param>
/// <param name="ChargePoint">The operator's own id.</param>
internal sealed record LotiContinuation(string? Cursor = null, long Distinct = 0, string? ChargePoint = null)
{
    private static readonly LotiContinuation FromTheBeginning = new();

    public static LotiContinuation Read(string? text)
    {
        if (text is null) return FromTheBeginning;
        try
        {
            return JsonSerializer.Deserialize<LotiContinuation>(text) ?? FromTheBeginning;
        }
        catch (JsonException)
        {
            return FromTheBeginning;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
