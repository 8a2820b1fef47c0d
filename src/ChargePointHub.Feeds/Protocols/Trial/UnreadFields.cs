using System.Text.Json;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Trial;

/// <summary>What stands in the records of an answer, and in what holds them, and no mapping names. Values are never looked at.</summary>
internal sealed class UnreadFields
{
    private readonly Node[] _levels;
    private readonly MappedList _list;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public UnreadFields(MappedList list, IEnumerable<MappedField> fields, IReadOnlyList<MappedConnectors> connectors)
    {
        _list = list;
        _levels = [.. Enumerable.Range(0, list.Records.Count + 1).Select(_ => new Node())];
        var record = _levels.Length - 1;
        foreach (var path in fields.SelectMany(f => f.Paths)) Name(path, record, []);
        foreach (var path in new[] { list.Only?.Path, list.Paging.Key }.OfType<FieldPath>()) Name(path, record, []);
        foreach (var each in connectors)
        {
            IReadOnlyList<string> below = each.At is null ? [] : [.. FieldPath.StepsOf(each.At.At), .. each.At.As == RecordStepKind.Object ? new[] { Node.Any } : []];
            foreach (var path in each.Fields.SelectMany(f => f.Paths).Concat(each.Only is { } only ? [only.Path] : [])) Name(path, each.At is null ? record : record + 1, below);
        }

        foreach (var (step, i) in list.Records.Select((s, i) => (s, i))) _levels[i].Add(FieldPath.StepsOf(step.At));
        foreach (var pointer in new[] { list.Paging.Total, list.Paging.Next, list.Paging.More }.OfType<string>()) _levels[0].Add(FieldPath.StepsOf(pointer));
        if (list.Accept is { } accept) _levels[0].Add(accept.Path.Steps);
    }

    /// <summary>By path from the record, how often each held a value; those that never did last.</summary>
    public IReadOnlyList<UnreadField> Of(JsonElement answer)
    {
        Level(new MappedRow([new MappedLevel(answer, null, 0)], null), 0);
        return [.. _counts.Select(c => new UnreadField(c.Key, c.Value)).OrderBy(f => f.Count == 0)];
    }

    private void Level(MappedRow row, int level)
    {
        Walk(row.Record, _levels[level], string.Concat(Enumerable.Repeat("../", _levels.Length - 1 - level)), "");
        if (level < _list.Records.Count) foreach (var item in MappedRow.Items(row.Record, _list.Records[level]) ?? []) Level(row.Below(item), level + 1);
    }

    private void Name(FieldPath path, int depth, IReadOnlyList<string> below)
    {
        var level = depth - path.Up;
        if (path.End != FieldPathEnd.Value || level < 0) return;
        _levels[Math.Min(level, _levels.Length - 1)].Add([.. path.Up == 0 ? below : [], .. path.Steps]);
    }

    private void Walk(JsonElement value, Node? node, string ups, string pointer)
    {
        if (node?.IsRead == true) return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    var name = MappedText.NameOf(property);
                    Walk(property.Value, node?.Below(name), ups, $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}");
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Walk(item, node, ups, item.ValueKind == JsonValueKind.Object ? $"{pointer}/*" : pointer);
                break;
            default:
                if (pointer.Length == 0) return;
                var place = ups.Length == 0 ? pointer : ups + pointer[1..];
                _counts[place] = _counts.GetValueOrDefault(place) + (value.ValueKind == JsonValueKind.Null ? 0 : 1);
                break;
        }
    }

    /// <summary>Names that are read. Arrays are passed through: what is named of an item is named of all.</summary>
    private sealed class Node
    {
        public const string Any = "*";

        private readonly Dictionary<string, Node> _below = new(StringComparer.Ordinal);

        public bool IsRead { get; private set; }

        public Node? Below(string name) => _below.GetValueOrDefault(name) ?? _below.GetValueOrDefault(Any);

        public void Add(IReadOnlyList<string> steps)
        {
            if (steps.Count == 0)
            {
                IsRead = true;
                return;
            }

            IReadOnlyList<string> rest = [.. steps.Skip(1)];
            if (steps[0] is FieldPath.RecordIndex or FieldPath.EachItem || FieldPath.IndexOf(steps[0]) is not null) Add(rest);
            if (!_below.TryGetValue(steps[0], out var node)) _below.Add(steps[0], node = new Node());
            node.Add(rest);
        }
    }
}
