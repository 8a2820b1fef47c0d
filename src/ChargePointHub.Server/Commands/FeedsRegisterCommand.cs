using System.CommandLine;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds register</c> and <c>feeds rotate</c>: OCPI's credentials, by which an operator gives the hub its token.</summary>
internal static class FeedsRegisterCommand
{
    private static readonly FetchRules Once = FetchRules.Default with { Attempts = 1 };

    public static Command Register(CommandContext context) => Create(
        context, changes: false, "register",
        "Registers the hub with an OCPI operator: the token that the operator handed over, which stands where the feed's credential says, is given for the one that is good from then on and takes its place.");

    public static Command Rotate(CommandContext context) => Create(
        context, changes: true, "rotate", "Has an OCPI operator change the hub's token. The new one takes the place of the old, which is dead from then on.");

    private static ExampleCommand Create(CommandContext context, bool changes, string name, string description)
    {
        var place = new Argument<string>("OPERATOR/FEED") { Description = "An operator_id and a feed_id." };
        var command = new ExampleCommand(name, description, $"feeds {name} lamplight/ocpi") { place };
        command.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var operators = context.Arguments.Read(parsed).Operators;
            if (OperatorFiles.Registry.Load(operators) is not LoadedRegistry loaded) throw new StartException([$"{operators} has faults; `feeds check` names them. Nobody was asked."], ExitCode.Refused);
            var feed = Named(loaded, parsed.GetValue(place)!);
            if (OcpiVersion.Of(feed) is null) throw new StartException([$"{feed.OperatorId}/{feed.FeedId} talks {feed.Protocol}; only OCPI registers."]);
            if (feed.Ocpi.Party is not { } party) throw new StartException([$"{feed.OperatorId}/{feed.FeedId} does not say whom to register: put ocpi.party into its file, such as {{\"party_id\": \"GB*LDN\", \"name\": \"Example Authority\", \"url\": \"https://hub.example.org/ocpi/versions\"}}."]);
            if (feed.Credential is not { } reference) throw new StartException([$"{feed.OperatorId}/{feed.FeedId} names no credential: file:PATH of the token that the operator handed over."]);
            if (Secrets.Resolve(reference) is not Secret token) throw new StartException([((SecretMissing)Secrets.Resolve(reference)).Detail]);
            using var file = SecretFile.Open(reference, out var fault) ?? throw new StartException([fault, "Nobody was asked."]);

            using var factory = new FeedClientFactory(context.Time, Once);
            using var client = factory.Create(feed);
            context.Progress.Show($"Asking {feed.BaseUrl.Authority}");
            var result = await OcpiRegistration.RunAsync(feed, party, token, changes, client.FetchAsync, context.Time, ct);
            context.Progress.Clear();
            if (result is RegistrationFailed failed)
            {
                await context.Error.WriteLineAsync(failed.Failure.Detail);
                await context.Error.WriteLineAsync(failed.TokenMayBeDead
                    ? $"The operator may have changed the token all the same. If the next poll is refused, ask the operator for a token, put it into {reference} and register."
                    : $"The token in {reference} is as it was.");
                return failed.Failure.Status is null && failed.Failure.Kind is not FailureKind.ProtocolError ? ExitCode.Unreachable : ExitCode.Refused;
            }

            var registered = (Registered)result;
            file.Write(registered.Token.Value);
            await context.Output.WriteLineAsync($"The new token is in {reference}; the one before is dead. A running hub takes it up with its next request.");
            foreach (var known in registered.Parties) await context.Output.WriteLineAsync($"The operator speaks for {known}.");
            if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
                await context.Error.WriteLineAsync("This ran as root, to whom the file now belongs: see that the hub's account can read it.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static FeedDefinition Named(LoadedRegistry loaded, string asked)
    {
        var names = loaded.Feeds.Select(f => $"{f.OperatorId}/{f.FeedId}").ToList();
        return loaded.Feeds.FirstOrDefault(f => $"{f.OperatorId}/{f.FeedId}" == asked)
            ?? throw new StartException([$"There is no feed '{asked}'.{(Nearest.Of(asked, names) is { } near ? $" Was {near} meant?" : "")} Those of OCPI: {string.Join(", ", loaded.Feeds.Where(f => OcpiVersion.Of(f) is not null).Select(f => $"{f.OperatorId}/{f.FeedId}").DefaultIfEmpty("none"))}."]);
    }
}
