using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Loti;

/// <summary>A tariff becomes ours, or is refused.</summary>
internal sealed class LotiTariffs(FeedDefinition feed, RecordReader reader)
{
    private static readonly FieldNames Fields = new("tariff_id", "valid_from", "valid_to", "currency", "elements", "last_updated");

    private static readonly AllowList Allowed = new(Fields.All, ("elements", OcpiWords.TariffElement));

    public void Add(JsonElement row, PageBuilder page)
    {
        reader.At = "";
        string? id = null, currency = null;
        DateTimeOffset? from = null, to = null, updated = null;
        JsonElement elements = default;
        var expected = 0;
        if (row.ValueKind != JsonValueKind.Object) reader.Findings.Add(ValueRules.RecordNotObject, "", null);
        else
        {
            foreach (var property in row.EnumerateObject())
            {
                var name = Fields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                var value = property.Value;
                switch (name)
                {
                    case "tariff_id": id = reader.Id(value, name, isKey: true); break;
                    case "valid_from": from = reader.Instant(value, name); break;
                    case "valid_to": to = reader.Instant(value, name); break;
                    case "currency": currency = reader.Text(value, name, 3); break;
                    case "elements": elements = value; break;
                    case "last_updated": updated = reader.Instant(value, name); break;
                    default: OcpiWords.TellIfPersonal(reader, property); break;
                }
            }

            if (id is null && !reader.Findings.RefusesRecord) reader.Add(ValueRules.IdMissing, "tariff_id", null);
        }

        if (reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.Tariffs, id, Allowed, row, reader.Findings.Take());
            return;
        }

        reader.Expect(updated is not null, "last_updated");
        var (kept, pence) = TariffReader.Read(reader, elements, "elements", currency);
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
                VatIncluded = pence is null ? null : false,
                LastUpdated = updated,
            },
            reader.Findings.Take(),
            "/tariff_id");
    }
}
