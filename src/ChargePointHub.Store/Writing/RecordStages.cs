using ChargePointHub.Model;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>The datasets with one current row a key, and which of a record's fields are typed columns.</summary>
internal static class RecordStages
{
    public static readonly RecordStage<ChargePoint> ChargePoints = new(
        new RecordTable(
            "charge_point", "charge_point_id", "location_id text", "latitude numeric", "longitude numeric", "max_power_kw numeric",
            "power_band text", "published boolean"),
        r => r.ChargePointId,
        r => r.LastUpdated,
        r => r.Published,
        (copy, r) =>
        {
            copy.WriteText(r.LocationId);
            copy.WriteNumber(r.Latitude);
            copy.WriteNumber(r.Longitude);
            copy.WriteNumber(r.MaxPowerKw);
            copy.WriteText(r.PowerBand is { } band ? Words<PowerBand>.Of(band) : null);
            copy.Write(r.Published, NpgsqlDbType.Boolean);
        });

    public static readonly RecordStage<Tariff> Tariffs = new(
        new RecordTable("tariff", "tariff_id", "valid_from timestamptz", "valid_to timestamptz"),
        r => r.TariffId,
        r => r.LastUpdated,
        _ => true,
        (copy, r) =>
        {
            copy.WriteInstant(r.ValidFrom);
            copy.WriteInstant(r.ValidTo);
        });

    public static readonly RecordStage<ChargingSession> ChargingSessions = new(
        new RecordTable(
            "charging_session", "session_id", "charge_point_id text", "plug_in_at timestamptz", "plug_out_at timestamptz", "energy_wh bigint"),
        r => r.SessionId,
        r => r.LastUpdated,
        _ => true,
        (copy, r) =>
        {
            copy.WriteText(r.ChargePointId);
            copy.WriteInstant(r.PlugInAt);
            copy.WriteInstant(r.PlugOutAt);
            if (r.EnergyKwh is { } kwh) copy.Write((long)Math.Round(kwh * 1000m, MidpointRounding.AwayFromZero), NpgsqlDbType.Bigint);
            else copy.WriteNull();
        });
}
