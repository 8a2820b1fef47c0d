using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>Reads one replay.json, liberally; a fault names the file and the property, and what is possible there.</summary>
public sealed class ManifestReader(string file, List<string> faults)
{
    private static readonly JsonDocumentOptions Liberal = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;

    private readonly int before = faults.Count;

    public RecordedOperator? Read()
    {
        if (Parse() is not { } root) return null;
        var manifest = Properties(root, "", [.. ManifestWords.Manifest, .. ManifestWords.Ocpi]);
        var (id, name) = Identity(manifest);
        var protocol = Protocol(manifest);
        var settings = new ManifestSettings(file, faults).Read(manifest, Object(manifest, "ocpi", "/ocpi", "settings as in an operator file"));
        var pointer = Pointer(settings.TryGetPropertyValue("records_pointer", out var given) ? given : null);
        settings.Remove("records_pointer");
        var answers = Answers(manifest, pointer);
        // Where to ask in which recording is said by the answers; an operator file's own paths would name the same.
        if (faults.Count == before && answers.All(a => a.Dataset is null)) Fault("no answer brings a dataset; give \"paths\", as { \"/locations\": \"locations.json\" }, or \"answers\".");
        return faults.Count > before ? null : new RecordedOperator(id, name, protocol, settings, answers, Text(manifest, "licence", ""), Text(manifest, "attribution", ""));
    }

    private JsonObject? Parse()
    {
        try
        {
            var bytes = File.ReadAllBytes(file).AsSpan();
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            if (JsonNode.Parse(bytes, null, Liberal) is JsonObject root) return root;
            Fault("a JSON object is needed, as { \"operator_id\": \"old-mill\", \"paths\": { \"/locations\": \"locations.json\" } }.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Fault($"not readable as JSON ({e.Message})");
        }

        return null;
    }

    /// <summary>From operator_id and name, from an operator that is an object with both or the name alone, else from the folder.</summary>
    private (string Id, string Name) Identity(JsonObject manifest)
    {
        var said = manifest;
        string? called = null;
        if (manifest["operator"] is JsonObject described) said = Properties(described, "/operator", ManifestWords.Operator);
        else called = Text(manifest, "operator", "");
        foreach (var property in new[] { "licence", "attribution" })
        {
            if (!manifest.ContainsKey(property) && Text(said, property, "/operator") is { } text) manifest[property] = text;
        }

        var name = Text(said, "name", "") ?? Text(manifest, "name", "") ?? called;
        var id = Text(said, "operator_id", "") ?? Text(manifest, "operator_id", "");
        if (id is not null && !ManifestWords.IsSlug(id))
        {
            Fault($"/operator_id is 2 to 40 lower-case letters, digits and hyphens, with none of these at its ends but letters and digits; got \"{id}\", write \"{ManifestWords.SlugOf(id)}\".");
            return (id, name ?? id);
        }

        id ??= ManifestWords.SlugOf(called ?? new DirectoryInfo(folder).Name);
        if (!ManifestWords.IsSlug(id)) Fault($"no operator_id can be made of \"{called ?? new DirectoryInfo(folder).Name}\"; give \"operator_id\".");
        return (id, name ?? id);
    }

    private string Protocol(JsonObject manifest)
    {
        if (Text(manifest, "protocol", "") is not { } text) return "ocpi-2.2.1";
        if (ManifestWords.Protocol(text) is { } known) return known;
        Fault($"/protocol \"{text}\" is not known; there are {string.Join(", ", Feeds.Protocols.ProtocolCatalogue.Names)}.");
        return text;
    }

    private List<RecordedAnswer> Answers(JsonObject manifest, string? pointer)
    {
        var reader = new AnswerReader(file, folder, pointer, Headers(manifest["headers"], "/headers"), faults);
        foreach (var property in new[] { "paths", "answers" })
        {
            switch (manifest[property])
            {
                case null: break;
                case JsonValue only when property == "paths" && only.TryGetValue<string>(out var path) && manifest["file"] is { } single:
                    reader.Add(path, single, "", this);
                    break;
                case JsonObject byPath:
                    foreach (var (path, target) in byPath) reader.Add(path, target, $"/{property}/{path}", this);
                    break;
                case JsonArray list:
                    for (var i = 0; i < list.Count; i++) reader.Add(null, list[i], $"/{property}/{i}", this);
                    break;
                default:
                    Fault($"/{property} is an object of paths and files, or an array of objects with \"path\" and \"file\".");
                    break;
            }
        }

        reader.CheckPointer();
        return reader.Answers;
    }

    /// <summary>The object's properties by their known names; one that means nothing is a fault.</summary>
    internal JsonObject Properties(JsonObject from, string pointer, IReadOnlyList<string> known)
    {
        var properties = new JsonObject();
        foreach (var (name, value) in from)
        {
            if (ManifestWords.Known(name, known) is { } meant)
            {
                if (!properties.TryAdd(meant, value?.DeepClone())) Fault($"{pointer}/{name} says {meant} a second time.");
            }
            else if (!ManifestWords.IsRemark(name))
            {
                Fault($"{pointer}/{name} is not known; there are {string.Join(", ", known.Distinct())}.");
            }
        }

        return properties;
    }

    internal string? Text(JsonObject from, string name, string pointer)
    {
        if (from[name] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue<string>(out var text)) return text;
        Fault($"{pointer}/{name} is text.");
        return null;
    }

    internal Dictionary<string, string> Headers(JsonNode? node, string pointer)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (node is null) return headers;
        if (node is not JsonObject given)
        {
            Fault($"{pointer} is an object of header names and values, as {{ \"X-Total-Count\": \"2\" }}.");
            return headers;
        }

        foreach (var (name, value) in given)
        {
            // Lengths and encodings belong to the recording's connection, not to this one.
            if (name.ToUpperInvariant() is "CONTENT-LENGTH" or "CONTENT-ENCODING" or "TRANSFER-ENCODING" or "CONNECTION") continue;
            var text = value is JsonArray several ? string.Join(", ", several) : value?.ToString() ?? "";
            if (value is JsonObject || name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) || !text.All(c => c is >= ' ' and <= '~'))
            {
                Fault($"{pointer}/{name} cannot be sent: a header's name and value are ASCII text.");
                continue;
            }

            headers[name] = text;
        }

        return headers;
    }

    internal static string? Pointer(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? ManifestWords.Pointer(text) : null;

    internal void Fault(string what) => faults.Add($"{file}: {what}");

    private JsonObject? Object(JsonObject from, string name, string pointer, string what)
    {
        if (from[name] is JsonObject found) return found;
        if (from[name] is not null) Fault($"{pointer} is an object of {what}.");
        return null;
    }
}
