using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>One simulated operator's answers by loti-v1 (openapi/operator-feed.v1.yaml), below /loti-v1.</summary>
/// <param name="lookBack">Windows that begin earlier before now are refused with 410; null: everything since the epoch is offered.</param>
public sealed class LotiApi(OperatorTruth truth, OperatorToken token, Outages outages, TimeSpan? lookBack, OperatorFaults faults, TimeProvider time)
{
    public const string BasePath = "/loti-v1";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly Dictionary<string, WindowAxis> NoAxes = [];

    private static readonly Dictionary<string, WindowAxis> StatusAxes = new() { [""] = WindowAxis.At, ["updated_"] = WindowAxis.LastUpdated };

    private static readonly Dictionary<string, WindowAxis> OutageAxes = new() { [""] = WindowAxis.StartedAt, ["updated_"] = WindowAxis.LastUpdated };

    private static readonly Dictionary<string, WindowAxis> SessionAxes =
        new() { [""] = WindowAxis.PlugInAt, ["ended_"] = WindowAxis.PlugOutAt, ["updated_"] = WindowAxis.LastUpdated };

    private readonly RecordWriter writer = new(truth.Operator, asHub: false);

    private readonly Dictionary<string, SimulatedChargePoint> byOwnId = truth.Operator.ChargePoints.ToDictionary(p => p.OwnId, StringComparer.Ordinal);

    private bool OneByOne => truth.Operator.Style == OperatorStyle.LotiPerChargePoint;

