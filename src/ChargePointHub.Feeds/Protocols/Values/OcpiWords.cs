using System.Collections.Frozen;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>OCPI's words and objects that several protocols carry as they are; words of 2.3.0 among them.</summary>
internal static class OcpiWords
{
    /// <summary>OCPI's Hours object.</summary>
    public static readonly AllowList OpeningHours = new(
        ["twentyfourseven"],
        ("regular_hours", new AllowList(["weekday", "period_begin", "period_end"])),
        ("exceptional_openings", new AllowList(["period_begin", "period_end"])),
        ("exceptional_closings", new AllowList(["period_begin", "period_end"])));

    /// <summary>OCPI's TariffElement object.</summary>
    public static readonly AllowList TariffElement = new(
        [],
        ("price_components", new AllowList(["type", "price", "vat", "step_size"])),
        ("restrictions", new AllowList(
            [
                "start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_current", "max_current", "min_power",
                "max_power", "min_duration", "max_duration", "day_of_week", "reservation",
            ])));

    /// <summary>Field names that OCPI or bad habit give to what concerns a driver.</summary>
    private static readonly FrozenSet<string> PersonalNames = FrozenSet.ToFrozenSet(
        [
            "cdr_token", "contract_id", "authorization_reference", "invoice_reference_id", "signed_data", "token", "token_uid", "rfid", "rfid_uid",
            "id_tag", "emaid", "visual_number", "card_number", "plate", "number_plate", "licence_plate", "license_plate", "vrm", "vin",
            "registration", "driver", "driver_id", "driver_name", "user", "user_id", "user_name", "customer", "customer_id", "customer_name",
            "first_name", "last_name", "email", "e_mail", "phone", "phone_number", "mobile",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Standards = ConnectorStandards.All.ToFrozenDictionary(w => w, StringComparer.OrdinalIgnoreCase);

    /// <summary>ConnectorType as OCPI writes it, or null with a finding.</summary>
    public static string? Standard(RecordReader reader, JsonElement value, string name)
    {
        if (reader.Text(value, name) is not { } word) return null;
        if (!Standards.TryGetValue(word, out var standard))
        {
            reader.Add(ValueRules.WordUnknown, name, word);
            return null;
        }

        if (!string.Equals(word, standard, StringComparison.Ordinal)) reader.Add(ValueRules.WordCase, name, word);
        return standard;
    }

    public static JsonElement? Hours(RecordReader reader, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Object) return OpeningHours.CutElement(value);
        if (value.ValueKind != JsonValueKind.Null) reader.Add(ValueRules.ValueWrongType, name, null);
        return null;
    }

    public static bool IsPersonal(string name) => PersonalNames.Contains(name);

    /// <summary>Tells of a field that should not have been sent. Its value is never looked at.</summary>
    public static void TellIfPersonal(RecordReader reader, JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Null) return;
        string name;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            return;
        }

        if (PersonalNames.Contains(name)) reader.Add(ValueRules.PersonalDataPresent, name, null);
    }
}
