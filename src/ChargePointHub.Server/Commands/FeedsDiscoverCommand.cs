using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Discovery;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds discover</c>: what stands at an address, and an operator file for it. Writes nothing but that, to stdout.</summary>
internal static class FeedsDiscoverCommand
{
    private static readonly FetchRules Once = FetchRules.Default with { Attempts = 1 };

    /// <summary>A stranger's API is asked slowly.</summary>
    private static readonly RequestLimit Slowly = new(2, TimeSpan.FromSeconds(1));

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandContext context)
    {
        var url = new Argument<string>("URL") { Description = "Where the operator's API is: its OCPI versions, the base of a loti-v1 feed, or a list in JSON." };
        var id = new Option<string?>("--operator") { Description = "operator_id of the proposed file; default: made of the host.", HelpName = "ID" };
        var credential = new Option<string?>("--credential") { Description = "Where the secret is, if one is asked for.", HelpName = "env:NAME|file:PATH" };
        var caFile = new Option<string?>("--ca-file") { Description = "The only authorities to trust; default: the system's.", HelpName = "PEM" };
        var privateHost = new Option<string[]>("--allow-private-host") { Description = "A host that may lie at a private address. May be repeated.", HelpName = "HOST" };
        var command = new ExampleCommand(
            "discover", "Looks at an address for OCPI versions, loti-v1 metadata or a list in JSON, and proposes an operator file, on stdout; what was asked and what must be filled in, on stderr. Writes nothing else.",
            "feeds discover https://api.example.org/ocpi/versions", "feeds discover https://api.example.org/v1/locations --operator example",
            "feeds discover https://api.example.org/ocpi/versions --credential env:EXAMPLE_TOKEN") { url, id, credential, caFile, privateHost };
        command.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var (address, wish, secret) = Read(parsed.GetValue(url)!, parsed.GetValue(id), parsed.GetValue(credential), parsed.GetValue(caFile), parsed.GetValue(privateHost) ?? []);
            using var factory = new FeedClientFactory(context.Time, Once);
            using var client = factory.Create(Feed(address, wish));
            context.Progress.Show($"Looking at {address.Authority}");
            using var discovery = new FeedDiscovery(wish, client.FetchAsync, secret);
            var found = await discovery.RunAsync(address, ct);
            context.Progress.Clear();
            foreach (var (asked, outcome) in found.Asked) await context.Error.WriteLineAsync(outcome.StartsWith(asked, StringComparison.Ordinal) ? $"asked: {outcome}" : $"asked: {asked} {outcome}");
            if (found.Failure is { } failure)
            {
                await context.Error.WriteLineAsync($"{Words<FailureKind>.Of(failure.Kind)}: {failure.Detail}");
                return ExitCode.Unreachable;
            }

            if (found.Found is { } sentence) await context.Error.WriteLineAsync($"found {sentence}");
            foreach (var line in found.ToFillIn) await context.Error.WriteLineAsync(found.Proposal is null ? line : $"fill in {line}");
            if (found.Proposal is not { } proposal) return ExitCode.Refused;
            var text = proposal.ToJsonString(Indented);
            var faults = OperatorFiles.Registry.FaultsOf(text);
            foreach (var fault in faults.Where(f => !found.ToFillIn.Any(l => l.StartsWith($"{f.Pointer}:", StringComparison.Ordinal)))) await context.Error.WriteLineAsync($"fill in {fault.Pointer}: {fault.Message}");
            await context.Error.WriteLineAsync("Then: feeds try FILE, which shows what becomes of each field.");
            await context.Output.WriteLineAsync(text);
            return faults.Count > 0 || found.ToFillIn.Count > 0 ? ExitCode.Refused : ExitCode.Done;
        }));
        return command;
    }

    private static (Uri Address, DiscoveryWish Wish, string? Secret) Read(string text, string? id, string? credential, string? caFile, string[] privateHosts)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Host.Length == 0) throw new StartException(["URL must be an address such as https://api.example.org/v1/locations."]);
        if (address.Scheme != Uri.UriSchemeHttps) throw new StartException([$"URL begins with {address.Scheme}; nothing is ever asked without TLS: https."]);
        if (address.UserInfo.Length > 0) throw new StartException(["URL holds a user name or password. Put the secret elsewhere and name it by --credential env:NAME or file:PATH."]);
        if (address.Query.TrimStart('?').Split('&').Select(p => Uri.UnescapeDataString(p.Split('=')[0])).FirstOrDefault(MaskedUrl.Masks) is { } key)
            throw new StartException([$"URL holds a secret in its parameter {key}. Leave it out, and write it into the proposed file as \"{key}\": \"{{credential}}\" in the request's query."]);
        if (credential is not null && !Secrets.IsReference(credential)) throw new StartException(["--credential must be a reference, env:NAME or file:PATH; what stands there is not repeated here. If it is the secret itself, have it changed."]);
        if (caFile is not null && !File.Exists(caFile)) throw new StartException([$"--ca-file {Path.GetFullPath(caFile)} is no file."]);
        var reference = credential is null ? null : Secrets.Resolved(credential, Directory.GetCurrentDirectory());
        string? secret = null;
        if (reference is not null && (secret = (Secrets.Resolve(reference) as Secret)?.Value?.Trim()) is null or "") throw new StartException([$"{credential} holds nothing. Set it, or leave --credential out."]);
        var slug = id ?? SlugOf(address.IdnHost);
        return (address, new DiscoveryWish(slug, slug, reference, caFile is null ? null : Path.GetFullPath(caFile), privateHosts), secret);
    }

    /// <summary>Of a host's name, without what most have: <c>api.lamplight.example</c> is lamplight-example.</summary>
    private static string SlugOf(string host)
    {
        var parts = host.ToLowerInvariant().Split('.').Where(p => p is not ("api" or "www" or "com" or "co" or "uk" or "org" or "net")).ToList();
        var slug = string.Concat(string.Join('-', parts).Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')).Trim('-');
        return slug.Length is >= 2 and <= 40 ? slug : "new-operator";
    }

    private static FeedDefinition Feed(Uri address, DiscoveryWish wish) => new()
    {
        OperatorId = wish.OperatorId,
        OperatorName = wish.Name,
        FeedId = "api",
        Protocol = "",
        BaseUrl = address,
        Zone = LondonCalendar.Zone,
        CaFile = wish.CaFile,
        AllowPrivateHosts = wish.PrivateHosts,
        LimitGroup = address.IdnHost,
        Limits = [Slowly],
        Datasets = [],
    };
}
