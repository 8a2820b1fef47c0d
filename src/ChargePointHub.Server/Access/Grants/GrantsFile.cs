using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Server.Access.Grants;

/// <summary>The reviewed file of organisations, agreements and grants: <c>schemas/config/grants.json</c> describes it.</summary>
public sealed partial class GrantsFile
{
    private const long LargestFile = 16 * 1024 * 1024;

    /// <summary>The word for all boroughs.</summary>
    public const string London = "london";

    private static readonly string[] Limits = ["fields", "time_precision"];

    private readonly FileFaults faults;

    private GrantsFile(FileFaults faults) => this.faults = faults;

    /// <summary>The register as the file has it, or everything that is wrong with it.</summary>
    public static (AccessRegister? Register, IReadOnlyList<RegistryFault> Faults) Read(string path)
    {
        var found = new List<RegistryFault>();
        var faults = new FileFaults(Path.GetFileName(path), found);
        AccessRegister? register = null;
        try
        {
            if (new FileInfo(path).Length > LargestFile) throw new IOException("it is larger than 16 MiB");
            using var json = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { MaxDepth = 32 });
            register = new GrantsFile(faults).Read(json.RootElement);
        }
        catch (JsonException e)
        {
            faults.Add("", RegistryFaultCodes.NotJson, $"The file is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add("", RegistryFaultCodes.FileUnreadable, $"The file cannot be read: {e.Message}");
        }

        return found.Count == 0 ? (register, found) : (null, found);
    }

    private AccessRegister Read(JsonElement json)
    {
        var root = new FileNode(json, "", faults, "organisations", "agreements");
        var organisations = root.Items("organisations", required: true).Select(o => (Entry: Organisation(o.Item, o.Pointer), At: $"{o.Pointer}/organisation_id")).ToList();
        var agreements = root.Items("agreements").Select(a => (Entry: Agreement(a.Item, a.Pointer, out var node), At: $"{a.Pointer}/agreement_id", Node: node)).ToList();
        var byId = organisations.DistinctBy(o => o.Entry.Id).ToDictionary(o => o.Entry.Id, o => o.Entry);
        var grants = agreements.SelectMany(a => a.Node.Items("grants", required: true).Select(g => (Entry: Grant(g.Item, g.Pointer, a.Entry, byId), At: $"{g.Pointer}/grant_id"))).ToList();
        RefuseRepeats(organisations.Select(o => (o.Entry.Id, o.At)));
        RefuseRepeats(agreements.Select(a => (a.Entry.Id, a.At)));
        RefuseRepeats(grants.Select(g => (g.Entry.Id, g.At)));
        return new AccessRegister([.. organisations.Select(o => o.Entry)], [.. agreements.Select(a => a.Entry)], [.. grants.Select(g => g.Entry)]);
    }

    private Organisation Organisation(JsonElement json, string pointer)
    {
        var node = new FileNode(json, pointer, faults, "organisation_id", "name", "role", "operator_id");
        var role = Words<OrganisationRole>.Parse(node.Word("role", GrantFaultCodes.UnknownRole, Words<OrganisationRole>.All, required: true));
        var operatorId = node.Value("operator_id") is null ? null : Slug(node, "operator_id");
        if (role == OrganisationRole.Operator && operatorId is null) node.Fault("operator_id", RegistryFaultCodes.Missing, "operator_id is missing: whose data is this organisation's own?");
        if (role is not (null or OrganisationRole.Operator) && operatorId is not null) node.Fault("operator_id", GrantFaultCodes.NotForRole, "Only an operator has data of its own; take operator_id out.");
        return new Organisation(Slug(node, "organisation_id"), node.Text("name", required: true, longest: 100) ?? "", role ?? OrganisationRole.Borough, operatorId);
    }

    private Agreement Agreement(JsonElement json, string pointer, out FileNode node)
    {
        node = new FileNode(json, pointer, faults, "agreement_id", "title", "operator_id", "valid_from", "valid_to", "grants");
        var (from, to) = Span(node);
        return new Agreement(Slug(node, "agreement_id"), node.Text("title", required: true, longest: 300) ?? "", Slug(node, "operator_id"), from, to);
    }

