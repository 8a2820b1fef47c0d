using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>An operator's status word: null where none is said, UNKNOWN where it means nothing. MISSING is the hub's own and no operator's.</summary>
internal static class StatusWord
{
    public static Status? Read(RecordReader reader, JsonElement value, string name)
    {
        var status = reader.Word<Status>(value, name, Status.Unknown);
        if (status != Status.Missing) return status;
        reader.Add(ValueRules.WordUnknown, name, "MISSING", "Only the hub says MISSING; read as unknown.");
        return Status.Unknown;
    }
}
