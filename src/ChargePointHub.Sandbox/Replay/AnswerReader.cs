using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>Reads a manifest's answers; what they leave out is taken from the recordings themselves.</summary>
/// <param name="folder">Where files are looked for.</param>
/// <param name="shared">Records pointer of all answers that have none of their own; null: found in each.</param>
/// <param name="headers">Sent with every answer.</param>
internal sealed class AnswerReader(string file, string folder, string? shared, IReadOnlyDictionary<string, string> headers, List<string> faults)
{
    private readonly List<string> _missed = [];

    private bool _sharedFits;

    public List<RecordedAnswer> Answers { get; } = [];

    /// <param name="path">Null: the described answer says it.</param>
    /// <param name="target">Name of a file, or a described answer.</param>
    public void Add(string? path, JsonNode? target, string at, ManifestReader manifest)
    {
        if (path is not null && target is JsonValue value && value.TryGetValue<string>(out var name))
        {
            Add(path, name, at, new JsonObject(), headers, 200, manifest);
            return;
        }

        if (target is not JsonObject given)
        {
            Fault(path is null ? $"{at} is an object with \"path\" and \"file\"." : $"{at} is the name of a file, or an object with \"file\".");
            return;
        }

        var described = manifest.Properties(given, at, ManifestWords.Answer);
        var status = 200;
        if (described["status"] is { } said && !(said is JsonValue number && number.TryGetValue(out status) && status is >= 200 and <= 599)) Fault($"{at}/status is an HTTP status from 200 to 599.");
        var recorded = manifest.Text(described, "file", at);
        path ??= manifest.Text(described, "path", at);
        if (path is null || (recorded is null && status < 300))
        {
            Fault($"{at}/{(path is null ? "path" : "file")} is missing.");
            return;
        }

        var all = new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase);
        foreach (var (header, text) in manifest.Headers(described["headers"], $"{at}/headers")) all[header] = text;
        Add(path, recorded, at, described, all, status, manifest);
    }

    /// <summary>A pointer for all must fit one at least.</summary>
    public void CheckPointer()
    {
        if (shared is not null && !_sharedFits && _missed.Count > 0) Fault($"/records_pointer \"{shared}\": {string.Join(" ", _missed)}");
    }

    private void Add(string address, string? recorded, string at, JsonObject described, IReadOnlyDictionary<string, string> all, int status, ManifestReader manifest)
    {
        // An address may be written in full, as it was recorded: the replay stands in for its host.
        if (Uri.TryCreate(address, UriKind.Absolute, out var full) && full.Scheme.StartsWith("http", StringComparison.Ordinal)) address = full.PathAndQuery;
        var question = address.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (address, null) : (address[..question], address[(question + 1)..]);
        if (!path.StartsWith('/')) path = "/" + path;
        string? fault = null;
        var body = recorded is null ? RecordedBody.Empty() : RecordedBody.Read(Path.Combine(folder, recorded), manifest.Text(described, "body_pointer", at) is { } part ? ManifestWords.Pointer(part) : null, out fault);
        if (body is null)
        {
            Fault(at + fault);
            return;
        }

        var pointer = Pointer(body, at, described, recorded);
        var named = manifest.Text(described, "dataset", at);
        var saysNone = described.ContainsKey("dataset") && named is null;
        var dataset = saysNone ? null : named is not null ? ManifestWords.DatasetNamed(named) : ManifestWords.DatasetAt(path) ?? body.DatasetOf(pointer ?? "");
        if (dataset is null && !saysNone && (named is not null || (status < 300 && !ManifestWords.IsWayfinding(path))))
        {
            Fault($"{at} needs \"dataset\": one of {string.Join(", ", Dataset.All)}, or null for an answer that brings none.");
            return;
        }

        if (dataset is not null && status < 300 && shared is not null && !described.ContainsKey("records_pointer"))
        {
            if (body.HasRecordsAt(shared)) _sharedFits = true;
            else _missed.Add($"no array stands there in {recorded}{(pointer is null ? "." : $"; one stands at \"{pointer}\".")}");
        }

        Answers.Add(new RecordedAnswer(dataset, path, query, status, all, body.Bytes, dataset is null ? null : pointer, body.HasEnvelope)
        {
            HasTariffsInEvses = dataset == Dataset.ChargePoints && pointer is not null && body.HasTariffsInEvses(pointer),
        });
    }

    private string? Pointer(RecordedBody body, string at, JsonObject described, string? recorded)
    {
        if (ManifestReader.Pointer(described["records_pointer"]) is not { } own) return shared is not null && body.HasRecordsAt(shared) ? shared : body.FindRecords();
        if (!body.HasRecordsAt(own)) Fault($"{at}/records_pointer \"{own}\": no array stands there in {recorded}{(body.FindRecords() is { } found ? $"; one stands at \"{found}\"." : ".")}");
        return own;
    }

    private void Fault(string what) => faults.Add($"{file}: {what}");
}
