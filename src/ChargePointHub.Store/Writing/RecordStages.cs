using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Writing;

/// <summary>The datasets with one current row a key, and which of a record's fields are typed columns.</summary>
internal static class RecordStages
{
    public static readonly RecordStage<ChargePoint> ChargePoints = new(
        Dataset.ChargePoints,
        new RecordTable(
            "charge_point", "charge_point_id", "location_id text", "latitude numeric", "longitude numeric", "max_power_kw numeric",
            "power_band text", "published boolean", "standards text[]", "access text", "funding_stream text", "location_type text"),
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
            copy.Write(r.Connectors.Select(c => c.Standard).OfType<string>().Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            copy.WriteText(r.Access is { } access ? Words<Model.Access>.Of(access) : null);
            copy.WriteText(r.FundingStream is { } funding ? Words<FundingStream>.Of(funding) : null);
            copy.WriteText(r.LocationType is { } type ? Words<LocationType>.Of(type) : null);
        });

    public static readonly RecordStage<Tariff> Tariffs = new(
        Dataset.Tariffs,
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
        Dataset.ChargingSessions,
        new RecordTable(
            "charging_session", "session_id", "charge_point_id text", "plug_in_at timestamptz", "plug_out_at timestamptz", "energy_wh bigint", "user_type text"),
        r => r.SessionId,
        r => r.LastUpdated,
        _ => true,
        (copy, r) =>
        {
            copy.WriteText(r.ChargePointId);
            copy.WriteInstant(r.PlugInAt);
            copy.WriteInstant(r.PlugOutAt);
            WriteWh(copy, r.EnergyKwh);
            copy.WriteText(Words<UserType>.Of(r.UserType));
        });

    public static readonly RecordStage<Outage> Outages = new(
        Dataset.Outages,
        new RecordTable("outage", "outage_id", "charge_point_id text", "started_at timestamptz", "ended_at timestamptz", "category text"),
        r => r.OutageId,
        r => r.LastUpdated,
        _ => true,
        (copy, r) =>
        {
            copy.WriteText(r.ChargePointId);
            copy.WriteInstant(r.StartedAt);
            copy.WriteInstant(r.EndedAt);
            copy.WriteText(r.Category is { } category ? Words<OutageCategory>.Of(category) : null);
        });

    public static readonly RecordStage<ReportedUsage> ReportedUsage = new(
        Dataset.ReportedUsage,
        new RecordTable(
            "reported_usage", "reported_usage_id", "usage_group text", "charge_point_id text", "location_id text", "period_unit text", "period_from timestamptz",
            "period_to timestamptz", "energy_wh bigint"),
        r => r.ReportedUsageId,
        r => r.LastUpdated,
        _ => true,
        (copy, r) =>
        {
            copy.WriteText(Words<UsageGroup>.Of(r.Group));
            copy.WriteText(r.ChargePointId);
            copy.WriteText(r.LocationId);
            copy.WriteText(Words<PeriodUnit>.Of(r.PeriodUnit));
            copy.WriteInstant(r.PeriodFrom);
            copy.WriteInstant(r.PeriodTo);
            WriteWh(copy, r.EnergyKwh);
        });

    private static void WriteWh(NpgsqlBinaryImporter copy, decimal? kwh)
    {
        if (kwh is { } energy) copy.Write((long)Math.Round(energy * 1000m, MidpointRounding.AwayFromZero), NpgsqlDbType.Bigint);
        else copy.WriteNull();
    }
}
