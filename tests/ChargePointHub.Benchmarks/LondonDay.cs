using System.Buffers;
using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using Npgsql;
using NpgsqlTypes;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// One day of London in the hub's tables: 27,893 charge points of 50 operators and any number of sessions, as the page writer
/// would have left them. Seeded: the same rows each time.
/// </summary>
internal static class LondonDay
{
    public const int ChargePoints = 27_893;
    public static readonly Window Day = LondonCalendar.Day(new DateOnly(2026, 11, 20));

    /// <summary>When it is read: at noon of the day after.</summary>
    public static readonly DateTimeOffset Now = Day.To.AddHours(12);

    /// <summary>Since when the hub knows all of it, and so are its operators' datasets given.</summary>
    public static readonly DateTimeOffset Since = Now.AddDays(-400);

    private const int Operators = 50;
    private const int Batch = 10_000;

    public static async Task WriteAsync(string connectionString, int sessions)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var batch in Enumerable.Range(0, ChargePoints).Chunk(Batch))
        {
            await ExecuteAsync(
                connection,
                """
                INSERT INTO charge_point
                SELECT split_part(id, ':', 1), id, id, 51.5, -0.1, 7.4, 'slow', true, now(), '\x00', NULL, 'main', '00000000-0000-0000-0000-000000000000', 1, now(), document
                FROM unnest($1, $2::json[]) AS n (id, document)
                """,
                batch.Select(Id).ToArray(),
                batch.Select(n => Document(ChargePoint(n))).ToArray());
        }

        await ExecuteAsync(
            connection,
            """
            INSERT INTO charge_point_area
            SELECT operator_id, charge_point_id, 'E09' || lpad((1 + hashtext(charge_point_id) & 31)::text, 6, '0'), 'Lambeth', 'E05014095', 'E01003014', '2024-12' FROM charge_point
            """);
        var random = new Random(1);
        var step = (Day.To - Day.From) / sessions;
        foreach (var batch in Enumerable.Range(0, sessions).Chunk(Batch))
        {
            var rows = batch.Select(n => Session(random, n, Day.From + (step * n))).ToList();
            await ExecuteAsync(
                connection,
                """
                INSERT INTO charging_session
                SELECT split_part(id, ':', 1), id, point, plug_in, NULL, 12400, plug_in, '\x00', NULL, 'main', '00000000-0000-0000-0000-000000000000', 1, now(), document
                FROM unnest($1, $2, $3, $4::json[]) AS n (id, point, plug_in, document)
                """,
                rows.Select(r => r.SessionId).ToArray(),
                rows.Select(r => r.ChargePointId).ToArray(),
                rows.Select(r => r.PlugInAt.UtcDateTime).ToArray(),
                rows.Select(Document).ToArray());
        }

        await ExecuteAsync(
            connection,
            """
            INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at)
            SELECT o, d, 'covered', $2, $3 FROM (SELECT DISTINCT operator_id FROM charge_point) AS n (o), unnest($1) AS m (d)
            """,
            Dataset.All.Select(d => d.Name).ToArray(), Since.UtcDateTime, Now.AddMinutes(-15).UtcDateTime);
        await ExecuteAsync(connection, "UPDATE hub_clock SET tick = 1");
        await ExecuteAsync(connection, "VACUUM ANALYZE");
    }

    private static string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"operator-{n % Operators:D2}:CP{n:D5}");

    private static ChargePoint ChargePoint(int n) => new()
    {
        ChargePointId = Id(n),
        OperatorId = Id(n).Split(':')[0],
        OperatorName = "Operator",
        LocationId = Id(n / 2),
        Latitude = 51.5m,
        Longitude = -0.1m,
        MaxPowerKw = 7.4m,
        PowerBand = PowerBand.Slow,
        LocationName = string.Create(CultureInfo.InvariantCulture, $"{n} High Street"),
    };

    /// <summary>Of any charge point.</summary>
    public static ChargingSession Session(Random random, int n, DateTimeOffset at)
    {
        var point = Id(random.Next(ChargePoints));
        var minutes = 20 + random.Next(600);
        var energy = (500 + random.Next(40_000)) / 1000m;
        at = Instants.ToWholeSecond(at);
        return new ChargingSession
        {
            SessionId = string.Create(CultureInfo.InvariantCulture, $"{point.Split(':')[0]}:S{n:D8}"),
            OperatorId = point.Split(':')[0],
            ChargePointId = point,
            ConnectorId = "1",
            PlugInAt = at,
            PlugOutAt = at.AddMinutes(minutes),
            ChargeStartAt = at.AddMinutes(1),
            ChargeEndAt = at.AddMinutes(minutes / 2),
            PlugInMinutes = minutes,
            ChargingMinutes = (minutes / 2) - 1,
            EnergyKwh = energy,
            PeakKw = 7.2m,
            AverageKw = 6.1m,
            CostExVat = Math.Round(energy / 2, 2),
            CostIncVat = Math.Round(energy * 0.6m, 2),
            Currency = "GBP",
            TariffId = point.Split(':')[0] + ":T1",
            EndedBy = "DRIVER",
            LastUpdated = at.AddMinutes(minutes),
        };
    }

    private static string Document<T>(T record)
    {
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, record);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        foreach (var value in values)
        {
            var parameter = new NpgsqlParameter { Value = value };
            if (value is DateTime) parameter.NpgsqlDbType = NpgsqlDbType.TimestampTz;
            if (value is DateTime[]) parameter.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync();
    }
}
