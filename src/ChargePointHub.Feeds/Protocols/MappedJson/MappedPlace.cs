using System.Text.Json;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>Where a pull got to, so that another process can go on with it.</summary>
/// <param name="Page">Number of the next page; null: paging is by something else.</param>
/// <param name="Next">Next cursor or address.</param>
/// <param name="Walk">Where a walk by offset stands.</param>
/// <param name="Rows">Different rows that came before.</param>
/// <param name="Id">The loop's id that was done last.</param>
internal sealed record MappedPlace(int? Page = null, string? Next = null, string? Walk = null, long Rows = 0, string? Id = null)
{
    private static readonly MappedPlace Beginning = new();

    public static MappedPlace Read(string? text)
    {
        if (text is null) return Beginning;
        try
        {
            return JsonSerializer.Deserialize<MappedPlace>(text) ?? Beginning;
        }
        catch (JsonException)
        {
            return Beginning;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}
