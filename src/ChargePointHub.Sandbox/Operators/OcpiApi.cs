using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>
/// One simulated operator's books by OCPI 2.2.1 and 2.3.0, below /ocpi: versions, version details, credentials, locations, tariffs, sessions, cdrs.
/// An object's last_updated is its record's: a status alone does not lift it.
/// </summary>
public sealed class OcpiApi(OperatorTruth truth, OperatorToken token, OperatorFaults faults, TimeProvider time)
{
    public const string VersionsPath = "/ocpi/versions";

    /// <summary>The server's most rows in a page, small enough that crawls page.</summary>
    public const int MostRows = 20;

    private static readonly string[] Versions = ["2.2.1", "2.3.0"];

    private static readonly string[] Modules = ["locations", "tariffs", "sessions", "cdrs"];

    private readonly SimulatedChargePoint[][] locations =
        [.. truth.Operator.ChargePoints.GroupBy(p => p.LocationOwnId, StringComparer.Ordinal).Select(g => g.ToArray())];

    private readonly OcpiCredentials credentials = new(truth.Operator, token);

    public async Task HandleAsync(HttpContext context)
    {
        if (!token.IsHeldBy(context.Request.Headers.Authorization))
        {
            context.Response.StatusCode = 401;
            await AnswerAsync(context, 2001, "Send the header Authorization: Token <base64 of the token>.", null);
            return;
        }

        var root = $"{context.Request.Scheme}://{context.Request.Host}/ocpi";
        var parts = (context.Request.Path.Value ?? "").Split('/');
        var version = parts.Length > 2 && Versions.Contains(parts[2]) ? parts[2] : null;
        var module = version is not null && parts.Length == 4 ? parts[3] : null;
        if (module == "credentials")
        {
            var answer = await credentials.AnswerAsync(context.Request, $"{root}/versions");
            context.Response.StatusCode = answer.Status;
            if (answer.Status == 405) context.Response.Headers.Allow = answer.Allowed;
            await AnswerAsync(context, answer.Code, answer.Message, answer.Data);
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = 405;
            context.Response.Headers.Allow = "GET";
            await AnswerAsync(context, 2000, "This operator only sends.", null);
            return;
        }

        if (context.Request.Path == VersionsPath) await AnswerAsync(context, 1000, null, json => VersionList(json, root));
        else if (version is not null && parts.Length == 3) await AnswerAsync(context, 1000, null, json => Details(json, root, version));
        else if (!token.IsRegistered) await AnswerAsync(context, 2004, "This token is for registering only: POST to credentials.", null);
        else if (module is not null && Modules.Contains(module)) await ListAsync(context, module, new OcpiObjects(truth, version!));
        else
        {
            context.Response.StatusCode = 404;
            await AnswerAsync(context, 2003, $"There is nothing at {context.Request.Path}.", null);
        }
    }

    private async Task ListAsync(HttpContext context, string module, OcpiObjects objects)
    {
        var now = time.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        if (module == "tariffs")
        {
            await PageAsync(context, Dataset.Tariffs, _ => truth.Operator.Tariffs, t => t.OwnId, t => t.LastUpdatedAt(at), (json, tariff) => objects.Tariff(json, tariff, at));
        }
        else if (module == "sessions")
        {
            await PageAsync(context, Dataset.ChargingSessions, OcpiCharges.SessionsIn(truth, now), c => c.OwnId, c => c.LastUpdated, (json, charge) => new OcpiCharges(truth.Operator, objects).Session(json, charge));
        }
        else if (module == "cdrs")
        {
            await PageAsync(context, Dataset.ChargingSessions, OcpiCharges.CdrsIn(truth, now), c => c.OwnId, c => c.LastUpdated, (json, charge) => new OcpiCharges(truth.Operator, objects).Cdr(json, charge));
        }
        else
        {
            var statuses = truth.Statuses(now);
            await PageAsync(context, Dataset.ChargePoints, _ => locations, l => l[0].LocationOwnId, l => l.Max(p => truth.LastUpdated(p, now)), (json, location) => objects.Location(json, location, statuses, now));
        }
    }

    private static void VersionList(Utf8JsonWriter json, string root)
    {
        json.WriteStartArray("data");
        foreach (var version in Versions)
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("url", $"{root}/{version}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Details(Utf8JsonWriter json, string root, string version)
    {
        json.WriteStartObject("data");
        json.WriteString("version", version);
        json.WriteStartArray("endpoints");
        foreach (var module in Modules.Prepend("credentials"))
        {
            json.WriteStartObject();
            json.WriteString("identifier", module);
            json.WriteString("role", "SENDER");
            json.WriteString("url", $"{root}/{version}/{module}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task PageAsync<T>(HttpContext context, Dataset dataset, Func<long, IEnumerable<T>> since, Func<T, string> id, Func<T, long> lastUpdated, Action<Utf8JsonWriter, T> write)
    {
        var query = context.Request.Query;
        if (!Whole("offset", 0, out var offset) || !Whole("limit", MostRows, out var limit) || !Instant("date_from", out var from) || !Instant("date_to", out var to))
        {
            await AnswerAsync(context, 2001, "offset and limit are whole numbers, date_from and date_to instants in UTC.", null);
            return;
        }

        var rows = since(from ?? long.MinValue).Where(r => lastUpdated(r) is var at && at >= (from ?? long.MinValue) && at < (to ?? long.MaxValue)).ToList();
        if (faults.Show(dataset, rows.Count, byOffset: true, offset, time.GetUtcNow(), i => id(rows[i]), i => lastUpdated(rows[i])) is { } shown) rows = [.. shown.Select(i => rows[i])];
        var page = rows.Skip(offset).Take(Math.Clamp(limit, 1, MostRows)).ToList();
        context.Response.Headers["X-Total-Count"] = rows.Count.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Limit"] = MostRows.ToString(CultureInfo.InvariantCulture);
        if (offset + page.Count < rows.Count)
        {
            var kept = string.Concat(query.Where(p => p.Key is "date_from" or "date_to").Select(p => $"&{p.Key}={Uri.EscapeDataString(p.Value.ToString())}"));
            var next = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}?offset={offset + page.Count}&limit={limit}{kept}";
            context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        await AnswerAsync(context, 1000, null, json =>
        {
            json.WriteStartArray("data");
            foreach (var row in page) write(json, row);
            json.WriteEndArray();
        });

        bool Whole(string name, int missing, out int value)
        {
            value = missing;
            return !query.TryGetValue(name, out var text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        bool Instant(string name, out long? value)
        {
            value = null;
            if (!query.TryGetValue(name, out var text)) return true;
            // OCPI times may leave Z out and are UTC all the same.
            var given = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
            value = given ? instant.ToUnixTimeMilliseconds() : null;
            return given;
        }
    }

    private async Task AnswerAsync(HttpContext context, int code, string? message, Action<Utf8JsonWriter>? data)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        data?.Invoke(json);
        json.WriteNumber("status_code", code);
        if (message is not null) json.WriteString("status_message", message);
        json.WriteString("timestamp", Instants.Format(time.GetUtcNow()));
        json.WriteEndObject();
    }
}
