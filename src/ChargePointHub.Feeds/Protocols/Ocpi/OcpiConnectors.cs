using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>The connectors of one EVSE. OCPI's power is in watts, ours in kilowatts.</summary>
internal sealed class OcpiConnectors(FeedDefinition feed, OcpiVersion version)
{
    private static readonly FieldNames Fields = new(
        "id", "standard", "format", "power_type", "max_voltage", "max_amperage", "max_electric_power", "tariff_ids", "capabilities");

    /// <summary>One at least of those last read.</summary>
    public bool OfferPlugAndCharge { get; private set; }

    /// <param name="reader">At the EVSE; afterwards somewhere below it.</param>
    /// <param name="tariffsOfEvse">For connectors that name no tariffs themselves.</param>
    public IReadOnlyList<Connector> Read(RecordReader reader, JsonElement sent, IReadOnlyList<string> tariffsOfEvse)
    {
        OfferPlugAndCharge = false;
        if (sent.ValueKind != JsonValueKind.Array || sent.GetArrayLength() == 0)
        {
            if (sent.ValueKind is JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined) reader.Expect(false, "connectors");
            else reader.Add(ValueRules.ValueWrongType, "connectors", null);
            return [];
        }

        var evse = reader.At;
        var connectors = new List<Connector>();
        var index = 0;
        foreach (var item in sent.EnumerateArray())
        {
            reader.At = $"{evse}/connectors/{index}";
            if (item.ValueKind == JsonValueKind.Object) connectors.Add(One(reader, item, index, tariffsOfEvse));
            else reader.Findings.Add(ValueRules.ValueWrongType, reader.At, null);
            index++;
        }

        return connectors;
    }

    private Connector One(RecordReader reader, JsonElement item, int index, IReadOnlyList<string> tariffsOfEvse)
    {
        string? id = null, standard = null;
        ConnectorFormat? format = null;
        PowerType? type = null;
        int? volts = null, amperes = null;
        decimal? watts = null;
        IReadOnlyList<string> tariffs = [];
        var expected = 0;
        foreach (var property in item.EnumerateObject())
        {
            var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
            var value = property.Value;
            switch (name)
            {
                case "id": id = reader.Id(value, name, isKey: false); break;
                case "standard": standard = OcpiWords.Standard(reader, value, name); break;
                case "format": format = reader.Word<ConnectorFormat>(value, name); break;
                case "power_type": type = reader.Word<PowerType>(value, name); break;
                case "max_voltage": volts = reader.Whole(value, name, 1, 2000); break;
                case "max_amperage": amperes = reader.Whole(value, name, 1, 3000); break;
                case "max_electric_power": watts = reader.Number(value, name, 0, 1_000_000_000); break;
                case "capabilities" when version.HasParkingPlaces: OfferPlugAndCharge |= OcpiEvseWords.IsPlugAndCharge(reader, value); break;
                case "tariff_ids": tariffs = TariffIds.Read(reader, value, name, feed.OperatorId); break;
            }
        }

        reader.Expect(id is not null, "id");
        reader.Expect(standard is not null, "standard");
        reader.Expect(format is not null, "format");
        reader.Expect(type is not null, "power_type");
        var (kw, derived) = PowerCheck.Judge(watts / 1000, volts, amperes, type, $"{reader.At}/max_electric_power", reader.Findings);
        return new Connector
        {
            ConnectorId = id ?? ConnectorNumber.Of(index),
            Standard = standard,
            Format = format,
            PowerType = type,
            MaxVoltageV = volts,
            MaxAmperageA = amperes,
            MaxPowerKw = kw,
            PowerDerived = derived,
            TariffIds = tariffs.Count > 0 ? tariffs : tariffsOfEvse,
        };
    }
}
