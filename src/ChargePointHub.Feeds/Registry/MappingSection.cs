using System.Text.Json;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The <c>mapping</c> object of a dataset.</summary>
internal static class MappingSection
{
    private static readonly string[] NotBeforehand = ["{id}", "{from}", "{to}"];

    private static readonly (string Both, string One)[] Alternatives = [("opening_hours", MappedTargets.TwentyFourSeven), ("elements", MappedTargets.PricePerKwh)];

    public static FeedMapping? Read(FileNode plan, Dataset dataset)
    {
        if (plan.Value("mapping") is not { } json) return null;
        var node = new FileNode(json, plan.At("mapping"), plan.Faults, [.. MappedListSection.Parts, "for_each", "status", "fields"]);
        if (json.ValueKind != JsonValueKind.Object) return null;
        var list = MappedListSection.Read(node);
        var loop = Loop(node);
        var status = Status(node, dataset);
        string[] besides = dataset == Dataset.ChargePoints ? ["connectors"] : [];
        var fields = new MappedFields(
            MappedFieldsSection.Read(node, MappedTargets.Of(dataset), MappedTargets.Required(dataset), Above(list), besides), Connectors(node, Above(list), dataset));
        (list, fields) = OfTable(node, list, fields);
        var loops = node.Value("for_each") is not null;
        if (loops != list.Request.Uses("{id}"))
        {
            MappedListSection.Contradicts(node, "request", !loops ? "{id} stands in the request, and there is no for_each that gives ids." : "There is a for_each, and {id} stands nowhere in the request.");
        }

        if (!dataset.IsSnapshot && !list.Request.Uses("{from}"))
        {
            MappedListSection.Contradicts(node, "request", $"{dataset} are asked for by window: {{from}}, and {{to}} where the operator knows it, must stand in the request. Without, nobody could tell what an answer covers.");
        }

        if (dataset.IsSnapshot && (list.Request.Uses("{from}") || list.Request.Uses("{to}"))) MappedListSection.Contradicts(node, "request", $"{dataset} come as a whole: there is no {{from}} and {{to}}.");
        if (status is not null && fields.Fields.Any(f => f.Target.Name is "status" or "status_since")) MappedListSection.Contradicts(node, "status", "status has a list of its own and stands in fields too; one of the two can be right.");
        foreach (var (both, one) in Alternatives)
        {
            if (fields.Fields.Any(f => f.Target.Name == both) && fields.Fields.Any(f => f.Target.Name == one)) MappedListSection.Contradicts(node, "fields", $"{both} and {one} say the same; only one of them can stand here.");
        }

        return new FeedMapping(MappedListSection.KeyedBy(list, IdOf([.. fields.Fields], MappedTargets.Required(dataset)[0])), fields, loop, status, json.GetRawText());
    }

    /// <summary>Of a file: the columns' names are those of a record's properties, and there is nothing to ask for.</summary>
    public static FeedMapping? ReadColumns(FileNode plan, Dataset dataset, CsvDialect csv)
    {
        if (plan.Value("mapping") is not { } json)
        {
            plan.Fault("mapping", RegistryFaultCodes.MappingNotPossible, "mapping is missing: which columns of a file hold our fields.");
            return null;
        }

        var node = new FileNode(json, plan.At("mapping"), plan.Faults, "only", "fields");
        if (json.ValueKind != JsonValueKind.Object) return null;
        string[] besides = dataset == Dataset.ChargePoints ? ["connectors"] : [];
        var fields = MappedFieldsSection.Read(node, MappedTargets.Of(dataset), MappedTargets.Required(dataset), 0, besides);
        foreach (var (both, one) in Alternatives.Where(a => fields.Any(f => f.Target.Name == a.Both) && fields.Any(f => f.Target.Name == a.One)))
            MappedListSection.Contradicts(node, "fields", $"{both} and {one} say the same; only one of them can stand here.");
        CheckUsage(node, dataset, fields);
        var rows = new MappedFields(fields, Connectors(node, 0, dataset));
        CheckColumns(node, rows, FieldPathEnd.Id, FieldPathEnd.Self);
        return new FeedMapping(
            new MappedList(
                new MappedRequest("", [], new Dictionary<string, string>(), "rfc3339"), new MappedPaging(PagingKind.None, 1, null, null, null, null, null), null, [],
                MappedListSection.Test(node, "only", ups: 0)),
            OfCells(rows, csv), null, null, json.GetRawText());
    }

