using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>Reads one operator file's JSON into a definition, noting every fault on the way.</summary>
/// <param name="directory">Against which relative paths in the file are resolved.</param>
internal sealed partial class OperatorFile(string directory, IReadOnlyCollection<string> protocols, FileFaults faults)
{
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(31);

    private static readonly Uri Nowhere = new("https://none.invalid");

    /// <summary>Complete only if no fault was noted.</summary>
    public OperatorDefinition Read(JsonElement json)
    {
        var node = new FileNode(json, "", faults, "operator_id", "name", "party_ids", "territory", "licence", "attribution", "feeds", "notices");
        var id = Slug(node, "operator_id");
        var name = node.Text("name", required: true, longest: 100) ?? "";
        var partyIds = node.Texts("party_ids", IsPartyId, "a country code, an asterisk and three characters, such as GB*LMP");
        var territory = Territory(node);
        var feeds = node.Items("feeds", required: true).Select(f => Feed(f.Item, f.Pointer, id, name) with { PartyIds = partyIds, Territory = territory }).ToList();
        RefuseRepeats(feeds.Select((f, i) => (f.FeedId, $"/feeds/{i}/feed_id")), RegistryFaultCodes.DuplicateFeed, "feed_id {0} stands in this file twice; each feed needs its own.");
        RefuseRepeats(
            feeds.SelectMany((f, i) => f.Datasets.Select((d, j) => (d.Dataset.Name, $"/feeds/{i}/datasets/{j}/dataset"))),
            RegistryFaultCodes.DuplicateDataset,
            "{0} is named twice; one feed is the authority for an operator's dataset, so take it out of the other.");
        var notices = node.Items("notices").Select(n => Receiver(n.Item, n.Pointer)).ToList();
        RefuseRepeats(notices.Select((n, i) => (n.ReceiverId, $"/notices/{i}/receiver_id")), RegistryFaultCodes.DuplicateReceiver, "receiver_id {0} stands in this file twice; each receiver needs its own.");
        return new OperatorDefinition(id, name, partyIds, node.Text("licence"), node.Text("attribution"), feeds) { Notices = notices };
    }

    private static Territory Territory(FileNode node)
    {
        if (node.Value("territory") is null) return Conformance.Territory.UnitedKingdom;
        var bounds = node.Items("territory").Select(b => b.Item.ValueKind == JsonValueKind.Number && b.Item.TryGetDecimal(out var degrees) ? degrees : decimal.MaxValue).ToList();
        if (bounds is [var west, var south, var east, var north] && west >= -180 && south >= -90 && east <= 180 && north <= 90 && west < east && south < north)
            return new Territory(west, south, east, north);
        node.Fault("territory", RegistryFaultCodes.BadValue, "territory must be four numbers, the degrees of its west, south, east and north, such as [-8.7, 49.8, 1.8, 60.9].");
        return Conformance.Territory.UnitedKingdom;
    }

    private NoticeReceiver Receiver(JsonElement json, string pointer)
    {
        var node = new FileNode(json, pointer, faults, "receiver_id", "url", "secret", "ca_file", "allow_private_hosts");
        if (node.Value("secret") is null) node.Fault("secret", RegistryFaultCodes.Missing, "secret is missing: env:NAME or file:PATH of what signs the notices.");
        return new NoticeReceiver(Slug(node, "receiver_id"), Address(node, "url"), Reference(node, "secret") ?? "", CaFile(node), PrivateHosts(node));
    }

    private FeedDefinition Feed(JsonElement json, string pointer, string operatorId, string operatorName)
    {
        var node = new FileNode(
            json, pointer, faults,
            "feed_id", "protocol", "base_url", "zone", "fold", "credential", "ca_file", "allow_private_hosts", "limit_group", "limits", "active",
            "last_updated_lies", "loti", "ocpi", "csv", "datasets");
        var protocol = node.Word("protocol", RegistryFaultCodes.UnknownProtocol, protocols, required: true) ?? "";
        var csv = CsvSection.Read(node, protocol);
        var baseUrl = csv is null ? Address(node, "base_url") : Nowhere;
        var datasets = DatasetsSection.Read(node, protocol, csv);
        MappingSection.Check(node, protocol, datasets);
        return new FeedDefinition
        {
            OperatorId = operatorId,
            OperatorName = operatorName,
            FeedId = Slug(node, "feed_id"),
            Protocol = protocol,
            BaseUrl = baseUrl,
            Zone = Zone(node),
            FoldIsEarlier = node.Word("fold", RegistryFaultCodes.BadValue, ["earlier", "later"]) != "later",
            Credential = Reference(node, "credential"),
            CaFile = CaFile(node),
            AllowPrivateHosts = PrivateHosts(node),
            LimitGroup = csv is not null ? "submitted" : node.Text("limit_group", longest: 100) ?? baseUrl.IdnHost,
            Limits = [.. node.Items("limits").Select(l => Limit(l.Item, l.Pointer))],
            Active = node.Flag("active", true),
            LastUpdatedLies = node.Flag("last_updated_lies", false),
            Loti = Loti(node),
            Ocpi = OcpiSection.Read(node),
            Csv = csv,
            Datasets = datasets,
        };
    }

