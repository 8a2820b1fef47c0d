using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>An OCPI tariff becomes ours, or is refused. It has a reader of its own: it may stand inside an EVSE being read.</summary>
internal sealed class OcpiTariffs(FeedDefinition feed, OcpiVersion version)
{
    private static readonly FieldNames Fields = new(
        "country_code", "party_id", "id", "currency", "elements", "start_date_time", "end_date_time", "tax_included", "last_updated");

    private static readonly AllowList Allowed = new(Fields.All, ("elements", OcpiWords.TariffElement));

    private const string NotApplicable = "N/A";

    private readonly RecordReader _reader = new(feed, naiveIsUtc: true);

    /// <param name="at">JSON Pointer to the tariff within the operator's record; empty for a record of its own.</param>
    public void Add(JsonElement row, PageBuilder page, string at)
    {
        _reader.At = at;
        string? id = null, currency = null, taxIncluded = null;
        DateTimeOffset? from = null, to = null, updated = null;
        JsonElement elements = default;
        var expected = 0;
        if (row.ValueKind != JsonValueKind.Object) _reader.Findings.Add(ValueRules.RecordNotObject, at, null);
        else
        {
            foreach (var property in row.EnumerateObject())
            {
                var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                var value = property.Value;
                switch (name)
                {
                    case "id": id = _reader.Id(value, name, isKey: true); break;
                    case "currency": currency = _reader.Text(value, name, 3); break;
                    case "elements": elements = value; break;
                    case "start_date_time": from = _reader.Instant(value, name); break;
                    case "end_date_time": to = _reader.Instant(value, name); break;
                    case "tax_included" when version.NamesTaxes: taxIncluded = TaxIncluded(value); break;
                    case "last_updated": updated = _reader.Instant(value, name); break;
                }
            }

            if (id is null && !_reader.Findings.RefusesRecord) _reader.Add(ValueRules.IdMissing, "id", null);
        }

        if (_reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.Tariffs, id, Allowed, row, _reader.Findings.Take());
            return;
        }

        _reader.Expect(updated is not null, "last_updated");
        if (version.NamesTaxes) _reader.Expect(taxIncluded is not null, "tax_included");
        var includesVat = taxIncluded is "YES" or NotApplicable;
        var (kept, pence) = TariffReader.Read(_reader, elements, "elements", currency, includesVat);
        page.Add(
            new Tariff
            {
                TariffId = $"{feed.OperatorId}:{id}",
                OperatorId = feed.OperatorId,
                ValidFrom = from,
                ValidTo = to,
                Currency = currency,
                Elements = kept,
                PencePerKwh = pence,
                VatIncluded = pence is null ? null : includesVat,
                LastUpdated = updated,
            },
            _reader.Findings.Take(),
            $"{at}/id");
    }

    /// <summary>YES, NO, or that there are no taxes, so that the price is what drivers pay.</summary>
    private string? TaxIncluded(JsonElement value)
    {
        // "N/A" is one of OCPI's words here, and no stand-in for unknown.
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals(NotApplicable)) return NotApplicable;
        if (_reader.Text(value, "tax_included", 10) is not { } word) return null;
        if (word is "YES" or "NO") return word;
        _reader.Add(ValueRules.WordUnknown, "tax_included", word);
        return null;
    }
}
