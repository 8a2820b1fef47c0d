using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Replay;

/// <summary>What may stand in a replay.json. Names are compared without case, hyphens, underscores and blanks; some have a second spelling.</summary>
internal static partial class ManifestWords
{
    public static readonly string[] Manifest = ["operator_id", "name", "protocol", "records_pointer", "ocpi", "answers", "paths", "headers", "operator", "licence", "attribution", "file"];

    public static readonly string[] Operator = ["operator_id", "name", "licence", "attribution"];

    public static readonly string[] Answer = ["dataset", "path", "file", "headers", "status", "body_pointer", "records_pointer"];

    /// <summary>Settings of an operator file's ocpi object; they may stand beside it, too.</summary>
    public static readonly string[] Ocpi = ["discovery", "paths", "token_is_raw", "envelope", "paged", "page_overlap", "status_words", "tariffs_in_evses", "records_pointer"];

    /// <summary>Said of a recording, and of no use to a replay.</summary>
    private static readonly string[] Remarks = ["description", "comment", "notes", "note", "origin", "recorded_at", "base_url", "schema", "method"];

    private static readonly Dictionary<string, string> Spellings = new(StringComparer.Ordinal)
    {
        ["id"] = "operator_id",
        ["slug"] = "operator_id",
        ["operatorname"] = "name",
        ["license"] = "licence",
        ["records"] = "records_pointer",
        ["pointer"] = "records_pointer",
        ["recordpointer"] = "records_pointer",
        ["recordspath"] = "records_pointer",
        ["recordsat"] = "records_pointer",
        ["files"] = "paths",
        ["path"] = "paths",
        ["routes"] = "paths",
        ["endpoints"] = "paths",
        ["responses"] = "answers",
        ["recordings"] = "answers",
        ["requests"] = "answers",
        ["responseheaders"] = "headers",
        ["header"] = "headers",
        ["url"] = "path",
        ["statuscode"] = "status",
        ["body"] = "file",
        ["bodyfile"] = "file",
        ["answer"] = "file",
        ["response"] = "file",
        ["module"] = "dataset",
        ["statusmap"] = "status_words",
        ["statusmapping"] = "status_words",
        ["statuses"] = "status_words",
    };

    /// <summary>The name as it is known, or null where it means nothing here.</summary>
    public static string? Known(string name, IEnumerable<string> known)
    {
        var plain = Plain(name);
        return known.FirstOrDefault(k => Plain(k) == plain)
            ?? (Spellings.TryGetValue(plain, out var meant) && known.Contains(meant, StringComparer.Ordinal) ? meant : null);
    }

    public static bool IsRemark(string name) => name.StartsWith('_') || name.StartsWith('$') || name.StartsWith("//", StringComparison.Ordinal) || Known(name, Remarks) is not null;

    /// <summary>OCPI 2.2 and 2.2.1 are read alike, and so is what does not say which.</summary>
    public static string? Protocol(string text) => Plain(text) switch
    {
        "ocpi" or "ocpi2.2" or "ocpi2.2.1" or "2.2" or "2.2.1" or "ocpi221" or "ocpi22" => "ocpi-2.2.1",
        "loti" or "lotiv1" => "loti-v1",
        _ => ProtocolCatalogue.Names.FirstOrDefault(n => n == text),
    };

    public static Dataset? DatasetNamed(string text) => Plain(text) switch
    {
        "locations" or "location" or "chargepoints" or "evses" => Dataset.ChargePoints,
        "tariffs" or "tariff" => Dataset.Tariffs,
        "sessions" or "chargingsessions" => Dataset.ChargingSessions,
        "statuschanges" or "statuses" => Dataset.StatusChanges,
        _ => null,
    };

    /// <summary>By the path's last part, without an ending.</summary>
    public static Dataset? DatasetAt(string path)
    {
        var last = path.TrimEnd('/').Split('/')[^1];
        return DatasetNamed(last.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? last[..^5] : last);
    }

    /// <summary>A path of OCPI that brings no records.</summary>
    public static bool IsWayfinding(string path)
    {
        var last = path.TrimEnd('/').Split('/')[^1];
        return last is "versions" or "credentials" || VersionNumber().IsMatch(last);
    }

    /// <summary>A JSON Pointer, also from a path of names: <c>data</c>, <c>$.data</c>, <c>#/data</c>, <c>/</c>.</summary>
    public static string Pointer(string text)
    {
        var bare = text.Trim().TrimStart('#', '$');
        if (bare.Length == 0 || bare[0] == '/') return bare == "/" ? "" : bare;
        return "/" + bare.Trim('.').Replace('.', '/');
    }

    /// <summary>Lower-case letters, digits and hyphens, from any name.</summary>
    public static string SlugOf(string name) => NotInSlug().Replace(name.Trim().ToLowerInvariant(), "-").Trim('-');

    public static bool IsSlug(string text) => Slug().IsMatch(text);

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not ('_' or '-' or ' '))).ToLowerInvariant();

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex VersionNumber();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex Slug();
}