    /// <summary>Levels above a record to which a path may lead. What holds the rows of delimited text is the hub's own.</summary>
    private static int Above(MappedList list) => list.Request.Csv is null ? list.Records.Count : 0;

    /// <summary>Where a list is delimited text, with the columns that must be there and the fields read from cells.</summary>
    /// <param name="besides">Paths that stand in no field.</param>
    private static (MappedList List, MappedFields Fields) OfTable(FileNode node, MappedList list, MappedFields fields, params IReadOnlyList<FieldPath> besides)
    {
        if (list.Request.Csv is not { } csv) return (list, fields);
        CheckColumns(node, fields, FieldPathEnd.Self);
        var tests = fields.Connectors.Select(c => c.Only).Append(list.Only).OfType<MappedTest>().Select(t => t.Path).Concat(besides).ToList();
        foreach (var path in tests.Where(p => p.Steps.Count > 1)) MappedListSection.Contradicts(node, besides.Contains(path) ? "id" : "only", NoColumn(path));
        return (list with { Columns = TableHeader.Needed(fields, tests) }, OfCells(fields, csv));
    }

    private static void CheckColumns(FileNode node, MappedFields fields, params IReadOnlyList<FieldPathEnd> refused)
    {
        foreach (var connector in fields.Connectors.Where(c => c.At is not null))
            MappedListSection.Contradicts(node, "fields", "A row of a file holds no list: connectors has no at here.");
        foreach (var path in fields.Fields.Concat(fields.Connectors.SelectMany(c => c.Fields)).SelectMany(f => f.Paths).Where(p => p.Steps.Count > 1 || refused.Contains(p.End)))
            MappedListSection.Contradicts(node, "fields", NoColumn(path));
    }

    private static string NoColumn(FieldPath path) => $"{FileNode.Shown(path.Text)} is no column: a slash and its name, in which a slash is written ~1 and a tilde ~0; #key is the line.";

    private static MappedFields OfCells(MappedFields fields, CsvDialect csv)
    {
        return new MappedFields([.. fields.Fields.Select(OfCell)], [.. fields.Connectors.Select(c => c with { Fields = [.. c.Fields.Select(OfCell)] })]);

        MappedField OfCell(MappedField field) => field with
        {
            Cells = field.Cells is null ? csv.Cells : field.Cells with { Nulls = csv.Cells.Nulls },
            Format = field.Format != "rfc3339" ? field.Format : field.Target.Kind == MappedKind.Day ? csv.Dates : csv.Times,
        };
    }

    private static void CheckUsage(FileNode node, Dataset dataset, List<MappedField> fields)
    {
        if (dataset != Dataset.ReportedUsage) return;
        bool Names(string name) => fields.Exists(f => f.Target.Name == name);
        if (Names("period") && (Names("first_day") || Names("last_day"))) MappedListSection.Contradicts(node, "fields", "period and first_day with last_day say the same; only one of the two ways can stand here.");
        if (Names("first_day") != Names("last_day")) MappedListSection.Contradicts(node, "fields", "first_day and last_day, both inclusive, make a period together; one of them is missing.");
        if (fields.Find(f => f.Target.Name == "group") is { Paths.Count: 0, Constant: ("charge_point" or "location") and var group } && !Names($"{group}_id"))
            MappedListSection.Contradicts(node, "fields", $"{group}_id is missing: the figures are of a {group}, and nothing says of which.");
    }

    /// <summary>What is right only together with the rest of the feed.</summary>
    public static void Check(FileNode feed, string protocol, IReadOnlyList<DatasetPlan> plans)
    {
        if (protocol != Protocols.MappedJson.MappedProtocol.ProtocolName) return;
        if (feed.Value("zone") is null) feed.Fault("zone", RegistryFaultCodes.Missing, "zone is missing: a mapped-json feed declares how times without an offset are read, such as Europe/London.");
        var usesCredential = plans.Any(p => p.Mapping is { } m && new[] { m.List, m.Loop?.List, m.Status?.List }.Any(l => l?.Request.Uses("{credential}") == true));
        if (feed.Value("credential") is not null && !usesCredential) feed.Fault("credential", RegistryFaultCodes.MappingNotPossible, "There is a credential, and {credential} stands in no request; with most operators a header is \"Authorization\": \"Bearer {credential}\".");
        if (feed.Value("credential") is null && usesCredential) feed.Fault("credential", RegistryFaultCodes.MappingNotPossible, "{credential} stands in a request, and credential does not say where the secret is.");
    }

