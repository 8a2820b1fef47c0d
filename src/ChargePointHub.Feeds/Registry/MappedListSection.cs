using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.MappedJson;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The parts of a mapping that say how a list is asked for, how it pages, and where its records stand.</summary>
internal static partial class MappedListSection
{
    public static readonly IReadOnlyList<string> Parts = ["request", "paging", "accept", "records", "only"];

    private static readonly string[] Placeholders = ["from", "to", "limit", "offset", "page", "cursor", "credential", "id"];

    private static readonly string[] PagingPlaceholders = ["{offset}", "{page}", "{cursor}"];

    private static readonly string[] PagingKinds = ["none", "offset", "page", "cursor", "next", "link"];

    private static readonly string[] AroundRows = ["accept", "records"];

    private static readonly string[] StepKinds = ["list", "object", "one"];

    public static MappedList Read(FileNode node)
    {
        var paging = Paging(node);
        var request = Request(node);
        var needed = paging.By switch
        {
            PagingKind.Offset => "{offset}",
            PagingKind.Page => "{page}",
            PagingKind.Cursor => "{cursor}",
            _ => null,
        };
        if (needed is not null && !request.Uses(needed)) Contradicts(node, "request", $"Paging by {Word(paging.By)} puts {needed} into path, query or headers of the request; it stands nowhere.");
        foreach (var other in PagingPlaceholders.Where(p => p != needed && request.Uses(p)))
        {
            Contradicts(node, "request", $"{other} stands in the request, and paging is by {Word(paging.By)}; it would never be filled.");
        }

        var (accept, records) = (Test(node, "accept", ofAnswer: true), Steps(node));
        if (request.Csv is null) return new MappedList(request, paging, accept, records, Test(node, "only"));
        foreach (var name in AroundRows.Where(n => node.Value(n) is not null)) Contradicts(node, name, $"Of delimited text each row is a record, and there is nothing around them; take {name} out.");
        if (paging is { Next: not null } or { Total: not null } or { More: not null }) Contradicts(node, "paging", "next, total and more stand in JSON; delimited text has pages by offset, page or link, and total_header.");
        return new MappedList(request, paging, null, [new RecordStep("", RecordStepKind.Object)], Test(node, "only", ups: 0));
    }

    /// <summary>Rows are told apart by their id, where the file does not say otherwise and each row is one record.</summary>
    public static MappedList KeyedBy(MappedList list, FieldPath? id) =>
        list.Paging.Key is null && list.Records.Count == 1 && id is { Up: 0, End: FieldPathEnd.Value } ? list with { Paging = list.Paging with { Key = id } } : list;

    public static FieldPath? Path(FileNode node, string name, bool required = false, int ups = 9)
    {
        if (node.Text(name, required) is not { } text) return null;
        return Path(node.Faults, node.At(name), text, ups);
    }

    /// <summary>Null with a fault when it is no path, or leads to what concerns a person.</summary>
    /// <param name="ofMany">Every place of an array may be meant.</param>
    public static FieldPath? Path(FileFaults faults, string pointer, string text, int ups, bool ofMany = false)
    {
        if (FieldPath.Read(text) is not { } path)
        {
            faults.Add(pointer, RegistryFaultCodes.BadValue, $"{FileNode.Shown(text)} is no path: /name/below, ../name of what holds the list, #key, #index, #id or #value.");
            return null;
        }

        if (path.Up > ups) faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{FileNode.Shown(text)} leads above the answer: records here have {ups} levels above them.");
        if (!ofMany && path.Steps.Contains(FieldPath.EachItem)) faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{FileNode.Shown(text)} leads to many values; * is for lists of words.");
        if (path.Steps.Count > 0 && Protocols.Values.OcpiWords.IsPersonal(path.Steps[^1]))
        {
            faults.Add(pointer, RegistryFaultCodes.PersonalField, $"{FileNode.Shown(path.Steps[^1])} names or identifies a person; the hub keeps nothing of the kind.");
        }

        return path;
    }

    /// <summary>JSON Pointer; empty: the whole.</summary>
    public static string? Pointer(FileNode node, string name, bool required = false)
    {
        if (node.Value(name) is { ValueKind: JsonValueKind.String } value && value.ValueEquals("")) return "";
        var pointer = node.Text(name, required);
        if (pointer is null or ['/', ..]) return pointer;
        node.Fault(name, RegistryFaultCodes.BadValue, $"{name} must be a JSON Pointer: empty, or beginning with a slash.");
        return null;
    }

