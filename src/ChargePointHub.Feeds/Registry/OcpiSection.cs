using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The <c>ocpi</c> object of a feed.</summary>
internal static class OcpiSection
{
    private static readonly string[] Roles = ["EMSP", "NAP", "NSP", "OTHER", "SCSP"];

    private static readonly string[] PathNames = [Dataset.ChargePoints.Name, Dataset.Tariffs.Name, .. OcpiModules.OfSessions];

    public static OcpiSettings Read(FileNode feed)
    {
        var plain = new OcpiSettings();
        if (feed.Value("ocpi") is not { } json) return plain;
        var node = new FileNode(
            json, feed.At("ocpi"), feed.Faults,
            "discovery", "paths", "token_is_raw", "records_pointer", "envelope", "paged", "page_overlap", "status_words", "tariffs_in_evses", "session_modules", "party", "token_parameter", "access");
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
            Party = Party(node),
            TokenParameter = TokenParameter(node),
            SessionModules = SessionModules(node, plain.SessionModules),
            Access = node.Word("access", RegistryFaultCodes.BadValue, [.. Words<Access>.All]) is { } access ? Words<Access>.Parse(access) : null,
        };
    }

    /// <summary>What OCPI cannot bring, or cannot be asked for.</summary>
    public static void Check(FileNode dataset, string protocol, DatasetPlan plan)
    {
        if (OcpiVersion.All.All(v => v.Protocol != protocol)) return;
        if (!OcpiProtocol.PossibleDatasets.Contains(plan.Dataset))
        {
            dataset.Fault("dataset", RegistryFaultCodes.UnknownDataset, $"OCPI has no {plan.Dataset}: a status is seen with charge_points.", [.. OcpiProtocol.PossibleDatasets.Select(d => d.Name)]);
        }
        else if (plan.Axis is not (null or WindowAxis.LastUpdated))
        {
            dataset.Fault("axis", RegistryFaultCodes.AxisNotPossible, "OCPI is asked by last_updated.", ["last_updated"]);
        }
    }

    private static string? TokenParameter(FileNode node)
    {
        if (node.Text("token_parameter", longest: 60) is not { } name) return null;
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')) node.Fault("token_parameter", RegistryFaultCodes.BadValue, "token_parameter must be the name of a query parameter: letters, digits, _ - and .");
        else if (!MaskedUrl.Masks(name)) node.Fault("token_parameter", RegistryFaultCodes.BadValue, $"The value of {name} would show in logs: a name that is masked holds key, token, secret, signature, password, credential or auth. Ask the operator for the header.");
        return name;
    }

    private static OcpiParty? Party(FileNode ocpi)
    {
        if (ocpi.Value("party") is not { } json) return null;
        var node = new FileNode(json, ocpi.At("party"), ocpi.Faults, "party_id", "role", "name", "url");
        var id = node.Text("party_id", required: true) ?? "";
        if (id.Length > 0 && !OperatorFile.IsPartyId(id)) node.Fault("party_id", RegistryFaultCodes.BadValue, "party_id must be a country code, an asterisk and three characters, such as GB*LDN.");
        return new OcpiParty(id, node.Word("role", RegistryFaultCodes.BadValue, Roles) ?? "OTHER", node.Text("name", required: true, longest: 100) ?? "", OperatorFile.Address(node, "url"));
    }

    private static IReadOnlyList<string> SessionModules(FileNode node, IReadOnlyList<string> otherwise)
    {
        if (node.Value("session_modules") is null) return otherwise;
        var modules = node.Texts("session_modules", OcpiModules.OfSessions.Contains, "sessions or cdrs").Distinct().ToList();
        if (modules.Count == 0) node.Fault("session_modules", RegistryFaultCodes.BadValue, "session_modules names at least one of sessions and cdrs.", OcpiModules.OfSessions);
        return modules;
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

    private static Dictionary<string, string> Paths(FileNode node)
    {
        var paths = new Dictionary<string, string>();
        foreach (var (name, path, pointer) in node.Map("paths"))
        {
            if (!PathNames.Contains(name))
            {
                node.Faults.Add(pointer, RegistryFaultCodes.UnknownDataset, $"{FileNode.Shown(name)} has no path.", PathNames);
            }
            else if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal) || path.Split('/').Contains(".."))
            {
                node.Faults.Add(pointer, RegistryFaultCodes.BadValue, "A path must lie below the base address: no host, no double dots.");
            }
            else
            {
                paths[name] = path;
            }
        }

        return paths;
    }

    private static Dictionary<string, Status> StatusWords(FileNode node)
    {
        // MISSING is what the hub says when it knows nothing; no operator can say it.
        string[] allowed = [.. Words<Status>.All.Where(w => w != Words<Status>.Of(Status.Missing))];
        var words = new Dictionary<string, Status>();
        foreach (var (word, meaning, pointer) in node.Map("status_words"))
        {
            if (allowed.Contains(meaning)) words[word] = Words<Status>.Parse(meaning)!.Value;
            else node.Faults.Add(pointer, RegistryFaultCodes.BadValue, $"{FileNode.Shown(meaning)} is no status.", allowed);
        }

        return words;
    }
}
