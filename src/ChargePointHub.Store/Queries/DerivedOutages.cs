using System.Buffers;
using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>Outages of operators that report none: derived from status changes at each reading, as of its tick, and never stored.</summary>
internal static class DerivedOutages
{
    /// <summary>Its columns are those of reported ones; it has no document.</summary>
    public const string View = "derived_outage";

    /// <summary>Beyond what is asked of reported ones.</summary>
    public static string Conditions(ServingCommand command, RecordQuery query, IReadOnlyList<string> reporting)
    {
        command.Tick = query.Tick;
        command.Parameters.AddWithValue("reporting", reporting.ToArray());
        var others = " AND r.operator_id <> ALL (@reporting)";
        return query.TimeField is not (TimeField.Ended or TimeField.Lasting) ? others
            : others + " AND r.started_at < @to AND (r.started_at >= @from OR (r.operator_id, r.charge_point_id, r.started_at) IN (SELECT * FROM outages_lasting(@from)))";
    }

    /// <param name="key">Where it stands in the order: its times and place as they are told.</param>
    public static void Write(IBufferWriter<byte> output, PageKey key, DateTimeOffset? endedAt, string? category, Detail detail)
    {
        var (startedAt, chargePoint) = (key.At!.Value, key.Texts[1]);

        // Those of one charge point that begin in the same unit of cut times are numbered.
        var number = key.Texts.Count > 2 && int.Parse(key.Texts[2], CultureInfo.InvariantCulture) is > 1 and var place ? string.Create(CultureInfo.InvariantCulture, $"/{place}") : "";
        HubJson.Write(output, new Outage
        {
            OutageId = $"{chargePoint}/{Instants.Format(startedAt)}{number}",
            OperatorId = key.Texts[0],
            ChargePointId = chargePoint,
            StartedAt = startedAt,
            EndedAt = endedAt is { } end ? detail.Precision.Cut(end) : null,
            Category = category is null || detail.Hides("category") ? null : Words<OutageCategory>.Parse(category),
            Derived = true,
        });
    }
}
