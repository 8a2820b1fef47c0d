using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>OCPI's Price. A price that says nothing of VAT is not one without VAT.</summary>
internal static class OcpiPrice
{
    private const decimal Most = 1_000_000;

    public static readonly AllowList Allowed = new(["excl_vat", "incl_vat", "before_taxes"], ("taxes", new AllowList(["amount"])));

    public static (decimal? ExVat, decimal? IncVat) Read(RecordReader reader, OcpiVersion version, JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) reader.Add(ValueRules.ValueWrongType, name, null);
            return (null, null);
        }

        var exVat = Amount(version.NamesTaxes ? "before_taxes" : "excl_vat");
        reader.Expect(exVat is not null, $"{name}/{(version.NamesTaxes ? "before_taxes" : "excl_vat")}");
        if (!version.NamesTaxes) return (exVat, Amount("incl_vat"));
        if (exVat is null || !value.TryGetProperty("taxes", out var taxes) || taxes.ValueKind != JsonValueKind.Array || taxes.GetArrayLength() == 0) return (exVat, null);
        var all = exVat;
        foreach (var tax in taxes.EnumerateArray())
        {
            all += tax.ValueKind == JsonValueKind.Object && tax.TryGetProperty("amount", out var amount) ? reader.Number(amount, $"{name}/taxes", -Most, Most) : null;
        }

        return (exVat, all);

        decimal? Amount(string field) => value.TryGetProperty(field, out var amount) ? reader.Number(amount, $"{name}/{field}", -Most, Most) : null;
    }
}
