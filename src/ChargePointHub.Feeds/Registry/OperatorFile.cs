using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>Reads one operator file's JSON into a definition, noting every fault on the way.</summary>
/// <param name="directory">Against which relative paths in the file are resolved.</param>
internal sealed partial class OperatorFile(string directory, IReadOnlyCollection<string> protocols, FileFaults faults)
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);

    private static readonly string[] Axes = ["last_updated", "plug_in_at", "plug_out_at", "at"];

    /// <summary>Complete only if no fault was noted.</summary>
    public OperatorDefinition Read(JsonElement json)
    {
        var node = new FileNode(json, "", faults, "operator_id", "name", "party_ids", "licence", "attribution", "feeds");
        var id = Slug(node, "operator_id");
        var name = node.Text("name", required: true, longest: 100) ?? "";
        var partyIds = node.Texts("party_ids", t => PartyId().IsMatch(t), "a country code, an asterisk and three characters, such as GB*CGY");
        var feeds = node.Items("feeds", required: true).Select(f => Feed(f.Item, f.Pointer, id, name)).ToList();
        RefuseRepeats(feeds.Select((f, i) => (f.FeedId, $"/feeds/{i}/feed_id")), RegistryFaultCodes.DuplicateFeed, "feed_id {0} stands in this file twice; each feed needs its own.");
        RefuseRepeats(
            feeds.SelectMany((f, i) => f.Datasets.Select((d, j) => (d.Dataset.Name, $"/feeds/{i}/datasets/{j}/dataset"))),
            RegistryFaultCodes.DuplicateDataset,
            "{0} is named twice; one feed is the authority for an operator's dataset, so take it out of the other.");
        return new OperatorDefinition(id, name, partyIds, node.Text("licence"), node.Text("attribution"), feeds);
    }

    private FeedDefinition Feed(JsonElement json, string pointer, string operatorId, string operatorName)
    {
        var node = new FileNode(
            json, pointer, faults,
            "feed_id", "protocol", "base_url", "zone", "fold", "credential", "ca_file", "allow_private_hosts", "limit_group", "limits", "active",
            "last_updated_lies", "loti", "ocpi", "datasets");
        var baseUrl = BaseUrl(node);
        return new FeedDefinition
        {
            OperatorId = operatorId,
            OperatorName = operatorName,
            FeedId = Slug(node, "feed_id"),
            Protocol = node.Word("protocol", RegistryFaultCodes.UnknownProtocol, protocols, required: true) ?? "",
            BaseUrl = baseUrl,
            Zone = Zone(node),
            FoldIsEarlier = node.Word("fold", RegistryFaultCodes.BadValue, ["earlier", "later"]) != "later",
            Credential = Credential(node),
            CaFile = CaFile(node),
            AllowPrivateHosts = node.Texts("allow_private_hosts", t => Uri.CheckHostName(t) != UriHostNameType.Unknown, "one host name or address, without port or wildcard"),
            LimitGroup = node.Text("limit_group", longest: 100) ?? baseUrl.IdnHost,
            Limits = [.. node.Items("limits").Select(l => Limit(l.Item, l.Pointer))],
            Active = node.Flag("active", true),
            LastUpdatedLies = node.Flag("last_updated_lies", false),
            Loti = Loti(node),
            Ocpi = Ocpi(node),
            Datasets = Datasets(node),
        };
    }

    private RequestLimit Limit(JsonElement json, string pointer)
    {
        var node = new FileNode(json, pointer, faults, "requests", "per");
        var requests = node.Number("requests", null, 1, 1_000_000);
        if (node.Value("per") is null) node.Fault("per", RegistryFaultCodes.Missing, "per is missing: the span of time in which so many requests are allowed.");
        return new RequestLimit(requests, node.Duration("per", TimeSpan.FromMilliseconds(1), Month) ?? Month);
    }

    private LotiSettings Loti(FileNode feed)
    {
        if (feed.Value("loti") is not { } json) return new LotiSettings();
        var node = new FileNode(json, feed.At("loti"), faults, "sessions_per_charge_point");
        return new LotiSettings { SessionsPerChargePoint = node.Flag("sessions_per_charge_point", false) };
    }

    private OcpiSettings Ocpi(FileNode feed)
    {
        var plain = new OcpiSettings();
        if (feed.Value("ocpi") is not { } json) return plain;
        var node = new FileNode(
            json, feed.At("ocpi"), faults,
            "discovery", "paths", "token_is_raw", "records_pointer", "envelope", "paged", "page_overlap", "status_words", "tariffs_in_evses");
        return new OcpiSettings
        {
            Discovery = node.Flag("discovery", plain.Discovery),
            Paths = Paths(node),
            TokenIsRaw = node.Flag("token_is_raw", plain.TokenIsRaw),
            RecordsPointer = RecordsPointer(node, plain.RecordsPointer),
            Envelope = node.Flag("envelope", plain.Envelope),
            Paged = node.Flag("paged", plain.Paged),
            PageOverlap = node.Number("page_overlap", plain.PageOverlap, 0, 1000),
            StatusWords = StatusWords(node),
            TariffsInEvses = node.Flag("tariffs_in_evses", plain.TariffsInEvses),
        };
    }

    private static string RecordsPointer(FileNode node, string otherwise)
    {
        // Empty text is a pointer too: the answer as a whole.
        if (node.Value("records_pointer") is { ValueKind: JsonValueKind.String } value && value.ValueEquals("")) return "";
        var pointer = node.Text("records_pointer");
        if (pointer is null or ['/', ..]) return pointer ?? otherwise;
        node.Fault("records_pointer", RegistryFaultCodes.BadValue, "records_pointer must be a JSON Pointer: empty, or beginning with a slash.");
        return otherwise;
    }

    private Dictionary<string, string> Paths(FileNode node)
    {
        var paths = new Dictionary<string, string>();
        foreach (var (name, path, pointer) in node.Map("paths"))
        {
            if (Dataset.Named(name) is null)
            {
                faults.Add(pointer, RegistryFaultCodes.UnknownDataset, $"{FileNode.Shown(name)} is no dataset.", DatasetNames);
            }
            else if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal) || path.Split('/').Contains(".."))
            {
                faults.Add(pointer, RegistryFaultCodes.BadValue, "A path must lie below the base address: no host, no double dots.");
            }
            else
            {
                paths[name] = path;
            }
        }

        return paths;
    }

    private Dictionary<string, Status> StatusWords(FileNode node)
    {
        // MISSING is what the hub says when it knows nothing; no operator can say it.
        string[] allowed = [.. Words<Status>.All.Where(w => w != Words<Status>.Of(Status.Missing))];
        var words = new Dictionary<string, Status>();
        foreach (var (word, meaning, pointer) in node.Map("status_words"))
        {
            if (allowed.Contains(meaning)) words[word] = Words<Status>.Parse(meaning)!.Value;
            else faults.Add(pointer, RegistryFaultCodes.BadValue, $"{FileNode.Shown(meaning)} is no status.", allowed);
        }

        return words;
    }

    private List<DatasetPlan> Datasets(FileNode feed)
    {
        var items = feed.Items("datasets", required: true).ToList();
        var plans = items.Select(d => Plan(d.Item, d.Pointer)).ToList();
        foreach (var (plan, pointer) in plans.Zip(items.Select(i => $"{i.Pointer}/carried_by")))
        {
            if (plan?.CarriedBy is not { } carrier) continue;
            if (carrier == plan.Dataset || !plans.Any(p => p?.Dataset == carrier && p.CarriedBy is null))
            {
                faults.Add(pointer, RegistryFaultCodes.CarrierNotPossible, $"{plan.Dataset} cannot be carried by {carrier}: that must be another dataset of this feed which is asked for itself.");
            }
        }

        return [.. plans.OfType<DatasetPlan>()];
    }

    /// <summary>Null when it is not even clear which dataset is meant.</summary>
    private DatasetPlan? Plan(JsonElement json, string pointer)
    {
        var node = new FileNode(
            json, pointer, faults,
            "dataset", "cadence", "axis", "earliest", "look_back", "settle", "overlap", "longest_window", "freshness", "page_size", "carried_by");
        if (Dataset.Named(node.Word("dataset", RegistryFaultCodes.UnknownDataset, DatasetNames, required: true) ?? "") is not { } dataset) return null;

        var plain = new DatasetPlan { Dataset = dataset };
        var (second, years) = (TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_525));
        var plan = new DatasetPlan
        {
            Dataset = dataset,
            Cadence = node.Duration("cadence", second, Month) ?? plain.Cadence,
            Axis = Axis(node, dataset),
            Earliest = node.Instant("earliest"),
            LookBack = node.Duration("look_back", second, years),
            Settle = node.Duration("settle", TimeSpan.Zero, Month) ?? plain.Settle,
            Overlap = node.Duration("overlap", TimeSpan.Zero, Month) ?? plain.Overlap,
            LongestWindow = node.Duration("longest_window", second, years) ?? plain.LongestWindow,
            Freshness = node.Duration("freshness", second, Month) ?? plain.Freshness,
            PageSize = node.Number("page_size", plain.PageSize, 1, 100_000),
            CarriedBy = Dataset.Named(node.Word("carried_by", RegistryFaultCodes.UnknownDataset, DatasetNames) ?? ""),
        };
        if (!dataset.IsSnapshot && plan.Overlap < plan.Settle)
        {
            node.Fault(node.Value("overlap") is null ? "settle" : "overlap", RegistryFaultCodes.OverlapUnderSettle, "overlap must be at least settle: records that appear late would otherwise never be asked for again.");
        }

        return plan;
    }

    private static IReadOnlyList<string> DatasetNames => [.. Dataset.All.Select(d => d.Name)];

    private static WindowAxis? Axis(FileNode node, Dataset dataset)
    {
        string[] possible = dataset == Dataset.StatusChanges ? ["last_updated", "at"]
            : dataset == Dataset.ChargingSessions ? ["last_updated", "plug_in_at", "plug_out_at"]
            : [];
        if (node.Value("axis") is null)
        {
            if (!dataset.IsSnapshot) node.Fault("axis", RegistryFaultCodes.AxisMissing, $"{dataset} is asked for by window; axis says by which time.", possible);
            return null;
        }

        if (node.Word("axis", RegistryFaultCodes.AxisNotPossible, Axes) is not { } word) return null;
        if (dataset.IsSnapshot) node.Fault("axis", RegistryFaultCodes.AxisOnSnapshot, $"{dataset} comes as a whole and has no window; take axis out.");
        else if (!possible.Contains(word)) node.Fault("axis", RegistryFaultCodes.AxisNotPossible, $"{dataset} has no {word}.", possible);
        return word switch
        {
            "plug_in_at" => WindowAxis.PlugInAt,
            "plug_out_at" => WindowAxis.PlugOutAt,
            "at" => WindowAxis.At,
            _ => WindowAxis.LastUpdated,
        };
    }

    /// <summary>Never shown in a message: somebody may have put a secret into it.</summary>
    private static Uri BaseUrl(FileNode node)
    {
        var none = new Uri("https://none.invalid");
        if (node.Text("base_url", required: true) is not { } text) return none;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            node.Fault("base_url", RegistryFaultCodes.BadValue, "base_url must be an address such as https://api.example.org/v1.");
            return none;
        }

        if (url.Scheme != Uri.UriSchemeHttps) node.Fault("base_url", RegistryFaultCodes.NotHttps, "base_url must begin with https; nothing is ever asked for without TLS.");
        if (url.UserInfo.Length > 0) node.Fault("base_url", RegistryFaultCodes.SecretInUrl, "base_url must hold no user name or password; put the secret elsewhere and refer to it in credential.");
        if (url.Query.Length > 0 || url.Fragment.Length > 0) node.Fault("base_url", RegistryFaultCodes.SecretInUrl, "base_url must end with its path, without a query or fragment; a key belongs in what credential refers to.");
        return url;
    }

    private static TimeZoneInfo Zone(FileNode node)
    {
        var name = node.Text("zone") ?? LondonCalendar.Zone.Id;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        node.Fault("zone", RegistryFaultCodes.UnknownZone, $"{FileNode.Shown(name)} is no IANA time zone; Europe/London and Etc/UTC are the usual ones.");
        return LondonCalendar.Zone;
    }

    private string? Credential(FileNode node)
    {
        if (node.Text("credential") is not { } reference) return null;
        if (Secrets.IsReference(reference)) return Secrets.Resolved(reference, directory);
        node.Fault("credential", RegistryFaultCodes.CredentialNotReference, "credential must be a reference, env:NAME or file:PATH; what stands there is not repeated here. If it is the secret itself, have it changed.");
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
