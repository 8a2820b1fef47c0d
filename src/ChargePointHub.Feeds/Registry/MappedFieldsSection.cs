using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The <c>fields</c> of a mapping: for each of ours, where it comes from and what is done to it.</summary>
internal static class MappedFieldsSection
{
    private static readonly string[] Properties = ["path", "join", "constant", "unit", "format", "words", "ignore", "otherwise", "match", "split", "decimal"];

    /// <param name="ups">Levels above the record.</param>
    public static List<MappedField> Read(FileNode parent, IReadOnlyList<MappedTarget> targets, IReadOnlyList<string> required, int ups, params IReadOnlyList<string> besides)
    {
        if (parent.Value("fields") is not { } json)
        {
            parent.Fault("fields", RegistryFaultCodes.Missing, "fields is missing: where each of our fields stands in a record.", [.. targets.Select(t => t.Name)]);
            return [];
        }

        var node = new FileNode(json, parent.At("fields"), parent.Faults, [.. targets.Select(t => t.Name), .. besides]);
        foreach (var name in required.Where(n => node.Value(n) is null)) node.Fault(name, RegistryFaultCodes.MappingNotPossible, $"{name} is missing: no record can be kept without it.");
        return [.. targets.Where(t => node.Value(t.Name) is not null).Select(t => Field(node, t, ups)).OfType<MappedField>()];
    }

    private static MappedField? Field(FileNode fields, MappedTarget target, int ups)
    {
        var json = fields.Value(target.Name)!.Value;
        if (json.ValueKind == JsonValueKind.String)
        {
            return fields.Text(target.Name) is { } text && MappedListSection.Path(fields.Faults, fields.At(target.Name), text, ups, target.Kind == MappedKind.Words) is { } plain
                ? new MappedField(target, [plain], null, null, 1, "rfc3339", new Dictionary<string, string>(), [], null, null, null)
                : null;
        }

        var node = new FileNode(json, fields.At(target.Name), fields.Faults, Properties);
        var paths = Paths(node, ups, target.Kind == MappedKind.Words);
        var join = node.Value("join") is null ? null : Raw(node, "join");
        var constant = node.Value("constant") is null ? null : Constant(node, target);
        if (json.ValueKind == JsonValueKind.Object && node.Value("path") is null && node.Value("constant") is null)
        {
            MappedListSection.Contradicts(node, "path", "A field needs a path, a constant, or both: the constant then stands where nothing is sent.");
        }

        return new MappedField(
            target, paths, Only(node, "join", join, target, MappedKind.Text), constant, Factor(node, target), Format(node, target), Words(node, target),
            node.Texts("ignore", t => t.Length > 0, "a word of the operator's, within quotation marks"), Otherwise(node, target), Match(node, target),
            Only(node, "split", node.Value("split") is null ? null : Raw(node, "split"), target, MappedKind.Words))
        {
            Cells = Cells(node, target),
        };
    }

    private static CellText? Cells(FileNode node, MappedTarget target)
    {
        if (node.Word("decimal", RegistryFaultCodes.BadValue, [".", ","]) is not { } sign) return null;
        if (target.Kind != MappedKind.Number) MappedListSection.Contradicts(node, "decimal", $"decimal is for numbers, and {target.Name} is none.");
        return sign == "," ? CellText.DecimalComma : null;
    }

    private static List<FieldPath> Paths(FileNode node, int ups, bool ofMany)
    {
        if (node.Value("path") is not { } json) return [];
        if (json.ValueKind != JsonValueKind.Array) return node.Text("path") is { } only && MappedListSection.Path(node.Faults, node.At("path"), only, ups, ofMany) is { } one ? [one] : [];
        var paths = new List<FieldPath>();
        foreach (var (item, pointer) in node.Items("path", required: true))
        {
            if (FileNode.TextOf(item)?.Trim() is { Length: > 0 } text)
            {
                if (MappedListSection.Path(node.Faults, pointer, text, ups, ofMany) is { } path) paths.Add(path);
            }
            else
            {
                node.Faults.Add(pointer, RegistryFaultCodes.BadValue, "Each of path must be a path as text.");
            }
        }

        return paths;
    }

    /// <summary>Text whose white space counts.</summary>
    private static string? Raw(FileNode node, string name)
    {
        if (FileNode.TextOf(node.Value(name)!.Value) is { Length: > 0 and <= 20 } text) return text;
        node.Fault(name, RegistryFaultCodes.WrongType, $"{name} must be text of 1 to 20 characters.");
        return null;
    }

