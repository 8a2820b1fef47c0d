using System.Text.Json;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Where a pull over one or more modules stands.</summary>
/// <param name="Module">Of the dataset's modules, from 0.</param>
/// <param name="Walk">Null: the module has not begun.</param>
internal sealed record OcpiPlace(int Module, string? Walk)
{
    /// <summary>What cannot be read begins at the beginning.</summary>
    public static OcpiPlace Read(string? text)
    {
        try
        {
            if (text is not null && JsonSerializer.Deserialize<OcpiPlace>(text) is { Module: >= 0 } place) return place;
        }
        catch (JsonException)
        {
            // Another protocol's, or an older hub's.
        }

        return new OcpiPlace(0, null);
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
