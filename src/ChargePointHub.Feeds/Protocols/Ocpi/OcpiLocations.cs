using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>An OCPI location becomes one charge point per EVSE. The field table is in the room's README.</summary>
internal sealed class OcpiLocations(FeedDefinition feed, OcpiVersion version, OcpiTariffs tariffs)
{
    private static readonly FieldNames EvseFields = new(
        "uid", "evse_id", "status", "capabilities", "connectors", "coordinates", "parking_restrictions", "tariffs", "parking", "last_updated");

    private static readonly AllowList AllowedConnector = new(
        ["id", "standard", "format", "power_type", "max_voltage", "max_amperage", "max_electric_power", "tariff_ids", "last_updated"]);

    private static readonly AllowList AllowedEvse = new(
        ["uid", "evse_id", "status", "capabilities", "parking_restrictions", "physical_reference", "last_updated"],
        ("connectors", AllowedConnector),
        ("coordinates", new AllowList(["latitude", "longitude"])));

    private static readonly AllowList AllowedLocation = new(
        ["country_code", "party_id", "id", "publish", "country", "time_zone", "last_updated"], ("evses", AllowedEvse));

    private readonly RecordReader _reader = new(feed, naiveIsUtc: true);

    private readonly OcpiConnectors _connectors = new(feed, version);

    private readonly Dictionary<string, Status> _statusWords = new(feed.Ocpi.StatusWords, StringComparer.OrdinalIgnoreCase);

    public void Add(JsonElement row, PageBuilder page)
    {
        _reader.At = "";
        if (row.ValueKind != JsonValueKind.Object)
        {
            page.Refuse(Dataset.ChargePoints, null, AllowedLocation, row, [Findings.Make(ValueRules.RecordNotObject, "", null)]);
            return;
        }

        var location = OcpiLocation.Read(_reader, version, row);
        if (location.Evses.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            _reader.Add(ValueRules.RecordNotObject, "evses", null, "EVSEs are not an array.");
        }

        var ofLocation = _reader.Findings.Take();
        if (location.Evses.ValueKind != JsonValueKind.Array)
        {
            if (ofLocation.Any(f => f.Severity == Severity.Error)) page.Refuse(Dataset.ChargePoints, location.Id, AllowedLocation, row, ofLocation);
            return;
        }

        var index = 0;
        foreach (var evse in location.Evses.EnumerateArray()) AddEvse(evse, index++, location, ofLocation, page);
    }

