using System.Text.Json;
using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>References from a connector to tariffs, as hub ids, in the operator's order.</summary>
internal static class TariffIds
{
    public static IReadOnlyList<string> Read(RecordReader reader, JsonElement value, string name, string operatorId)
    {
        if (value.ValueKind == JsonValueKind.Null) return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            reader.Add(ValueRules.ValueWrongType, name, null);
            return [];
        }

        var ids = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, name, null);
            else if (reader.Id(item, name, isKey: false) is { } id) ids.Add($"{operatorId}:{id}");
        }

        return ids;
    }
}
