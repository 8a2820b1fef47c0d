using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChargePointHub.Model;
using Microsoft.AspNetCore.WebUtilities;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>One recorded answer, served byte for byte.</summary>
/// <param name="Dataset">What it brings; null: it is only there to be found, as a versions endpoint.</param>
/// <param name="Path">Begins with a slash; without query.</param>
/// <param name="Query">Without question mark; null: whatever is asked.</param>
/// <param name="RecordsPointer">JSON Pointer to the array of records in the body; null where it brings none.</param>
/// <param name="HasEnvelope">The body says status_code, as OCPI has it.</param>
public sealed record RecordedAnswer(
    Dataset? Dataset, string Path, string? Query, int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body,
    string? RecordsPointer = null, bool HasEnvelope = false)
{
    public bool HasTariffsInEvses { get; init; }
}

/// <summary>An operator that is nothing but recorded answers: one folder with a replay.json.</summary>
/// <param name="Ocpi">Settings passed on into the operator file.</param>
public sealed partial record RecordedOperator(
    string OperatorId, string Name, string Protocol, JsonObject Ocpi, IReadOnlyList<RecordedAnswer> Answers, string? Licence = null, string? Attribution = null)
{
    public const string ManifestName = "replay.json";

    /// <summary>The answer to a request: one recorded with just this query, else for the path, else the one that begins where the request does.</summary>
    public RecordedAnswer? AnswerTo(string path, string query)
    {
        var ofPath = Answers.Where(a => a.Path.TrimEnd('/') == path.TrimEnd('/')).ToList();
        return ofPath.FirstOrDefault(a => a.Query is { } own && Same(own, query))
            ?? ofPath.FirstOrDefault(a => a.Query is null)
            ?? ofPath.FirstOrDefault(a => Offset(a.Query!) == Offset(query))
            ?? (ofPath.Count == 1 && Offset(ofPath[0].Query!) == 0 ? ofPath[0] : null);
    }

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
        var here = $"https://{context.Request.Host}";
        foreach (var (name, value) in answer.Headers)
        {
            // The replay stands in for the operator's host: a Link to the next page leads there, and so here.
            context.Response.Headers[name] = name.Equals("Link", StringComparison.OrdinalIgnoreCase) ? Host().Replace(value, "<" + here) : value;
        }

        // Addresses in answers that only show the way must lead to the recordings, too.
        var body = answer.Dataset is null ? Encoding.UTF8.GetBytes(Address().Replace(Encoding.UTF8.GetString(answer.Body.Span), here)) : answer.Body;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>
    /// Reads every sub-folder that holds a manifest, in order of name, or the folder itself where it holds one; what is wrong goes
    /// to <paramref name="faults"/>.
    /// </summary>
    public static IReadOnlyList<RecordedOperator> ReadAll(string folder, List<string> faults)
    {
        if (!Directory.Exists(folder))
        {
            faults.Add($"--replay {folder}: there is no such folder.");
            return [];
        }

        var manifests = Directory.GetDirectories(folder).Prepend(folder).Select(d => Path.Combine(d, ManifestName)).Where(File.Exists).Order(StringComparer.Ordinal).ToList();
        if (manifests.Count == 0) faults.Add($"--replay {folder}: none of its sub-folders holds a {ManifestName}.");
        var operators = manifests.Select(m => new ManifestReader(m, faults).Read()).OfType<RecordedOperator>().ToList();
        foreach (var twice in operators.GroupBy(o => o.OperatorId, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"--replay {folder}: {twice.Count()} manifests say operator_id \"{twice.Key}\".");
        }

        return operators;
    }

    /// <summary>The recorded query's number of that name; null where it has none.</summary>
    public static int? NumberIn(string? query, string name) =>
        query is not null && QueryHelpers.ParseQuery(query).TryGetValue(name, out var text) && int.TryParse(text, out var number) ? number : null;

    private static int Offset(string query) => NumberIn(query, "offset") ?? 0;

    private static bool Same(string recorded, string asked)
    {
        var (a, b) = (QueryHelpers.ParseQuery(recorded), QueryHelpers.ParseQuery(asked));
        return a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var value) && value == p.Value);
    }

    [GeneratedRegex("<https?://[^/>]+", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Host();

    [GeneratedRegex("https?://[^/\"\\s\\\\]+", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
