using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>
/// One simulated operator's charge points and tariffs by OCPI 2.2.1, below /ocpi: versions, version details, locations, tariffs.
/// An object's last_updated is its record's: a status alone does not lift it.
/// </summary>
public sealed class OcpiApi(OperatorTruth truth, string token, OperatorFaults faults, TimeProvider time)
{
    public const string VersionsPath = "/ocpi/versions";

    /// <summary>The server's most rows in a page, small enough that crawls page.</summary>
    public const int MostRows = 20;

    private readonly RecordWriter writer = new(truth.Operator, asHub: false);

    private readonly string encodedToken = Convert.ToBase64String(Encoding.UTF8.GetBytes(token));

    private readonly SimulatedChargePoint[][] locations =
        [.. truth.Operator.ChargePoints.GroupBy(p => p.LocationOwnId, StringComparer.Ordinal).Select(g => g.ToArray())];

    public async Task HandleAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!LotiApi.Holds(header, "Token", encodedToken) && !LotiApi.Holds(header, "Token", token))
        {
            context.Response.StatusCode = 401;
            await AnswerAsync(context, 2001, "Send the header Authorization: Token <base64 of the token>.", null);
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = 405;
            context.Response.Headers.Allow = "GET";
            await AnswerAsync(context, 2000, "This operator only sends.", null);
            return;
        }

        var root = $"{context.Request.Scheme}://{context.Request.Host}/ocpi";
        var now = time.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        switch (context.Request.Path.Value)
        {
            case VersionsPath:
                await AnswerAsync(context, 1000, null, json =>
                {
                    json.WriteStartArray("data");
                    json.WriteStartObject();
                    json.WriteString("version", "2.2.1");
                    json.WriteString("url", $"{root}/2.2.1");
                    json.WriteEndObject();
                    json.WriteEndArray();
                });
                break;
            case "/ocpi/2.2.1":
                await AnswerAsync(context, 1000, null, json => Details(json, root));
                break;
            case "/ocpi/2.2.1/locations":
                var statuses = truth.Statuses(now);
                await PageAsync(context, Dataset.ChargePoints, locations, l => l[0].LocationOwnId, l => l.Max(p => truth.LastUpdated(p, now)), (json, location) => Location(json, location, statuses, now));
                break;
            case "/ocpi/2.2.1/tariffs":
                await PageAsync(context, Dataset.Tariffs, truth.Operator.Tariffs, t => t.OwnId, t => t.LastUpdatedAt(at), (json, tariff) => Tariff(json, tariff, at));
                break;
            default:
                context.Response.StatusCode = 404;
                await AnswerAsync(context, 2003, $"There is nothing at {context.Request.Path}.", null);
                break;
        }
    }

    private static void Details(Utf8JsonWriter json, string root)
    {
        json.WriteStartObject("data");
        json.WriteString("version", "2.2.1");
        json.WriteStartArray("endpoints");
        foreach (var module in (string[])["locations", "tariffs"])
        {
            json.WriteStartObject();
            json.WriteString("identifier", module);
            json.WriteString("role", "SENDER");
            json.WriteString("url", $"{root}/2.2.1/{module}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task PageAsync<T>(HttpContext context, Dataset dataset, IEnumerable<T> all, Func<T, string> id, Func<T, long> lastUpdated, Action<Utf8JsonWriter, T> write)
    {
        var query = context.Request.Query;
        if (!Whole("offset", 0, out var offset) || !Whole("limit", MostRows, out var limit) || !Instant("date_from", out var from) || !Instant("date_to", out var to))
        {
            await AnswerAsync(context, 2001, "offset and limit are whole numbers, date_from and date_to instants in UTC.", null);
            return;
        }

        var rows = all.Where(r => lastUpdated(r) is var at && at >= (from ?? long.MinValue) && at < (to ?? long.MaxValue)).ToList();
        if (faults.Show(dataset, rows.Count, byOffset: true, offset, time.GetUtcNow(), i => id(rows[i]), i => lastUpdated(rows[i])) is { } shown) rows = [.. shown.Select(i => rows[i])];
        var page = rows.Skip(offset).Take(Math.Clamp(limit, 1, MostRows)).ToList();
        context.Response.Headers["X-Total-Count"] = rows.Count.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Limit"] = MostRows.ToString(CultureInfo.InvariantCulture);
        if (offset + page.Count < rows.Count)
        {
            var kept = string.Concat(query.Where(p => p.Key is "date_from" or "date_to").Select(p => $"&{p.Key}={Uri.EscapeDataString(p.Value.ToString())}"));
            var next = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}?offset={offset + page.Count}&limit={limit}{kept}";
            context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        await AnswerAsync(context, 1000, null, json =>
        {
            json.WriteStartArray("data");
            foreach (var row in page) write(json, row);
            json.WriteEndArray();
        });

        bool Whole(string name, int missing, out int value)
        {
            value = missing;
            return !query.TryGetValue(name, out var text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        bool Instant(string name, out long? value)
        {
            value = null;
            if (!query.TryGetValue(name, out var text)) return true;
            // OCPI times may leave Z out and are UTC all the same.
            var given = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
            value = given ? instant.ToUnixTimeMilliseconds() : null;
            return given;
        }
    }

    private void Location(Utf8JsonWriter json, SimulatedChargePoint[] evses, SimulatedStatusChange[] statuses, DateTimeOffset now)
    {
        var first = evses[0];
        json.WriteStartObject();
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", truth.Operator.Party);
        json.WriteString("id", first.LocationOwnId);
        json.WriteBoolean("publish", true);
        if (first.LocationName is not null) json.WriteString("name", first.LocationName);
        json.WriteString("address", first.Address);
        json.WriteString("city", "London");
        if (first.Postcode is not null) json.WriteString("postal_code", first.Postcode);
        json.WriteString("country", "GBR");
        Coordinates(json, first);
        if (ParkingType(first) is { } parkingType) json.WriteString("parking_type", parkingType);
        json.WriteStartArray("evses");
        foreach (var evse in evses) Evse(json, evse, statuses[evse.Index].Status, now);
        json.WriteEndArray();
        json.WriteStartObject("operator");
        json.WriteString("name", truth.Operator.Name);
        json.WriteEndObject();
        if (first.OwnerName is not null)
        {
            json.WriteStartObject("owner");
            json.WriteString("name", first.OwnerName);
            json.WriteEndObject();
        }

        json.WriteString("time_zone", "Europe/London");
        if (first.WeekdaysOnly is not null) RecordWriter.OpeningHours(json, first, "opening_times");
        if (first.EnergyMixGreen is { } green)
        {
            json.WriteStartObject("energy_mix");
            json.WriteBoolean("is_green_energy", green);
            json.WriteEndObject();
        }

        writer.Instant(json, "last_updated", evses.Max(e => truth.LastUpdated(e, now)));
        json.WriteEndObject();
    }

    private void Evse(Utf8JsonWriter json, SimulatedChargePoint evse, Status status, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("uid", evse.OwnId);
        json.WriteString("evse_id", evse.EvseId);
        json.WriteString("status", Words<Status>.Of(status));
        json.WriteStartArray("capabilities");
        foreach (var capability in CapabilitiesOf(evse)) json.WriteStringValue(capability);
        json.WriteEndArray();
        json.WriteStartArray("connectors");
        foreach (var connector in evse.Connectors)
        {
            json.WriteStartObject();
            json.WriteString("id", connector.OwnId);
            json.WriteString("standard", connector.Standard);
            json.WriteString("format", Words<ConnectorFormat>.Of(connector.Format));
            json.WriteString("power_type", Words<PowerType>.Of(connector.PowerType));
            json.WriteNumber("max_voltage", connector.Volts);
            json.WriteNumber("max_amperage", connector.Amperes);
            json.WriteNumber("max_electric_power", (int)(connector.PowerKw * 1000));
            json.WriteStartArray("tariff_ids");
            json.WriteStringValue(truth.Operator.TariffFor(evse.Kind).OwnId);
            json.WriteEndArray();
            writer.Instant(json, "last_updated", truth.LastUpdated(evse, now));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Coordinates(json, evse);
        if (evse.ChargeStationOwnId is not null) json.WriteString("physical_reference", evse.ChargeStationOwnId);
        writer.Instant(json, "last_updated", truth.LastUpdated(evse, now));
        json.WriteEndObject();
    }

    private void Tariff(Utf8JsonWriter json, SimulatedTariff tariff, long now)
    {
        json.WriteStartObject();
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", truth.Operator.Party);
        json.WriteString("id", tariff.OwnId);
        json.WriteString("currency", "GBP");
        RecordWriter.TariffElements(json, tariff, now);
        if (now >= tariff.ChangedAt) writer.Instant(json, "start_date_time", tariff.ChangedAt);
        writer.Instant(json, "last_updated", tariff.LastUpdatedAt(now));
        json.WriteEndObject();
    }

    private static void Coordinates(Utf8JsonWriter json, SimulatedChargePoint point)
    {
        json.WriteStartObject("coordinates");
        json.WriteString("latitude", point.Latitude.ToString("F6", CultureInfo.InvariantCulture));
        json.WriteString("longitude", point.Longitude.ToString("F6", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>OCPI ParkingType; null where none of its words fits.</summary>
    public static string? ParkingType(SimulatedChargePoint point) => point.LocationType switch
    {
        LocationType.LampColumn or LocationType.OnStreet => "ON_STREET",
        LocationType.CarPark => "PARKING_LOT",
        _ => null,
    };

    /// <summary>OCPI Capability words.</summary>
    public static IEnumerable<string> CapabilitiesOf(SimulatedChargePoint point) => point.PaymentMethods.Select(m => m switch
    {
        PaymentMethod.Contactless => "CONTACTLESS_CARD_SUPPORT",
        PaymentMethod.Rfid => "RFID_READER",
        _ => "REMOTE_START_STOP_CAPABLE",
    }).Distinct();

    private async Task AnswerAsync(HttpContext context, int code, string? message, Action<Utf8JsonWriter>? data)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        data?.Invoke(json);
        json.WriteNumber("status_code", code);
        if (message is not null) json.WriteString("status_message", message);
        json.WriteString("timestamp", Instants.Format(time.GetUtcNow()));
        json.WriteEndObject();
    }
}