    private static string? Only(FileNode node, string name, string? value, MappedTarget target, MappedKind kind)
    {
        if (value is not null && target.Kind != kind) MappedListSection.Contradicts(node, name, $"{name} is for {(kind == MappedKind.Text ? "text" : "lists of words")}, and {target.Name} is none.");
        return value;
    }

    private static string? Constant(FileNode node, MappedTarget target)
    {
        var json = node.Value("constant")!.Value;
        var text = json.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? json.GetRawText() : FileNode.TextOf(json)?.Trim();
        if (text is null or "")
        {
            node.Fault("constant", RegistryFaultCodes.WrongType, "constant must be text, a number, true or false.");
            return null;
        }

        var isRight = target.Kind switch
        {
            MappedKind.Number => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            MappedKind.Flag or MappedKind.Word or MappedKind.Words => target.Allowed.Count == 0 || target.Allowed.Contains(text),
            MappedKind.Ocpi => false,
            _ => true,
        };
        if (isRight) return text;
        if (target.Allowed.Count > 0) node.Fault("constant", RegistryFaultCodes.MappingNotPossible, $"{target.Name} cannot be {FileNode.Shown(text)}.", target.Allowed);
        else MappedListSection.Contradicts(node, "constant", $"{target.Name} cannot be {FileNode.Shown(text)}.");
        return null;
    }

    private static decimal Factor(FileNode node, MappedTarget target)
    {
        if (node.Text("unit") is not { } unit) return 1;
        if (target.Units.TryGetValue(unit, out var factor)) return factor;
        if (target.Units.Count == 0) MappedListSection.Contradicts(node, "unit", $"{target.Name} has no unit.");
        else node.Fault("unit", RegistryFaultCodes.MappingNotPossible, $"{FileNode.Shown(unit)} is no unit of {target.Name}.", [.. target.Units.Keys]);
        return 1;
    }

    private static string Format(FileNode node, MappedTarget target)
    {
        if (node.Value("format") is null) return "rfc3339";
        if (target.Kind is not (MappedKind.Instant or MappedKind.Day)) MappedListSection.Contradicts(node, "format", $"format is for times, and {target.Name} is none.");
        return MappedListSection.TimeFormat(node, "format");
    }

    private static Dictionary<string, string> Words(FileNode node, MappedTarget target)
    {
        var words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (word, meaning, pointer) in node.Map("words"))
        {
            if (target.Kind is MappedKind.Number or MappedKind.Instant or MappedKind.Day or MappedKind.Ocpi)
                node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"words is for words, and {target.Name} is none.");
            else if (target.Allowed.Count > 0 && !target.Allowed.Contains(meaning))
                node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{target.Name} cannot be {FileNode.Shown(meaning)}.{(NearestWord.To(meaning, target.Allowed) is { } near ? $" Was {near} meant?" : "")}", target.Allowed);
            else if (!words.TryAdd(word.Trim(), meaning))
                node.Faults.Add(pointer, RegistryFaultCodes.MappingNotPossible, $"{FileNode.Shown(word)} stands in the table twice: words are compared without case.");
        }

        return words;
    }

    private static string? Otherwise(FileNode node, MappedTarget target)
    {
        if (node.Text("otherwise") is not { } word) return null;
        if (target.Kind is not (MappedKind.Word or MappedKind.Words or MappedKind.Flag)) MappedListSection.Contradicts(node, "otherwise", $"otherwise is for words of a closed list, and {target.Name} has none.");
        else if (target.Allowed.Count > 0 && !target.Allowed.Contains(word)) node.Fault("otherwise", RegistryFaultCodes.MappingNotPossible, $"{target.Name} cannot be {FileNode.Shown(word)}.", target.Allowed);
        return word;
    }

    private static Regex? Match(FileNode node, MappedTarget target)
    {
        if (node.Text("match", longest: 200) is not { } pattern) return null;
        try
        {
            var match = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            if (match.GetGroupNumbers().Length == 2 && target.Kind != MappedKind.Ocpi) return match;
            MappedListSection.Contradicts(node, "match", "match must have one group in brackets, which is the value, and be for a plain value.");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            MappedListSection.Contradicts(node, "match", $"match is no regular expression that the hub takes (no look-around, no back-references): {e.Message}");
        }

        return null;
    }
}
