using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>One recorded answer, served byte for byte.</summary>
/// <param name="Dataset">What it brings; null: it is only there to be found, as a versions endpoint.</param>
/// <param name="Path">Begins with a slash; without query.</param>
/// <param name="Query">Without question mark; null: whatever is asked.</param>
public sealed record RecordedAnswer(
    Dataset? Dataset, string Path, string? Query, int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>An operator that is nothing but recorded answers: one folder with a replay.json.</summary>
/// <param name="Ocpi">Settings passed on into the operator file; null: none.</param>
public sealed record RecordedOperator(
    string OperatorId, string Name, string Protocol, string? RecordsPointer, JsonObject? Ocpi, IReadOnlyList<RecordedAnswer> Answers)
{
    public const string ManifestName = "replay.json";

    /// <summary>The answer to a request: one recorded with just this query, else one recorded for the path.</summary>
    public RecordedAnswer? AnswerTo(string path, string query) =>
        Answers.FirstOrDefault(a => a.Path == path && a.Query == query) ?? Answers.FirstOrDefault(a => a.Path == path && a.Query is null);

    public async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.QueryString.Value?.TrimStart('?') ?? "";
        if (AnswerTo(context.Request.Path.Value ?? "/", query) is not { } answer)
        {
            await new Operators.Problem(404, "not-recorded", $"No answer was recorded for {context.Request.Path}; there are {string.Join(", ", Answers.Select(a => a.Path).Distinct())}.").WriteAsync(context);
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        context.Response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <summary>Reads every sub-folder that holds a manifest, in order of name; what is wrong goes to <paramref name="faults"/>.</summary>
    public static IReadOnlyList<RecordedOperator> ReadAll(string folder, List<string> faults)
    {
        if (!Directory.Exists(folder))
        {
            faults.Add($"--replay {folder}: there is no such folder.");
            return [];
        }

        var manifests = Directory.GetDirectories(folder).Select(d => Path.Combine(d, ManifestName)).Where(File.Exists).Order(StringComparer.Ordinal).ToList();
        if (manifests.Count == 0) faults.Add($"--replay {folder}: none of its sub-folders holds a {ManifestName}.");
        var operators = manifests.Select(m => new ManifestReader(m, faults).Read()).OfType<RecordedOperator>().ToList();
        foreach (var twice in operators.GroupBy(o => o.OperatorId, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"--replay {folder}: {twice.Count()} manifests say operator_id \"{twice.Key}\".");
        }

        return operators;
    }
}

/// <summary>Reads one replay.json; a fault names the file and the property.</summary>
public sealed class ManifestReader(string file, List<string> faults)
{
    private static readonly string[] Known = ["operator_id", "name", "protocol", "records_pointer", "ocpi", "answers", "paths", "headers"];

    private static readonly string[] KnownInAnswer = ["dataset", "path", "file", "headers", "status", "body_pointer"];

    private readonly string folder = Path.GetDirectoryName(file)!;

    private readonly int before = faults.Count;

    public RecordedOperator? Read()
    {
        JsonObject manifest;
        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(file)) is not JsonObject root)
            {
                faults.Add($"{file}: a JSON object is needed.");
                return null;
            }

            manifest = root;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{file}: not readable as JSON ({e.Message})");
            return null;
        }

        foreach (var (name, _) in manifest)
        {
            if (!Known.Contains(name, StringComparer.Ordinal)) faults.Add($"{file}: /{name} is not known; there are {string.Join(", ", Known)}.");
        }

        var id = Text(manifest, "operator_id", "") ?? new DirectoryInfo(folder).Name;
        if (id.Length is < 2 or > 40 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            faults.Add($"{file}: /operator_id is 2 to 40 lower-case letters, digits and hyphens; got \"{id}\".");
        }

        var protocol = Text(manifest, "protocol", "") ?? "ocpi-2.2.1";
        var headers = Headers(manifest["headers"], "/headers");
        var answers = new List<RecordedAnswer>();
        if (manifest["paths"] is JsonObject paths)
        {
            foreach (var (path, target) in paths)
            {
                if (target is JsonValue value && value.TryGetValue<string>(out var name)) Add(answers, path, name, $"/paths/{path}", null, headers, 200, null, null);
                else if (target is JsonObject described) AddDescribed(answers, described, $"/paths/{path}", headers, path);
                else faults.Add($"{file}: /paths/{path} is the name of a file.");
            }
        }

        if (manifest["answers"] is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is JsonObject described) AddDescribed(answers, described, $"/answers/{i}", headers, null);
                else faults.Add($"{file}: /answers/{i} is an object with \"path\" and \"file\".");
            }
        }

        if (answers.All(a => a.Dataset is null) && faults.Count == before) faults.Add($"{file}: no answer brings a dataset; give \"answers\" or \"paths\".");
        var settings = manifest["ocpi"] as JsonObject;
        if (manifest.ContainsKey("ocpi") && settings is null) faults.Add($"{file}: /ocpi is an object of settings as in an operator file.");
        return faults.Count > before ? null : new RecordedOperator(
            id, Text(manifest, "name", "") ?? id, protocol, Text(manifest, "records_pointer", ""), (JsonObject?)settings?.DeepClone(), answers);
    }

    private void AddDescribed(List<RecordedAnswer> answers, JsonObject described, string pointer, IReadOnlyDictionary<string, string> shared, string? path)
    {
        foreach (var (name, _) in described)
        {
            if (!KnownInAnswer.Contains(name, StringComparer.Ordinal)) faults.Add($"{file}: {pointer}/{name} is not known; there are {string.Join(", ", KnownInAnswer)}.");
        }

        path ??= Text(described, "path", pointer);
        var recorded = Text(described, "file", pointer);
        if (path is null || recorded is null)
        {
            faults.Add($"{file}: {pointer}/{(path is null ? "path" : "file")} is missing.");
            return;
        }

        var headers = new Dictionary<string, string>(shared, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Headers(described["headers"], $"{pointer}/headers")) headers[name] = value;
        var status = 200;
        if (described["status"] is { } given && !(given is JsonValue number && number.TryGetValue(out status) && status is >= 200 and <= 599))
        {
            faults.Add($"{file}: {pointer}/status is an HTTP status from 200 to 599.");
        }

        Add(answers, path, recorded, pointer, Text(described, "dataset", pointer), headers, status, Text(described, "body_pointer", pointer), described);
    }

    private void Add(
        List<RecordedAnswer> answers, string path, string recorded, string pointer, string? datasetName, IReadOnlyDictionary<string, string> headers, int status, string? bodyPointer, JsonObject? described)
    {
        var question = path.IndexOf('?', StringComparison.Ordinal);
        var (bare, query) = question < 0 ? (path, null) : (path[..question], path[(question + 1)..]);
        if (!bare.StartsWith('/')) bare = "/" + bare;
        var saysNone = described is not null && described.ContainsKey("dataset") && datasetName is null;
        var dataset = saysNone ? null : Dataset.Named(datasetName ?? DatasetAt(bare) ?? "");
        if (dataset is null && !saysNone)
        {
            faults.Add($"{file}: {pointer} needs \"dataset\": one of {string.Join(", ", Dataset.All)}, or null for an answer that brings none.");
            return;
        }

        if (Body(Path.Combine(folder, recorded), bodyPointer, pointer) is { } body) answers.Add(new RecordedAnswer(dataset, bare, query, status, headers, body));
    }

    private static string? DatasetAt(string path) => path[(path.LastIndexOf('/') + 1)..] switch
    {
        "locations" or "charge-points" => "charge_points",
        "tariffs" => "tariffs",
        "charging-sessions" => "charging_sessions",
        "status-changes" => "status_changes",
        _ => null,
    };

    private byte[]? Body(string recorded, string? pointer, string at)
    {
        try
        {
            var bytes = File.ReadAllBytes(recorded);
            if (pointer is null) return bytes;
            using var json = JsonDocument.Parse(bytes);
            var element = json.RootElement;
            foreach (var part in pointer.Split('/').Skip(1))
            {
                var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
                if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < element.GetArrayLength()) element = element[index];
                else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    faults.Add($"{file}: {at}/body_pointer {pointer} finds nothing in {recorded}; \"{name}\" is not there.");
                    return null;
                }
            }

            return Encoding.UTF8.GetBytes(element.GetRawText());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            faults.Add($"{file}: {at}/file: {e.Message}");
            return null;
        }
    }

    private Dictionary<string, string> Headers(JsonNode? node, string pointer)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (node is null) return headers;
        if (node is not JsonObject given)
        {
            faults.Add($"{file}: {pointer} is an object of header names and values.");
            return headers;
        }

        foreach (var (name, value) in given)
        {
            // Lengths and encodings belong to the recording's connection, not to this one.
            if (value is JsonValue && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                headers[name] = value.ToString();
            }
        }

        return headers;
    }

    private string? Text(JsonObject from, string name, string pointer)
    {
        if (from[name] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue<string>(out var text)) return text;
        faults.Add($"{file}: {pointer}/{name} is text.");
        return null;
    }
}
