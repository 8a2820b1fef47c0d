using System.Buffers;
using System.Globalization;
using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Store.Queries;

/// <summary>Outages of operators that report none: derived from status changes at each reading, as of its tick, and never stored.</summary>
internal static class DerivedOutages
{
    /// <summary>Its columns are those of reported ones; it has no document.</summary>
    public const string View = "derived_outage";

    /// <summary>Beyond what is asked of reported ones; the view itself leaves out who reports its own at the tick.</summary>
    public static string Conditions(ServingCommand command, RecordQuery query)
    {
        command.Tick = query.Tick;
        if (query.TimeField is not (TimeField.Ended or TimeField.Lasting)) return "";
        command.Parameters.Add(Texts("lasting_operators", query.Operators));
        command.Parameters.Add(Texts("lasting_boroughs", query.Boroughs));
        command.Parameters.Add(new NpgsqlParameter("lasting_point", NpgsqlDbType.Text) { Value = (object?)query.ChargePointId ?? DBNull.Value });
        return " AND r.started_at < @to AND (r.started_at >= @from OR (r.operator_id, r.charge_point_id, r.started_at) IN "
            + "(SELECT * FROM outages_lasting(@from, @lasting_operators, @lasting_boroughs, @lasting_point)))";
    }

    /// <summary>As which a derived outage is told.</summary>
    /// <param name="key">Where it stands in the order: its times and place as they are told.</param>
    public static string IdOf(PageKey key)
    {
        // Those of one charge point that begin in the same unit of cut times are numbered.
        var number = key.Texts.Count > 2 && int.Parse(key.Texts[2], CultureInfo.InvariantCulture) is > 1 and var place ? string.Create(CultureInfo.InvariantCulture, $"/{place}") : "";
        return $"{key.Texts[1]}/{Instants.Format(key.At!.Value)}{number}";
    }

    /// <param name="key">Where it stands in the order: its times and place as they are told.</param>
    public static void Write(IBufferWriter<byte> output, PageKey key, DateTimeOffset? endedAt, string? category, Detail detail)
    {
        HubJson.Write(output, new Outage
        {
            OutageId = IdOf(key),
            OperatorId = key.Texts[0],
            ChargePointId = key.Texts[1],
            StartedAt = key.At!.Value,
            EndedAt = endedAt is { } end ? detail.Precision.Cut(end) : null,
            Category = category is null || detail.Hides("category") ? null : Words<OutageCategory>.Parse(category),
            Derived = true,
        });
    }

    private static NpgsqlParameter Texts(string name, IReadOnlyList<string>? values) =>
        new(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = values is null ? DBNull.Value : values.ToArray() };
}