    private RequestLimit Limit(JsonElement json, string pointer)
    {
        var node = new FileNode(json, pointer, faults, "requests", "per");
        var requests = node.Number("requests", null, 1, 1_000_000);
        if (node.Value("per") is null) node.Fault("per", RegistryFaultCodes.Missing, "per is missing: the span of time in which so many requests are allowed.");
        return new RequestLimit(requests, node.Duration("per", TimeSpan.FromMilliseconds(1), LongestLimit) ?? LongestLimit);
    }

    private LotiSettings Loti(FileNode feed)
    {
        if (feed.Value("loti") is not { } json) return new LotiSettings();
        var node = new FileNode(json, feed.At("loti"), faults, "sessions_per_charge_point");
        return new LotiSettings { SessionsPerChargePoint = node.Flag("sessions_per_charge_point", false) };
    }

    internal static bool IsPartyId(string text) => PartyId().IsMatch(text);

    /// <summary>Never shown in a message: somebody may have put a secret into it.</summary>
    internal static Uri Address(FileNode node, string name)
    {
        if (node.Text(name, required: true) is not { } text) return Nowhere;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            node.Fault(name, RegistryFaultCodes.BadValue, $"{name} must be an address such as https://api.example.org/v1.");
            return Nowhere;
        }

        if (url.Scheme != Uri.UriSchemeHttps) node.Fault(name, RegistryFaultCodes.NotHttps, $"{name} must begin with https; nothing is ever asked for or sent without TLS.");
        if (url.UserInfo.Length > 0) node.Fault(name, RegistryFaultCodes.SecretInUrl, $"{name} must hold no user name or password; put the secret elsewhere and refer to it.");
        if (url.Query.Length > 0 || url.Fragment.Length > 0) node.Fault(name, RegistryFaultCodes.SecretInUrl, $"{name} must end with its path, without a query or fragment; a key belongs into an environment variable or a file that is referred to.");
        return url;
    }

    private static TimeZoneInfo Zone(FileNode node)
    {
        var name = node.Text("zone") ?? LondonCalendar.Zone.Id;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        node.Fault("zone", RegistryFaultCodes.UnknownZone, $"{FileNode.Shown(name)} is no IANA time zone; Europe/London and Etc/UTC are the usual ones.");
        return LondonCalendar.Zone;
    }

    private static IReadOnlyList<string> PrivateHosts(FileNode node) =>
        node.Texts("allow_private_hosts", t => Uri.CheckHostName(t) != UriHostNameType.Unknown, "one host name or address, without port or wildcard");

    private string? Reference(FileNode node, string name)
    {
        if (node.Text(name) is not { } reference) return null;
        if (Secrets.IsReference(reference)) return Secrets.Resolved(reference, directory);
        node.Fault(name, RegistryFaultCodes.CredentialNotReference, $"{name} must be a reference, env:NAME or file:PATH; what stands there is not repeated here. If it is the secret itself, have it changed.");
        return null;
    }

    private string? CaFile(FileNode node)
    {
        if (node.Text("ca_file") is not { } path) return null;
        var full = Path.GetFullPath(path, directory);
        if (!File.Exists(full)) node.Fault("ca_file", RegistryFaultCodes.CaFileMissing, $"ca_file {FileNode.Shown(path)} is not there; relative paths begin at this file's directory.");
        return full;
    }

    private static string Slug(FileNode node, string name)
    {
        if (node.Text(name, required: true) is not { } slug) return "";
        if (!SlugPattern().IsMatch(slug)) node.Fault(name, RegistryFaultCodes.BadSlug, $"{name} must be 2 to 40 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.");
        return slug;
    }

    private void RefuseRepeats(IEnumerable<(string Word, string Pointer)> words, string code, string message)
    {
        foreach (var repeated in words.Where(w => w.Word.Length > 0).GroupBy(w => w.Word).SelectMany(g => g.Skip(1)))
        {
            faults.Add(repeated.Pointer, code, string.Format(System.Globalization.CultureInfo.InvariantCulture, message, repeated.Word));
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex SlugPattern();

    [GeneratedRegex(@"^[A-Z]{2}\*[A-Z0-9]{3}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex PartyId();
}