    private static MappedLoop? Loop(FileNode parent)
    {
        if (parent.Value("for_each") is not { } json) return null;
        var node = new FileNode(json, parent.At("for_each"), parent.Faults, [.. MappedListSection.Parts, "id"]);
        var list = MappedListSection.Read(node);
        var id = MappedListSection.Path(node, "id", required: true, Above(list));
        RefuseWindow(node, list);
        if (id is null) return null;
        (list, _) = OfTable(node, list, new MappedFields([], []), id);
        return new MappedLoop(MappedListSection.KeyedBy(list, id), id);
    }

    private static MappedStatus? Status(FileNode parent, Dataset dataset)
    {
        if (parent.Value("status") is not { } json) return null;
        if (dataset != Dataset.ChargePoints) MappedListSection.Contradicts(parent, "status", "Only charge_points has a list of status of its own.");
        var node = new FileNode(json, parent.At("status"), parent.Faults, [.. MappedListSection.Parts, "fields"]);
        var list = MappedListSection.Read(node);
        RefuseWindow(node, list);
        var fields = MappedFieldsSection.Read(node, MappedTargets.Status, ["charge_point_id", "status"], Above(list));
        (list, var read) = OfTable(node, list, new MappedFields(fields, []));
        return new MappedStatus(MappedListSection.KeyedBy(list, IdOf(fields, "charge_point_id")), read.Fields);
    }

    /// <summary>Status changes have no id of their own: a charge point may come many times.</summary>
    private static FieldPath? IdOf(List<MappedField> fields, string name) =>
        fields.Any(f => f.Target.Name == "at") ? null : fields.Find(f => f.Target.Name == name) is { Match: null, Join: null, Paths.Count: 1 } field ? field.Paths[0] : null;

    private static void RefuseWindow(FileNode node, MappedList list)
    {
        foreach (var placeholder in NotBeforehand.Where(list.Request.Uses)) MappedListSection.Contradicts(node, "request", $"{placeholder} has no meaning in this list.");
    }

    private static List<MappedConnectors> Connectors(FileNode mapping, int ups, Dataset dataset)
    {
        if (dataset != Dataset.ChargePoints || mapping.Value("fields") is not { ValueKind: JsonValueKind.Object } fields) return [];
        if (!fields.TryGetProperty("connectors", out var json) || json.ValueKind == JsonValueKind.Null) return [];
        var at = $"{mapping.At("fields")}/connectors";
        if (json.ValueKind == JsonValueKind.Array)
        {
            if (json.GetArrayLength() == 0) mapping.Faults.Add(at, RegistryFaultCodes.Missing, "connectors must hold at least one.");
            return [.. json.EnumerateArray().Select((c, i) => One(mapping.Faults, c, $"{at}/{i}", ups))];
        }

        return [One(mapping.Faults, json, at, ups)];
    }

    private static MappedConnectors One(FileFaults faults, JsonElement json, string pointer, int ups)
    {
        var node = new FileNode(json, pointer, faults, "at", "as", "only", "fields");
        RecordStep? step = null;
        if (json.ValueKind == JsonValueKind.Object && (node.Value("at") is not null || node.Value("as") is not null))
        {
            var at = MappedListSection.Pointer(node, "at", required: true) ?? "";
            step = new RecordStep(at, node.Word("as", RegistryFaultCodes.BadValue, ["list", "object", "one"]) switch { "object" => RecordStepKind.Object, "one" => RecordStepKind.One, _ => RecordStepKind.List });
        }

        if (json.ValueKind != JsonValueKind.Object) return new MappedConnectors(null, null, []);
        var above = step is null ? ups : ups + 1;
        return new MappedConnectors(step, MappedListSection.Test(node, "only", ups: above), MappedFieldsSection.Read(node, MappedTargets.Connector, [], above));
    }
}
