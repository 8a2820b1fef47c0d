using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>What a refused record is cut to: the values that the mapping names, level by level, without free texts. The answer as a whole is the first level.</summary>
internal static class MappedAllowList
{
    public static IReadOnlyList<AllowList> Of(FeedMapping mapping)
    {
        var levels = Enumerable.Range(0, mapping.List.Records.Count + 1).Select(_ => new Node()).ToList();
        foreach (var field in mapping.Fields.Fields.Where(f => !MappedTargets.FreeTexts.Contains(f.Target.Name))) Add(levels, field, levels.Count - 1, "");
        if (mapping.List.Only is { } only) Add(levels, only.Path, levels.Count - 1, "", null);
        foreach (var connectors in mapping.Fields.Connectors)
        {
            // A connector below the record lies within the record's level.
            var (depth, at) = connectors.At is { } step ? (levels.Count, step.At) : (levels.Count - 1, "");
            foreach (var field in connectors.Fields) Add(levels, field, depth, at);
            if (connectors.Only is { } test) Add(levels, test.Path, depth, at, null);
        }

        return [.. levels.Select(l => l.ToAllowList())];
    }

    private static void Add(List<Node> levels, MappedField field, int depth, string below)
    {
        var form = field.Target.Kind != MappedKind.Ocpi ? null : field.Target.Name == "elements" ? OcpiWords.TariffElement : OcpiWords.OpeningHours;
        foreach (var path in field.Paths) Add(levels, path, depth, below, form);
    }

    private static void Add(List<Node> levels, FieldPath path, int depth, string below, AllowList? form)
    {
        if (path.End != FieldPathEnd.Value || depth - path.Up < 0) return;
        var isBelow = depth == levels.Count && path.Up == 0;
        var level = levels[Math.Min(depth - path.Up, levels.Count - 1)];
        level.Add([.. isBelow || (depth == levels.Count - 1 && path.Up == 0) ? FieldPath.StepsOf(below) : [], .. path.Steps], form);
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _below = new(StringComparer.Ordinal);

        private AllowList? _form;

        public void Add(IReadOnlyList<string> steps, AllowList? form)
        {
            if (steps.Count == 0)
            {
                _form ??= form;
                return;
            }

            IReadOnlyList<string> rest = [.. steps.Skip(1)];
            // Arrays are cut item by item, so a place in one is no name; the same digits may be a name all the same.
            if (steps[0] is FieldPath.RecordIndex or FieldPath.EachItem || FieldPath.IndexOf(steps[0]) is not null) Add(rest, form);
            if (steps[0] is FieldPath.RecordIndex or FieldPath.EachItem) return;
            if (!_below.TryGetValue(steps[0], out var node)) _below.Add(steps[0], node = new Node());
            node.Add(rest, form);
        }

        public AllowList ToAllowList() => _form ?? new AllowList(
            _below.Keys, [.. _below.Where(b => b.Value._form is not null || b.Value._below.Count > 0).Select(b => (b.Key, b.Value.ToAllowList()))]);
    }
}
