using System.Collections.Frozen;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>Lists of words on an EVSE: what it can do, and who may park there.</summary>
internal static class OcpiEvseWords
{
    /// <summary>Capabilities and what they say of payment; null: nothing. A card reader without contactless support claims nothing.</summary>
    private static readonly FrozenDictionary<string, PaymentMethod?> Capabilities = new Dictionary<string, PaymentMethod?>
    {
        ["CHARGING_PROFILE_CAPABLE"] = null,
        ["CHARGING_PREFERENCES_CAPABLE"] = null,
        ["CHIP_CARD_SUPPORT"] = null,
        ["CONTACTLESS_CARD_SUPPORT"] = PaymentMethod.Contactless,
        ["CREDIT_CARD_PAYABLE"] = null,
        ["DEBIT_CARD_PAYABLE"] = null,
        ["PED_TERMINAL"] = null,
        ["REMOTE_START_STOP_CAPABLE"] = PaymentMethod.App,
        ["RESERVABLE"] = null,
        ["RFID_READER"] = PaymentMethod.Rfid,
        ["START_SESSION_CONNECTOR_REQUIRED"] = null,
        ["TOKEN_GROUP_CAPABLE"] = null,
        ["UNLOCK_CAPABLE"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> ParkingRestrictions =
        FrozenSet.ToFrozenSet(["EV_ONLY", "PLUGGED", "DISABLED", "CUSTOMERS", "MOTORCYCLES"], StringComparer.Ordinal);

    /// <summary>Of a connector. ISO 15118-2 and -20 both.</summary>
    public static bool IsPlugAndCharge(RecordReader reader, JsonElement value) =>
        List(reader, value, "capabilities").ToList().Exists(w => w is "ISO_15118_2_PLUG_AND_CHARGE" or "ISO_15118_20_PLUG_AND_CHARGE");

    /// <summary>A word of an operator's own is no finding where the list is open: it says nothing of payment that could be lost.</summary>
    public static IReadOnlyList<PaymentMethod> PaymentMethods(RecordReader reader, OcpiVersion version, JsonElement value)
    {
        var methods = new SortedSet<PaymentMethod>();
        foreach (var word in List(reader, value, "capabilities"))
        {
            if (!Capabilities.TryGetValue(word, out var method))
            {
                if (!version.HasOpenWords) reader.Add(ValueRules.WordUnknown, "capabilities", word);
            }
            else if (method is { } known) methods.Add(known);
        }

        return [.. methods];
    }

    /// <summary>DISABLED makes the bay accessible; the other words are kept, in alphabetical order.</summary>
    public static (bool? AccessibleBay, string? Restriction) Restrictions(RecordReader reader, OcpiVersion version, JsonElement value)
    {
        bool? accessible = null;
        var others = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var word in List(reader, value, "parking_restrictions"))
        {
            if (word == "DISABLED") accessible = true;
            else if (version.HasOpenWords || ParkingRestrictions.Contains(word)) others.Add(word);
            else reader.Add(ValueRules.WordUnknown, "parking_restrictions", word);
        }

        return (accessible, others.Count == 0 ? null : string.Join(", ", others));
    }

    /// <summary>Source: OCPI 2.2.1, mod_locations, ParkingRestriction: CUSTOMERS is reserved for guests of a hotel or shop.</summary>
    /// <param name="restriction">As <see cref="Restrictions"/> joins them.</param>
    public static bool IsForCustomers(string? restriction) => restriction is not null && restriction.Split(", ").Contains("CUSTOMERS");

    private static IEnumerable<string> List(RecordReader reader, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind != JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, name, null);
            yield break;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (reader.Text(item, name, 64) is not { } word) continue;
            var upper = word.ToUpperInvariant();
            if (upper != word) reader.Add(ValueRules.WordCase, name, word);
            yield return upper;
        }
    }
}
