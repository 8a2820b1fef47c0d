using System.Text.Json;
using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// What somebody wrote in his own words. Where it holds what looks like a person's address, number or plate nothing of it is kept, nor shown in the finding.
/// A name cannot be told from any other word.
/// </summary>
internal static class FreeText
{
    private const int Longest = 500;

    public static string? Read(RecordReader reader, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String && StorableText.Of(value) is { } sent && PersonalText.LooksPersonal(sent))
        {
            reader.Add(OutageRules.TextPersonal, name, null);
            return null;
        }

        return reader.Text(value, name, Longest);
    }
}