    private Grant Grant(JsonElement json, string pointer, Agreement agreement, Dictionary<string, Organisation> organisations)
    {
        var node = new FileNode(json, pointer, faults, "grant_id", "organisation_id", "datasets", "areas", "fields", "time_precision", "valid_from", "valid_to");
        var organisation = Slug(node, "organisation_id");
        if (organisation.Length > 0 && !organisations.ContainsKey(organisation)) node.Fault("organisation_id", GrantFaultCodes.UnknownOrganisation, $"{FileNode.Shown(organisation)} is not among the organisations.", [.. organisations.Keys]);
        if (organisations.GetValueOrDefault(organisation)?.Role is OrganisationRole.Operator or OrganisationRole.Auditor)
            node.Fault("organisation_id", GrantFaultCodes.NotForRole, "An operator reads its own data without a grant, and nobody else's; an auditor reads no data.");
        var datasets = Words(node, "datasets", RegistryFaultCodes.UnknownDataset, word => Right.All.Contains(word), Right.All, "");
        var areas = Words(node, "areas", GrantFaultCodes.UnknownArea, word => word == London || (word.StartsWith('E') && LondonBoroughs.CodeOf(word) == word), null, " An area is london, or the GSS code of a borough such as E09000007.");
        var boroughs = areas.Contains(London) ? null : areas.Order(StringComparer.Ordinal).ToList();
        if (boroughs is null && areas.Count > 1) node.Fault("areas", GrantFaultCodes.UnknownArea, "london is all boroughs; it stands alone.");
        if (boroughs is { Count: > 0 } && datasets.Contains(Right.FeedQuality)) node.Fault("datasets", GrantFaultCodes.QualityOfArea, "feed_quality is of an operator as a whole: give it in a grant of its own whose areas are [\"london\"].");
        var (from, to) = Span(node);
        return new Grant(Slug(node, "grant_id"), agreement.Id, organisation, [.. Right.All.Where(datasets.Contains)], boroughs, from, to)
        {
            Fields = Fields(node, datasets),
            Precision = Words<TimePrecision>.Parse(node.Word("time_precision", GrantFaultCodes.UnknownPrecision, Words<TimePrecision>.All)) ?? TimePrecision.Exact,
        };
    }

    /// <summary>In the records' order; null: all.</summary>
    private List<string>? Fields(FileNode node, List<string> datasets)
    {
        if (datasets is [Right.FeedQuality])
        {
            foreach (var name in Limits.Where(n => node.Value(n) is not null))
                node.Fault(name, GrantFaultCodes.NothingToLimit, $"feed_quality holds no records of which {name} could say anything; take it out.");
            return null;
        }

        if (node.Value("fields") is null) return null;
        var known = datasets.SelectMany(RestrictedFields.Of).Distinct().ToList();
        var given = Words(node, "fields", GrantFaultCodes.UnknownField, known.Contains, known, " Only fields that can be withheld are named; ids, places and times of events always go out.", required: false);
        return [.. known.Where(given.Contains)];
    }

    private static (DateTimeOffset? From, DateTimeOffset? To) Span(FileNode node)
    {
        var (from, to) = (node.Instant("valid_from"), node.Instant("valid_to"));
        if (to <= from) node.Fault("valid_to", GrantFaultCodes.EndsBeforeItStarts, "valid_to must come after valid_from: it is the first instant at which nothing holds any more.");
        return (from is { } f ? Instants.ToStoredResolution(f) : null, to is { } t ? Instants.ToStoredResolution(t) : null);
    }

    /// <summary>Each once.</summary>
    /// <param name="hint">Told of words that are not known.</param>
    /// <param name="required">At least one.</param>
    private List<string> Words(FileNode node, string name, string code, Func<string, bool> isKnown, IReadOnlyList<string>? allowed, string hint, bool required = true)
    {
        var words = new List<string>();
        foreach (var (item, pointer) in node.Items(name, required))
        {
            if (FileNode.TextOf(item) is not { } word) faults.Add(pointer, RegistryFaultCodes.WrongType, $"Each of {name} must be text.");
            else if (!isKnown(word)) faults.Add(pointer, code, $"{FileNode.Shown(word)} is not known here.{hint}", allowed);
            else if (words.Contains(word)) faults.Add(pointer, GrantFaultCodes.DuplicateId, $"{FileNode.Shown(word)} stands here twice.");
            else words.Add(word);
        }

        return words;
    }

    private void RefuseRepeats(IEnumerable<(string Id, string At)> ids)
    {
        foreach (var twice in ids.Where(i => i.Id.Length > 0).GroupBy(i => i.Id).SelectMany(g => g.Skip(1)))
            faults.Add(twice.At, GrantFaultCodes.DuplicateId, $"{FileNode.Shown(twice.Id)} stands in this file twice; each needs an id of its own.");
    }

    private static string Slug(FileNode node, string name)
    {
        if (node.Text(name, required: true) is not { } slug) return "";
        if (!SlugPattern().IsMatch(slug)) node.Fault(name, RegistryFaultCodes.BadSlug, $"{name} must be 2 to 80 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.");
        return slug;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,78}[a-z0-9]\\z")]
    private static partial Regex SlugPattern();
}
