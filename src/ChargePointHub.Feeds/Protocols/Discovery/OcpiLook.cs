using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Discovery;

/// <summary>A list of OCPI objects, without versions before it.</summary>
/// <param name="Pointer">To the array.</param>
internal sealed record OcpiList(string Pointer, JsonElement Rows, bool IsTariffs, bool HasEnvelope);

/// <summary>What OCPI looks like.</summary>
internal static class OcpiLook
{
    private static readonly string[] Places = ["/data", "", "/items", "/locations", "/results", "/tariffs", "/data/locations"];

    public static bool IsVersions(JsonElement root) => Versions(root).Count > 0;

    /// <summary>Of the newest version that the hub speaks, on the same host; null: there is none.</summary>
    public static Uri? DetailsUrl(JsonElement root, Uri address) =>
        Spoken(root) is { } spoken && Uri.TryCreate(spoken.Url, UriKind.Absolute, out var url) && Values.FeedAddress.IsSameHost(address, url) ? url : null;

    /// <summary>Of the locations module, on the same host; null: none is named.</summary>
    public static Uri? LocationsUrl(JsonElement details, Uri address) =>
        Endpoints(details).FirstOrDefault(e => e.Module == "locations").Url is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url) && Values.FeedAddress.IsSameHost(address, url)
            ? Values.FeedAddress.Below(url, "", ("limit", "1")) : null;

    public static string Versions(ProposedFile file, Uri address, JsonElement root, JsonElement? details)
    {
        var versions = string.Join(", ", Versions(root).Select(v => v.Version));
        if (Spoken(root) is not { } spoken)
        {
            file.Begin(OcpiVersion.V221.Protocol, address);
            file.Add(Snapshot(Dataset.ChargePoints));
            file.ToFillIn.Add($"/feeds/0/protocol: the operator speaks OCPI {versions}, and the hub none of these; ask for OCPI 2.2.1, or use mapped-json with the address of a list.");
            return $"OCPI {versions}.";
        }

        file.Begin($"ocpi-{spoken.Version}", address);
        var modules = details is { } said ? Endpoints(said).Select(e => e.Module).Distinct().ToList() : [];
        if (modules.Contains("locations") || modules.Count == 0) file.Add(Snapshot(Dataset.ChargePoints));
        if (modules.Contains("tariffs")) file.Add(Snapshot(Dataset.Tariffs));
        var ofSessions = OcpiModules.OfSessions.Where(modules.Contains).ToList();
        if (ofSessions.Count > 0) Sessions(file);
        if (ofSessions.Count == 1) file.Ocpi()["session_modules"] = new JsonArray(JsonValue.Create(ofSessions[0]));
        if (modules.Count > 0 && file.Feed["datasets"] is null)
        {
            file.Add(Snapshot(Dataset.ChargePoints));
            file.ToFillIn.Add($"/feeds/0/datasets: the version details name {string.Join(", ", modules)}, and no locations; charge_points is a guess.");
        }

        if (modules.Count == 0) file.ToFillIn.Add("/feeds/0/datasets: the version details could not be read, so that charge_points is a guess; look again with a credential.");
        return $"OCPI {versions}{(modules.Count > 0 ? $", with {string.Join(", ", modules)}" : "")}.";
    }

    /// <summary>Null: no OCPI objects are in the answer.</summary>
    public static OcpiList? ListOf(JsonElement root)
    {
        foreach (var place in Places)
        {
            if (MappedRow.At(root, FieldPath.StepsOf(place)) is not { ValueKind: JsonValueKind.Array } rows || rows.GetArrayLength() == 0 || rows[0].ValueKind != JsonValueKind.Object) continue;
            var envelope = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("status_code", out var code) && code.ValueKind == JsonValueKind.Number;
            if (rows[0].TryGetProperty("evses", out var evses) && evses.ValueKind == JsonValueKind.Array && rows[0].TryGetProperty("coordinates", out _)) return new OcpiList(place, rows, false, envelope);
            if (rows[0].TryGetProperty("elements", out var elements) && elements.ValueKind == JsonValueKind.Array && rows[0].TryGetProperty("currency", out _)) return new OcpiList(place, rows, true, envelope);
        }

        return null;
    }

    /// <param name="tariffs">What stands beside the locations under the name of tariffs; null: nothing.</param>
    public static string Lists(ProposedFile file, Uri address, Fetched answer, OcpiList list, JsonElement? tariffs)
    {
        var here = new UriBuilder(address) { Query = "" }.Uri;
        file.Begin(OcpiVersion.V221.Protocol, new Uri(here, "."));
        var ocpi = file.Ocpi();
        ocpi["discovery"] = false;
        var paths = new JsonObject();
        var dataset = list.IsTariffs ? Dataset.Tariffs : Dataset.ChargePoints;
        file.Add(Snapshot(dataset));
        paths[dataset.Name] = here.Segments[^1];
        if (tariffs is { } beside && ListOf(beside) is { IsTariffs: true } found && found.Pointer == list.Pointer)
        {
            file.Add(Snapshot(Dataset.Tariffs));
            paths[Dataset.Tariffs.Name] = "tariffs";
        }

        ocpi["paths"] = paths;
        ocpi["records_pointer"] = list.Pointer;
        ocpi["envelope"] = list.HasEnvelope;
        ocpi["paged"] = answer.Headers.ContainsKey("X-Total-Count") || answer.Headers.GetValueOrDefault("Link")?.Contains("next", StringComparison.OrdinalIgnoreCase) == true;
        if (!list.IsTariffs) StatusWords(file, ocpi, list.Rows);
        return $"OCPI objects without versions: {list.Rows.GetArrayLength()} {(list.IsTariffs ? "tariffs" : "locations")} in the first answer.";
    }

    private static void StatusWords(ProposedFile file, JsonObject ocpi, JsonElement rows)
    {
        var words = new JsonObject();
        var sent = rows.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty("evses", out var e) && e.ValueKind == JsonValueKind.Array)
            .SelectMany(r => r.GetProperty("evses").EnumerateArray()).Where(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("status", out _))
            .Select(e => MappedText.Of(e.GetProperty("status"))).OfType<string>().Where(w => w.Length > 0);
        foreach (var word in sent.Distinct(StringComparer.OrdinalIgnoreCase).Where(w => Words<Status>.Parse(w.ToUpperInvariant()) is null).Take(20))
        {
            if (GuessedWords.Status(word) is { } meaning) words[word] = meaning;
            file.ToFillIn.Add(words[word] is { } guess
                ? $"/feeds/0/ocpi/status_words/{word}: {guess} is a guess; ask the operator."
                : $"/feeds/0/ocpi/status_words: say what {word} means.");
        }

        if (words.Count > 0) ocpi["status_words"] = words;
    }

    private static (string Version, string Url)? Spoken(JsonElement root) =>
        Versions(root).Where(v => ProtocolCatalogue.Names.Contains($"ocpi-{v.Version}")).OrderByDescending(v => v.Version, StringComparer.Ordinal).Select(v => ((string, string)?)v).FirstOrDefault();

    private static List<(string Version, string Url)> Versions(JsonElement root)
    {
        var list = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out var data) ? data : root;
        if (list.ValueKind != JsonValueKind.Array) return [];
        return [.. list.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Object).Select(v => (Text(v, "version") ?? "", Text(v, "url") ?? "")).Where(v => v.Item1.Length > 0 && v.Item2.Length > 0)];
    }

    private static List<(string Module, string? Url)> Endpoints(JsonElement details) =>
        MappedRow.At(details, ["data", "endpoints"]) is not { ValueKind: JsonValueKind.Array } endpoints ? []
            :
            [
                .. endpoints.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object && Text(e, "role") is null or "SENDER")
                    .Select(e => (Text(e, "identifier")?.ToLowerInvariant() ?? "", Text(e, "url"))).Where(e => e.Item1.Length > 0),
            ];

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && MappedText.Of(value) is { Length: > 0 and < 200 } text ? text : null;

    private static void Sessions(ProposedFile file)
    {
        file.Add(new JsonObject { ["dataset"] = Dataset.ChargingSessions.Name, ["axis"] = "last_updated", ["cadence"] = "PT15M" });
        file.ToFillIn.Add($"/feeds/0/datasets/{file.Feed["datasets"]!.AsArray().Count - 1}/earliest: the first instant that the operator offers, such as 2026-01-01T00:00:00Z; without it collecting begins now.");
    }

    private static JsonObject Snapshot(Dataset dataset) => new() { ["dataset"] = dataset.Name, ["cadence"] = dataset == Dataset.ChargePoints ? "PT5M" : "PT1H", ["freshness"] = dataset == Dataset.ChargePoints ? "PT15M" : "PT3H" };
}
