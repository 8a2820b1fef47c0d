using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>What OCPI tells of one charge, and when that last changed (milliseconds since 1970).</summary>
/// <param name="Credits">Of a CDR: the one that it takes back; null: it bills.</param>
public sealed record OcpiCharge(SessionVersion Version, string OwnId, long LastUpdated, string? Credits = null);

/// <summary>
/// Charging sessions as OCPI's Sessions and CDRs. A Session is ACTIVE until the books have its end, then COMPLETED for good, with a CDR; a correction is a
/// credit and another CDR. Each has drivers' tokens, as the standard asks: nothing of them may be found with a hub.
/// </summary>
public sealed class OcpiCharges(SimulatedOperator owner, OcpiObjects objects)
{
    /// <summary>In every personal field.</summary>
    public const string Driver = "GB-EMP-C7F3A91";

    public static Func<long, IEnumerable<OcpiCharge>> SessionsIn(OperatorTruth truth, DateTimeOffset now) => since => Begun(truth, since, now).Select(v =>
    {
        var told = new SessionVersion(v.Session, v.Stage == SessionStage.Open ? SessionStage.Open : SessionStage.Final);
        return new OcpiCharge(told, v.Session.OwnId, told.LastUpdated);
    });

    public static Func<long, IEnumerable<OcpiCharge>> CdrsIn(OperatorTruth truth, DateTimeOffset now) => since => Begun(truth, since, now).SelectMany(v => v.History.Skip(1).SelectMany(Cdrs));

    public void Session(Utf8JsonWriter json, OcpiCharge charge)
    {
        var session = charge.Version.Session;
        var point = owner.ChargePoints[session.ChargePoint];
        var isOpen = charge.Version.Stage == SessionStage.Open;
        json.WriteStartObject();
        Party(json);
        json.WriteString("id", session.OwnId);
        objects.Instant(json, "start_date_time", session.PlugInAt);
        if (!isOpen) objects.Instant(json, "end_date_time", session.PlugOutAt);
        json.WriteNumber("kwh", isOpen ? 0 : charge.Version.EnergyWh / 1000m);
        Token(json);
        json.WriteString("location_id", point.LocationOwnId);
        json.WriteString("evse_uid", point.OwnId);
        json.WriteString("connector_id", point.Connectors[session.Connector].OwnId);
        json.WriteString("currency", "GBP");
        Periods(json, charge.Version, point);
        if (!isOpen) objects.Price(json, "total_cost", Cost(charge.Version));
        json.WriteString("status", isOpen ? "ACTIVE" : "COMPLETED");
        objects.Instant(json, "last_updated", charge.LastUpdated);
        json.WriteEndObject();
    }

    public void Cdr(Utf8JsonWriter json, OcpiCharge charge)
    {
        var session = charge.Version.Session;
        var point = owner.ChargePoints[session.ChargePoint];
        var sign = charge.Credits is null ? 1 : -1;
        json.WriteStartObject();
        Party(json);
        json.WriteString("id", charge.OwnId);
        objects.Instant(json, "start_date_time", session.PlugInAt);
        objects.Instant(json, "end_date_time", session.PlugOutAt);
        // Half of them leave it out, as they may.
        if (session.Number % 2 == 0) json.WriteString("session_id", session.OwnId);
        Token(json);
        json.WriteStartObject("cdr_location");
        objects.CdrLocation(json, point, point.Connectors[session.Connector]);
        json.WriteEndObject();
        json.WriteString("currency", "GBP");
        Periods(json, charge.Version, point);
        objects.Price(json, "total_cost", sign * Cost(charge.Version));
        json.WriteNumber("total_energy", sign * charge.Version.EnergyWh / 1000m);
        json.WriteNumber("total_time", Hours(session.PlugOutAt - session.PlugInAt));
        json.WriteNumber("total_parking_time", Hours(session.PlugOutAt - session.PlugInAt) - Hours(session.ChargeEndAt - session.ChargeStartAt));
        json.WriteString("remark", Driver);
        json.WriteString("invoice_reference_id", Driver);
        if (charge.Credits is not null)
        {
            json.WriteBoolean("credit", true);
            json.WriteString("credit_reference_id", charge.Credits);
        }

        objects.Instant(json, "last_updated", charge.LastUpdated);
        json.WriteEndObject();
    }

    /// <summary>To the millionth of an hour.</summary>
    public static decimal Hours(long milliseconds) => decimal.Round(milliseconds / 3_600_000m, 6, MidpointRounding.AwayFromZero);

    /// <summary>Pounds before VAT.</summary>
    public decimal Cost(SessionVersion version) => decimal.Round(
        version.EnergyWh / 1000m * owner.TariffFor(owner.ChargePoints[version.Session.ChargePoint].Kind).PoundsExVatAt(version.Session.PlugInAt), 2, MidpointRounding.AwayFromZero);

    private static List<SessionVersion> Begun(OperatorTruth truth, long since, DateTimeOffset now)
    {
        var longest = ChargePointDay.Day + ChargePointDay.LongestLag + ChargePointDay.LongestCorrection;
        var from = Math.Max(truth.World.Epoch.ToUnixTimeMilliseconds(), since == long.MinValue ? long.MinValue : since - longest);
        var first = DateTimeOffset.FromUnixTimeMilliseconds(from);
        return first > now ? [] : truth.Sessions(WindowAxis.PlugInAt, new Window(first, now.AddMilliseconds(1)), now);
    }

    private static IEnumerable<OcpiCharge> Cdrs(SessionVersion version)
    {
        var first = $"C{version.Session.OwnId}";
        if (version.Stage == SessionStage.Final) return [new OcpiCharge(version, first, version.LastUpdated)];
        var before = new SessionVersion(version.Session, SessionStage.Final);
        return [new OcpiCharge(before, $"{first}-X", version.LastUpdated, first), new OcpiCharge(version, $"{first}-2", version.LastUpdated)];
    }

    private void Party(Utf8JsonWriter json)
    {
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", owner.Party);
    }

    private static void Token(Utf8JsonWriter json)
    {
        json.WriteStartObject("cdr_token");
        json.WriteString("country_code", "GB");
        json.WriteString("party_id", "EMP");
        json.WriteString("uid", Driver);
        json.WriteString("type", "RFID");
        json.WriteString("contract_id", Driver);
        json.WriteEndObject();
        json.WriteString("auth_method", "WHITELIST");
        json.WriteString("authorization_reference", Driver);
        json.WriteString("meter_id", Driver);
    }

    private void Periods(Utf8JsonWriter json, SessionVersion version, SimulatedChargePoint point)
    {
        var session = version.Session;
        var isOpen = version.Stage == SessionStage.Open;
        json.WriteStartArray("charging_periods");
        Period(session.PlugInAt, !isOpen ? [("TIME", Hours(session.ChargeEndAt - session.ChargeStartAt)), ("MAX_POWER", session.PeakWatts / 1000m), ("ENERGY", version.EnergyWh / 1000m)] : [("ENERGY", 0)]);
        json.WriteEndArray();

        void Period(long at, (string Type, decimal Volume)[] dimensions)
        {
            json.WriteStartObject();
            objects.Instant(json, "start_date_time", at);
            json.WriteStartArray("dimensions");
            foreach (var (type, volume) in dimensions)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteNumber("volume", volume);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("tariff_id", owner.TariffFor(point.Kind).OwnId);
            json.WriteEndObject();
        }
    }
}