    public static RecordStep? Step(FileFaults faults, string pointer, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            var at = json.ValueEquals("") ? "" : FileNode.TextOf(json)?.Trim();
            if (at is "" or ['/', ..]) return new RecordStep(at, RecordStepKind.List);
            faults.Add(pointer, RegistryFaultCodes.BadValue, "A step to the records must be a JSON Pointer: empty, or beginning with a slash.");
            return null;
        }

        var node = new FileNode(json, pointer, faults, "at", "as");
        return new RecordStep(Pointer(node, "at", required: true) ?? "", node.Word("as", RegistryFaultCodes.BadValue, StepKinds, required: true) switch
        {
            "object" => RecordStepKind.Object,
            "one" => RecordStepKind.One,
            _ => RecordStepKind.List,
        });
    }

    public static MappedTest? Test(FileNode parent, string name, bool ofAnswer = false, int ups = 9)
    {
        if (parent.Value(name) is not { } json) return null;
        var node = new FileNode(json, parent.At(name), parent.Faults, "path", "is");
        var path = Path(node, "path", required: true, ofAnswer ? 0 : ups);
        var words = node.Texts("is", t => t.Trim().Length > 0, "a word of 1 character or more, within quotation marks");
        if (node.Value("is") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0) node.Fault("is", RegistryFaultCodes.Missing, "is must hold at least one word.");
        return path is null ? null : new MappedTest(path, words);
    }

    private static List<RecordStep> Steps(FileNode node)
    {
        if (node.Value("records") is null) return [new RecordStep("", RecordStepKind.List)];
        return [.. node.Items("records", required: true).Select(s => Step(node.Faults, s.Pointer, s.Item)).OfType<RecordStep>()];
    }

    private static MappedPaging Paging(FileNode parent)
    {
        if (parent.Value("paging") is not { } json) return new MappedPaging(PagingKind.None, 1, null, null, null, null, null);
        var node = new FileNode(json, parent.At("paging"), parent.Faults, "by", "first", "key", "total", "total_header", "next", "more");
        var by = node.Word("by", RegistryFaultCodes.BadValue, PagingKinds, required: true) is { } word ? (PagingKind)Array.IndexOf(PagingKinds, word) : PagingKind.None;
        var next = Pointer(node, "next");
        if (by is PagingKind.Cursor or PagingKind.Next && node.Value("next") is null) Contradicts(node, "next", $"Paging by {Word(by)} needs next: where the answer says how to go on.");
        if (by is not (PagingKind.Cursor or PagingKind.Next) && next is not null) Contradicts(node, "next", $"Paging by {Word(by)} does not read next.");
        var header = node.Text("total_header", longest: 100);
        if (header is not null && !HeaderName().IsMatch(header)) node.Fault("total_header", RegistryFaultCodes.BadValue, "total_header must be the name of a response header, such as X-Total-Count.");
        return new MappedPaging(by, node.Number("first", 1, 0, 1), Path(node, "key", ups: 0), Pointer(node, "total"), header, next, Pointer(node, "more"));
    }

    private static MappedRequest Request(FileNode parent)
    {
        if (parent.Value("request") is not { } json) return new MappedRequest("", [], new Dictionary<string, string>(), "rfc3339");
        var node = new FileNode(json, parent.At("request"), parent.Faults, "path", "query", "headers", "time_format", "body", "answer", "csv", "zip_entry");
        var path = node.Text("path") ?? "";
        if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal) || path.Split('/').Contains("..") || path.AsSpan().ContainsAny('?', '#'))
        {
            node.Fault("path", RegistryFaultCodes.BadValue, "path must lie below the base address: no host, no double dots, no query; that belongs in query.");
        }

        if (path.Contains("{credential}", StringComparison.Ordinal)) Contradicts(node, "path", "A credential in a path would be shown in messages; put it into a header.");
        CheckPlaceholders(node.Faults, node.At("path"), path);
        var query = new List<KeyValuePair<string, string>>();
        foreach (var (name, text, pointer) in node.Map("query"))
        {
            CheckPlaceholders(node.Faults, pointer, text);
            if (text.Contains("{credential}", StringComparison.Ordinal) && !MaskedUrl.Masks(name))
            {
                node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"A credential in a parameter named {FileNode.Shown(name)} would be shown in messages; put it into a header, or a parameter with key or token in its name.");
            }

            query.Add(new KeyValuePair<string, string>(name, text));
        }

        if (node.Value("body") is { } body) CheckBody(node, node.At("body"), body);
        var answer = node.Word("answer", RegistryFaultCodes.BadValue, ["json", "lines", "csv"]);
        return new MappedRequest(path, query, Headers(node), TimeFormat(node, "time_format", forDates: true))
        {
            Body = node.Value("body")?.GetRawText(),
            AnswersLines = answer == "lines",
            Csv = CsvSection.OfAnswer(node, answer == "csv"),
            ZipEntry = node.Text("zip_entry", longest: 200),
        };
    }

    /// <summary>Placeholders stand in texts alone.</summary>
    private static void CheckBody(FileNode node, string pointer, JsonElement body)
    {
        switch (body.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var (property, i) in body.EnumerateObject().Select((p, i) => (p, i)))
                {
                    if (i > 0 && body.EnumerateObject().Take(i).Any(p => MappedText.NameOf(p) == MappedText.NameOf(property))) node.Faults.Add(pointer, RegistryFaultCodes.DuplicateProperty, $"{FileNode.Shown(MappedText.NameOf(property))} stands here twice.");
                    CheckBody(node, $"{pointer}/{MappedText.NameOf(property).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (item, i) in body.EnumerateArray().Select((item, i) => (item, i))) CheckBody(node, $"{pointer}/{i}", item);
                break;
            case JsonValueKind.String:
                if (FileNode.TextOf(body) is { } text) CheckPlaceholders(node.Faults, pointer, text);
                else node.Faults.Add(pointer, RegistryFaultCodes.WrongType, "body holds text that is no Unicode.");
                break;
        }

        if (pointer == node.At("body") && body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) node.Fault("body", RegistryFaultCodes.WrongType, "body must be the JSON object or array that is sent.");
    }

    private static Dictionary<string, string> Headers(FileNode node)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string[] ours = ["Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Expires", "Last-Modified", "Allow"];
        foreach (var (name, text, pointer) in node.Map("headers"))
        {
            if (!HeaderName().IsMatch(name)) node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{FileNode.Shown(name)} is no name of a header.");
            else if (ours.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)) node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{name} is set by the hub itself.");
            else if (!headers.TryAdd(name, text)) node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{name} stands here twice.");
            if (text.Any(c => c is < ' ' or > '~')) node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, "A header holds printable ASCII alone.");
            CheckPlaceholders(node.Faults, pointer, text);
        }

        return headers;
    }

    private static void CheckPlaceholders(FileFaults faults, string pointer, string text)
    {
        foreach (var name in Placeholder().Matches(text).Select(m => m.Groups[1].Value).Where(n => !Placeholders.Contains(n)))
        {
            var meant = NearestWord.To(name, Placeholders) is { } near ? $" Was {{{near}}} meant?" : "";
            faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{{{name}}} is no placeholder.{meant}", [.. Placeholders.Select(p => $"{{{p}}}")]);
        }
    }

    /// <summary><c>rfc3339</c> where there is none, or a wrong one.</summary>
    public static string TimeFormat(FileNode node, string name, bool forDates = false)
    {
        if (node.Text(name, longest: 60) is not { } format) return "rfc3339";
        if (format is "rfc3339" or "epoch_s" or "epoch_ms" || (forDates && format == "date")) return format;
        var sample = new DateTimeOffset(2031, 12, 25, 21, 43, 59, TimeSpan.Zero);
        try
        {
            if (format.Contains('y', StringComparison.Ordinal) && format.Contains('d', StringComparison.Ordinal)
                && DateTimeOffset.TryParseExact(sample.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var back)
                && back.UtcDateTime.Date == sample.Date)
            {
                return format;
            }
        }
        catch (FormatException)
        {
            // Told below, as is a pattern that loses the day.
        }

        Contradicts(node, name, $"{FileNode.Shown(format)} is no form of times: rfc3339, epoch_s, epoch_ms{(forDates ? ", date" : "")}, or a pattern such as dd/MM/yyyy HH:mm:ss (MM months, HH hours to 23, mm minutes, zzz an offset).");
        return "rfc3339";
    }

    public static void Contradicts(FileNode node, string name, string message) => node.Fault(name, RegistryFaultCodes.MappingNotPossible, message);

    private static string Word(PagingKind kind) => PagingKinds[(int)kind];

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();
}