    public Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return new Problem(405, "method-not-allowed", "This API is read with GET.").WriteAsync(context);
        }

        var path = context.Request.Path.Value ?? "";
        var parts = path.StartsWith(BasePath + "/", StringComparison.Ordinal) ? path[(BasePath.Length + 1)..].Split('/') : [];
        return parts switch
        {
            ["metadata"] => MetadataAsync(context),
            ["charge-points"] => ListAsync(context, NoAxes, ChargePoints),
            ["tariffs"] => ListAsync(context, NoAxes, Tariffs),
            ["charging-sessions"] when !OneByOne => RestrictedAsync(context, SessionAxes, query => Sessions(query, null)),
            ["charge-points", var id, "charging-sessions"] when byOwnId.TryGetValue(id, out var point) =>
                RestrictedAsync(context, SessionAxes, query => Sessions(query, point.Index)),
            ["charge-points", var id, "charging-sessions"] => new Problem(404, "unknown-charge-point", $"There is no charge point \"{id}\".").WriteAsync(context),
            ["status-changes"] => RestrictedAsync(context, StatusAxes, StatusChanges),
            ["charging-sessions"] => new Problem(404, "not-offered", "Charging sessions are offered one charge point at a time: /charge-points/{charge_point_id}/charging-sessions.").WriteAsync(context),
            ["outages"] when truth.Operator.ReportsOutages => RestrictedAsync(context, OutageAxes, Outages),
            ["outages"] => new Problem(404, "not-offered", "Outages are not offered; they follow from status changes.").WriteAsync(context),
            _ => new Problem(404, "unknown-path", $"There is nothing at {path}; see {BasePath}/metadata.").WriteAsync(context),
        };
    }

    /// <summary>True when the header carries the token under the scheme; compared in constant time.</summary>
    public static bool Holds(string? header, string scheme, string token) =>
        header is not null && header.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[(scheme.Length + 1)..].Trim()), Encoding.UTF8.GetBytes(token));

    private Task RestrictedAsync(HttpContext context, Dictionary<string, WindowAxis> axes, Func<OperatorQuery, Records> records)
    {
        if (Holds(context.Request.Headers.Authorization, "Bearer", token.Value)) return ListAsync(context, axes, records);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new Problem(401, "no-key", "This needs the header Authorization: Bearer <key>, with the key that the operator gave.").WriteAsync(context);
    }

    private async Task ListAsync(HttpContext context, Dictionary<string, WindowAxis> axes, Func<OperatorQuery, Records> records)
    {
        var now = time.GetUtcNow();
        var query = OperatorQuery.Read(context.Request.Query, axes, truth.World.Epoch, now, out var problem);
        if (query?.Window is { } window)
        {
            if (outages.Hides(window, now)) problem = new Problem(503, "recovering", "This window's records are being restored after an outage; ask again.", RetryAfterSeconds: 1);
            else if (lookBack is { } reach && window.From < now - reach) problem = new Problem(410, "beyond-look-back", $"Windows begin at {Instants.Format(now - reach)} or later.");
        }

        if (query is null || problem is not null)
        {
            await problem!.WriteAsync(context);
            return;
        }

        var found = Shown(records(query), query);
        var end = Math.Min(query.Position + query.Limit, found.Count);
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Relaxed);
        json.WriteStartObject();
        json.WriteStartArray("data");
        for (var i = query.Position; i < end; i++)
        {
            found.Write(json, i);
            if (json.BytesPending > 60_000) await json.FlushAsync(context.RequestAborted);
        }

        json.WriteEndArray();
        RecordWriter.Text(json, "next_cursor", end < found.Count ? query.CursorAt(end) : null);
        json.WriteNumber("total", found.Count);
        if (query.Window is { } answered)
        {
            json.WriteStartObject("window");
            json.WriteString("from", Instants.Format(answered.From));
            json.WriteString("to", Instants.Format(answered.To));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private Records Shown(Records records, OperatorQuery query) =>
        faults.Show(records.Dataset, records.Count, byOffset: false, query.Position, query.AsOf, records.KeyOf, records.LastUpdatedOf) is { } rows
            ? records with { Count = rows.Count, Write = (json, i) => records.Write(json, rows[i]) }
            : records;

    private Records ChargePoints(OperatorQuery query)
    {
        var statuses = truth.Statuses(query.AsOf);
        var points = truth.Operator.ChargePoints;
        return new Records(
            Dataset.ChargePoints,
            points.Count,
            (json, i) => writer.ChargePoint(json, points[i], statuses[i], truth.LastUpdated(points[i], query.AsOf), query.AsOf.ToUnixTimeMilliseconds()),
            i => points[i].OwnId,
            i => truth.LastUpdated(points[i], query.AsOf));
    }

    private Records Tariffs(OperatorQuery query)
    {
        var tariffs = truth.Operator.Tariffs;
        var at = query.AsOf.ToUnixTimeMilliseconds();
        return new Records(Dataset.Tariffs, tariffs.Count, (json, i) => writer.Tariff(json, tariffs[i], at), i => tariffs[i].OwnId, i => tariffs[i].LastUpdatedAt(at));
    }

    private Records Sessions(OperatorQuery query, int? chargePoint)
    {
        var sessions = truth.Sessions(query.Axis!.Value, query.Window!.Value, query.AsOf, chargePoint);
        return new Records(
            Dataset.ChargingSessions, sessions.Count, (json, i) => writer.Session(json, sessions[i]), i => sessions[i].Session.OwnId, i => sessions[i].LastUpdated);
    }

    private Records StatusChanges(OperatorQuery query)
    {
        var changes = truth.StatusChanges(query.Window!.Value, query.AsOf, byReported: query.Axis == WindowAxis.LastUpdated);
        return new Records(Dataset.StatusChanges, changes.Count, (json, i) => writer.StatusChange(json, changes[i]), KeyOf, i => changes[i].ReportedAt);

        string KeyOf(int i) => $"{truth.Operator.ChargePoints[changes[i].ChargePoint].OwnId}|{Instants.Format(DateTimeOffset.FromUnixTimeMilliseconds(changes[i].At))}|{Words<Status>.Of(changes[i].Status)}";
    }

    private Records Outages(OperatorQuery query)
    {
        var outages = truth.Outages(query.Axis!.Value, query.Window!.Value, query.AsOf);
        return new Records(Dataset.Outages, outages.Count, (json, i) => writer.Outage(json, outages[i]), i => outages[i].Outage.OwnId, i => outages[i].LastUpdated);
    }

    private Task MetadataAsync(HttpContext context)
    {
        var days = lookBack is { } reach ? (int?)Math.Max(1, (int)reach.TotalDays) : null;
        var earliest = Instants.Format(truth.World.Epoch);
        object Described(string name, string path, string[] axes) => new
        {
            name,
            path,
            axes,
            update_frequency = "PT1S",
            earliest = axes.Length == 0 ? null : earliest,
            look_back_days = axes.Length == 0 ? null : days,
            settle_minutes = 0,
            max_limit = OperatorQuery.MostLimit,
            fields = Array.Empty<object>(),
        };

        string[] sessionAxes = ["plug_in_at", "plug_out_at", "last_updated"];
        return context.Response.WriteAsJsonAsync(
            new
            {
                title = $"{truth.Operator.Name} in a pretend London",
                @operator = truth.Operator.Name,
                licence = "CC0-1.0",
                contact = (string?)null,
                update_frequency = "PT1S",
                spatial_coverage = truth.Operator.ChargePoints.Select(p => p.AreaCode).Distinct().Take(100),
                documentation = (string?)null,
                earliest,
                look_back_days = days,
                limits = Array.Empty<object>(),
                datasets = (object[])
                [
                    Described("charge_points", "/charge-points", []),
                    Described("tariffs", "/tariffs", []),
                    Described("charging_sessions", OneByOne ? "/charge-points/{charge_point_id}/charging-sessions" : "/charging-sessions", sessionAxes),
                    Described("status_changes", "/status-changes", ["at", "reported_at"]),
                    .. truth.Operator.ReportsOutages ? [Described("outages", "/outages", ["started_at", "last_updated"])] : Array.Empty<object>(),
                ],
            },
            context.RequestAborted);
    }

    private sealed record Records(Dataset Dataset, int Count, Action<Utf8JsonWriter, int> Write, Func<int, string> KeyOf, Func<int, long> LastUpdatedOf);
}
