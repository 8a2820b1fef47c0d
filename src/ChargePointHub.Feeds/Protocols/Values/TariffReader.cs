using System.Text.Json;
using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>What OCPI's tariff elements say of price.</summary>
internal static class TariffReader
{
    /// <summary>In the tariff's currency, a kWh.</summary>
    private const decimal MostPrice = 1_000_000;

    /// <summary>The elements cut to what is kept, and the price in pence where one unrestricted ENERGY price says it all.</summary>
    /// <param name="vatIncluded">The tariff says that all VAT there is stands within its prices; else they are before VAT, as OCPI 2.2.1 has it.</param>
    public static (JsonElement? Elements, decimal? PencePerKwh) Read(RecordReader reader, JsonElement value, string name, string? currency, bool vatIncluded = false)
    {
        if (currency is not (null or "GBP")) reader.Add(ChargePointRules.CurrencyNotGbp, "currency", currency);
        reader.Expect(currency is not null, "currency");
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) reader.Expect(false, name);
            else reader.Add(ValueRules.ValueWrongType, name, null);
            return (null, null);
        }

        var elements = OcpiWords.TariffElement.CutElement(value);
        decimal? energy = null;
        var (simple, vatUnstated) = (true, false);
        foreach (var element in elements.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                reader.Add(ValueRules.ValueWrongType, name, null);
                continue;
            }

            var restricted = element.TryGetProperty("restrictions", out var restrictions) && restrictions.ValueKind == JsonValueKind.Object &&
                restrictions.EnumerateObject().Any(r => r.Value.ValueKind != JsonValueKind.Null);
            if (!element.TryGetProperty("price_components", out var components) || components.ValueKind != JsonValueKind.Array) continue;
            foreach (var component in components.EnumerateArray())
            {
                if (component.ValueKind != JsonValueKind.Object) continue;
                var isEnergy = component.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("ENERGY");
                var price = component.TryGetProperty("price", out var p) && p.ValueKind == JsonValueKind.Number ? p.GetDecimal() : 0;
                vatUnstated |= price > 0 && !(component.TryGetProperty("vat", out var vat) && vat.ValueKind == JsonValueKind.Number);
                if (isEnergy)
                {
                    simple &= energy is null && !restricted;
                    energy = price;
                }
                else
                {
                    simple &= price == 0;
                }
            }
        }

        if (vatUnstated && !vatIncluded) reader.Add(ChargePointRules.VatUnstated, name, null);
        if (energy is < 0 or > MostPrice)
        {
            reader.Add(ValueRules.NumberOutOfRange, name, $"{energy}", $"Not within 0 to {MostPrice} a kWh; no price was made of it.");
            energy = null;
        }

        return (elements, simple && currency == "GBP" ? energy * 100 : null);
    }
}
