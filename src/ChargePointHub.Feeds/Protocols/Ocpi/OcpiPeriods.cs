using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.Values;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>What the charging periods of a session say of it as a whole. Energy is not added up: the total stands beside them.</summary>
/// <param name="ChargingHours">Null: no period tells time.</param>
/// <param name="TariffId">The operator's own id, where all periods that name one name the same.</param>
internal sealed record OcpiPeriods(decimal? ChargingHours, decimal? PeakKw, decimal? StartSoc, decimal? EndSoc, string? TariffId)
{
    public const decimal MostHours = 20_000;

    private const string Name = "charging_periods";
    private const string Volume = $"{Name}/dimensions/volume";

    public static readonly AllowList Allowed = new(["start_date_time", "tariff_id"], ("dimensions", new AllowList(["type", "volume"])));

    private static readonly OcpiPeriods None = new(null, null, null, null, null);

    public static OcpiPeriods Read(RecordReader reader, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) reader.Add(ValueRules.ValueWrongType, Name, null);
            return None;
        }

        decimal? hours = null, peak = null;
        var charges = new List<decimal>();
        var tariffs = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var period in value.EnumerateArray())
        {
            if (period.ValueKind != JsonValueKind.Object) continue;
            if (period.TryGetProperty("tariff_id", out var tariff) && reader.Id(tariff, $"{Name}/tariff_id", isKey: false) is { } id) tariffs.Add(id);
            if (!period.TryGetProperty("dimensions", out var dimensions) || dimensions.ValueKind != JsonValueKind.Array) continue;
            foreach (var dimension in dimensions.EnumerateArray())
            {
                if (dimension.ValueKind != JsonValueKind.Object || !dimension.TryGetProperty("type", out var type) || !dimension.TryGetProperty("volume", out var volume)) continue;
                if (type.ValueKind != JsonValueKind.String || StorableText.Of(type) is not { } word) continue;
                if (word == "TIME") hours = (hours ?? 0) + (reader.Number(volume, Volume, 0, MostHours) ?? 0);
                else if (word == "MAX_POWER" && reader.Number(volume, Volume, 0, 4000) is { } kw) peak = Math.Max(peak ?? 0, kw);
                else if (word == "STATE_OF_CHARGE" && reader.Number(volume, Volume, 0, 100) is { } percent) charges.Add(percent);
            }
        }

        // One reading alone may be of any time.
        var (start, end) = charges.Count > 1 ? (charges[0], charges[^1]) : ((decimal?)null, (decimal?)null);
        return new OcpiPeriods(hours, peak, start, end, tariffs.Count == 1 ? tariffs.First() : null);
    }
}