    private void AddEvse(JsonElement evse, int index, OcpiLocation location, IReadOnlyList<Finding> ofLocation, PageBuilder page)
    {
        _reader.At = $"/evses/{index}";
        string? uid = null, evseId = null, restriction = null;
        Status? status = null;
        bool? accessible = null;
        DateTimeOffset? updated = null;
        JsonElement connectors = default, coordinates = default, embedded = default, parking = default;
        IReadOnlyList<PaymentMethod> payment = [];
        var expected = 0;
        if (evse.ValueKind != JsonValueKind.Object) _reader.Findings.Add(ValueRules.RecordNotObject, _reader.At, null);
        else
        {
            foreach (var property in evse.EnumerateObject())
            {
                var name = EvseFields.Find(JsonMarshal.GetRawUtf8PropertyName(property), ref expected);
                var value = property.Value;
                switch (name)
                {
                    case "uid": uid = _reader.Id(value, name, isKey: true); break;
                    case "evse_id": evseId = _reader.Text(value, name, 48); break;
                    case "status": status = StatusOf(value); break;
                    case "capabilities": payment = OcpiEvseWords.PaymentMethods(_reader, version, value); break;
                    case "connectors": connectors = value; break;
                    case "coordinates": coordinates = value; break;
                    case "parking_restrictions": (accessible, restriction) = OcpiEvseWords.Restrictions(_reader, version, value); break;
                    case "tariffs": embedded = value; break;
                    case "parking" when version.HasParkingPlaces: parking = value; break;
                    case "last_updated": updated = _reader.Instant(value, name); break;
                }
            }

            if (uid is null && !_reader.Findings.RefusesRecord) _reader.Add(ValueRules.IdMissing, "uid", null);
        }

        if (_reader.Findings.RefusesRecord)
        {
            page.Refuse(Dataset.ChargePoints, uid, AllowedEvse, evse, Joined(ofLocation, _reader.Findings.Take()));
            return;
        }

        _reader.Expect(status is not null, "status");
        _reader.Expect(updated is not null, "last_updated");
        EvseIdCheck.Judge(evseId, feed.PartyIds, $"{_reader.At}/evse_id", _reader.Findings);
        var (latitude, longitude) = (location.Latitude, location.Longitude);
        if (coordinates.ValueKind == JsonValueKind.Object && OcpiLocation.Coordinates(_reader, coordinates) is ({ } ownLatitude, { } ownLongitude))
        {
            (latitude, longitude) = (ownLatitude, ownLongitude);
        }

        var at = _reader.At;
        accessible ??= OcpiParking.Names(_reader, parking, location.AccessiblePlaces);
        var ofEvse = feed.Ocpi.TariffsInEvses ? Embedded(embedded, at, page) : [];
        var read = _connectors.Read(_reader, connectors, ofEvse);
        _reader.At = at;
        decimal? strongest = null;
        foreach (var connector in read)
        {
            if (strongest is null || connector.MaxPowerKw > strongest) strongest = connector.MaxPowerKw;
        }

        page.Add(
            new ChargePoint
            {
                ChargePointId = $"{feed.OperatorId}:{uid}",
                OperatorId = feed.OperatorId,
                OperatorName = feed.OperatorName,
                EvseId = evseId,
                OwnerName = location.Owner,
                LocationId = $"{feed.OperatorId}:{location.Id ?? uid}",
                LocationName = location.Name,
                Address = location.Address,
                City = location.City,
                Postcode = location.Postcode,
                Latitude = latitude,
                Longitude = longitude,
                OnStreet = location.OnStreet,
                LocationType = location.Type,
                MaxPowerKw = strongest,
                PowerBand = PowerBands.Of(strongest),
                Connectors = read,
                OpeningHours = location.OpeningHours,
                Access = OcpiEvseWords.IsForCustomers(restriction) ? Access.Restricted : feed.Ocpi.Access,
                AccessibleBay = accessible,
                PhysicalRestriction = restriction,
                PaymentMethods = _connectors.OfferPlugAndCharge ? [.. payment.Append(PaymentMethod.PlugCharge).Distinct().Order()] : payment,
                EnergyMixGreen = location.GreenEnergy,
                LastUpdated = updated is null || location.LastUpdated > updated ? location.LastUpdated ?? updated : updated,
                Published = location.Publish,
            },
            Joined(ofLocation, _reader.Findings.Take()),
            status,
            since: null,
            $"{at}/uid");
    }

    /// <summary>The operator's declared words first, then OCPI's.</summary>
    private Status? StatusOf(JsonElement value)
    {
        if (_statusWords.Count > 0 && value.ValueKind == JsonValueKind.String && StorableText.Of(value) is { } word && _statusWords.TryGetValue(word.Trim(), out var declared))
        {
            return declared;
        }

        return StatusWord.Read(_reader, value, "status");
    }

    /// <summary>Puts tariffs that stand inside an EVSE on the page, each once in a crawl, and returns their hub ids.</summary>
    private List<string> Embedded(JsonElement embedded, string at, PageBuilder page)
    {
        var ids = new List<string>();
        if (embedded.ValueKind != JsonValueKind.Array) return ids;
        var index = 0;
        foreach (var row in embedded.EnumerateArray())
        {
            var pointer = $"{at}/tariffs/{index++}";
            var id = row.ValueKind == JsonValueKind.Object && row.TryGetProperty("id", out var value) && value.ValueKind == JsonValueKind.String ? StorableText.Of(value)?.Trim() : null;
            var hubId = $"{feed.OperatorId}:{id}";
            if (id is null || !page.KnowsTariff(hubId)) tariffs.Add(row, page, pointer);
            if (id is not null && page.KnowsTariff(hubId)) ids.Add(hubId);
        }

        return ids;
    }

    private static IReadOnlyList<Finding> Joined(IReadOnlyList<Finding> a, IReadOnlyList<Finding> b) =>
        a.Count == 0 ? b : b.Count == 0 ? a : [.. a, .. b];
}
