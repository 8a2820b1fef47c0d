using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>Rows of <c>usage_day</c>: one a charge point and London day on which it has figures.</summary>
internal static class UsageRows
{
    private static readonly string[] Figures =
    [
        "sessions", "successful_sessions", "unended_sessions", "without_energy", "without_charging_minutes", "priced_sessions", "energy_wh", "plugged_us", "charging_us", "idle_us", "revenue_inc_vat",
    ];

    /// <summary>Names of the figures' columns, in their order.</summary>
    public static string Columns { get; } = string.Join(", ", Figures);

    private static readonly string AddTo =
        $"""
        INSERT INTO usage_day AS u (operator_id, day, charge_point_id, {Columns})
        SELECT $1, * FROM unnest($2::date[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::numeric[])
        ON CONFLICT (operator_id, day, charge_point_id) DO UPDATE SET {string.Join(", ", Figures.Select(f => $"{f} = u.{f} + excluded.{f}"))}
        """;

    private static readonly string IsEmpty = string.Join(" AND ", Figures.Select(f => $"u.{f} = 0"));

    /// <summary>The eleven figures that begin at a column.</summary>
    public static UsageFigures Read(NpgsqlDataReader reader, int first) => new(
        reader.GetInt32(first), reader.GetInt32(first + 1), reader.GetInt32(first + 2), reader.GetInt32(first + 3), reader.GetInt32(first + 4), reader.GetInt32(first + 5),
        reader.GetInt64(first + 6), reader.GetInt64(first + 7), reader.GetInt64(first + 8), reader.GetInt64(first + 9), reader.GetDecimal(first + 10));

    /// <summary>Adds figures to those that are there.</summary>
    public static NpgsqlCommand Add(NpgsqlConnection connection, string operatorId, IReadOnlyList<KeyValuePair<(DateOnly Day, string ChargePointId), UsageFigures>> rows)
    {
        T[] Of<T>(Func<UsageFigures, T> figure) => [.. rows.Select(r => figure(r.Value))];
        return connection.Command(
            AddTo, operatorId, rows.Select(r => r.Key.Day).ToArray(), rows.Select(r => r.Key.ChargePointId).ToArray(), Of(f => f.Sessions), Of(f => f.SuccessfulSessions), Of(f => f.UnendedSessions),
            Of(f => f.WithoutEnergy), Of(f => f.WithoutChargingMinutes), Of(f => f.PricedSessions), Of(f => f.EnergyWh), Of(f => f.PluggedMicroseconds), Of(f => f.ChargingMicroseconds),
            Of(f => f.IdleMicroseconds), Of(f => f.RevenueIncVat));
    }

    /// <summary>Takes out rows of which nothing is left.</summary>
    public static Task<int> ForgetEmptyAsync(NpgsqlConnection connection, string operatorId, IReadOnlyList<(DateOnly Day, string ChargePointId)> rows, CancellationToken cancellationToken) =>
        connection.Command(
            $"DELETE FROM usage_day u USING unnest($2::date[], $3::text[]) AS k (day, id) WHERE u.operator_id = $1 AND u.day = k.day AND u.charge_point_id = k.id AND {IsEmpty}",
            operatorId, rows.Select(r => r.Day).ToArray(), rows.Select(r => r.ChargePointId).ToArray()).ExecuteAsync(cancellationToken);
}
