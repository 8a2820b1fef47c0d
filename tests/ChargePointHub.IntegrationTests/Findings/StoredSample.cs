using System.Globalization;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Store;
using ChargePointHub.Tests;

namespace ChargePointHub.IntegrationTests.Findings;

/// <summary>What is stored of one operator, written down shortly: a file of tests/Fixtures/dataset.</summary>
internal static class StoredSample
{
    /// <summary>A Tuesday: the usual window ends at its midnight.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly Window AllOfIt = new(new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero), Now.AddMinutes(-15));

    public static ListedOperator Listed(string op) => new(op, op, null, null,
    [
        new ListedDataset { Dataset = Dataset.ChargePoints, Protocol = "loti-v1" },
        new ListedDataset { Dataset = Dataset.StatusChanges, Protocol = "loti-v1", Axis = WindowAxis.At },
        new ListedDataset { Dataset = Dataset.ChargingSessions, Protocol = "loti-v1", Axis = WindowAxis.PlugInAt },
    ]);

    public static JsonElement Read(string rule, string file)
    {
        using var text = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Path("tests", "Fixtures", "dataset", rule, file)));
        return text.RootElement.Clone();
    }

    /// <param name="covered">Of which all sessions and status changes are here.</param>
    public static async Task WriteAsync(HubDatabase hub, string op, JsonElement sample, Window? covered)
    {
        var writer = new PageWriter(hub.Database);
        Claim[] ClaimOf(Dataset dataset) => covered is { } window ? [new Claim(dataset, window, ClaimKind.Covered)] : [];
        await writer.WriteAsync(Samples.Page(new RecordPage { ChargePoints = [.. Rows(sample, "charge_points").Select(r => Samples.Accept(ChargePoint(op, r)))] }, Dataset.ChargePoints, op), CancellationToken.None);
        await writer.WriteAsync(
            Samples.Page(new RecordPage { StatusChanges = [.. Rows(sample, "statuses").Select(r => Samples.Accept(Change(op, r)))] }, Dataset.StatusChanges, op, ClaimOf(Dataset.StatusChanges)), CancellationToken.None);
        await writer.WriteAsync(
            Samples.Page(new RecordPage { ChargingSessions = [.. Rows(sample, "sessions").SelectMany(r => Sessions(op, r))] }, Dataset.ChargingSessions, op, ClaimOf(Dataset.ChargingSessions)), CancellationToken.None);

        // The hub came to know of them lately.
        await hub.OneAsync($"UPDATE charge_point SET recorded_at = '{Instants.Format(Now.AddDays(-4))}' WHERE operator_id = '{op}' RETURNING 1");
    }

    private static List<JsonElement> Rows(JsonElement sample, string name) => sample.TryGetProperty(name, out var rows) ? [.. rows.EnumerateArray()] : [];

    private static ChargePoint ChargePoint(string op, JsonElement row) => Samples.ChargePoint(row.GetProperty("id").GetString()!, op: op) with
    {
        Published = !row.TryGetProperty("published", out _),
        Latitude = row.TryGetProperty("latitude", out _) ? null : 51.5m,
        MaxPowerKw = row.TryGetProperty("power", out _) ? null : 7.4m,
        OpeningHours = row.TryGetProperty("hours", out _) ? null : JsonSerializer.SerializeToElement(new { twentyfourseven = true }),
        CommissionedOn = Text(row, "commissioned_on") is { } day ? DateOnly.Parse(day, CultureInfo.InvariantCulture) : null,
        DecommissionedOn = Text(row, "decommissioned_on") is { } gone ? DateOnly.Parse(gone, CultureInfo.InvariantCulture) : null,
    };

    private static StatusChange Change(string op, JsonElement row) => new()
    {
        ChargePointId = $"{op}:{Text(row, "charge_point")}",
        OperatorId = op,
        Status = Words<Status>.Parse(Text(row, "status"))!.Value,
        At = row.GetProperty("at").GetDateTimeOffset(),
        Evidence = Evidence.Event,
    };

    /// <summary>Without minutes it is open.</summary>
    private static IEnumerable<Judged<ChargingSession>> Sessions(string op, JsonElement row)
    {
        var repeat = row.TryGetProperty("repeat", out var times) ? times.GetInt32() : 1;
        for (var n = 0; n < repeat; n++)
        {
            var at = row.GetProperty("at").GetDateTimeOffset().AddMinutes(n * (repeat == 1 ? 0 : row.GetProperty("every_minutes").GetInt32()));
            DateTimeOffset? end = row.TryGetProperty("minutes", out var minutes) ? at.AddMinutes(minutes.GetDouble()) : null;
            var session = new ChargingSession
            {
                SessionId = $"{op}:{Text(row, "id")}{(repeat == 1 ? "" : n.ToString(CultureInfo.InvariantCulture))}",
                OperatorId = op,
                ChargePointId = $"{op}:{Text(row, "charge_point")}",
                PlugInAt = at,
                PlugOutAt = end,
                EnergyKwh = row.TryGetProperty("kwh", out _) ? null : 1,
                LastUpdated = end ?? row.GetProperty("last_updated").GetDateTimeOffset(),
            }.WithDerived();
            yield return new Judged<ChargingSession>(session with { Outcome = Words<Outcome>.Parse(Text(row, "outcome")) ?? session.Outcome }, Text(row, "finding") is { } rule ? [new Finding(rule, Severity.Warning, "", null, "Odd.")] : []);
        }
    }

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetString() : null;
}
