using System.CommandLine;
using System.Text.Json;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Access.Grants;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Server.Commands;

/// <summary><c>grants</c>: who may read what, from a reviewed file.</summary>
internal static class GrantsCommand
{
    public static Command Create(CommandContext context) =>
        new ExampleCommand(
            "grants", "Brings a reviewed file of organisations, agreements and grants into force, and shows who may read what.",
            "grants apply grants.json", "grants apply grants.json --yes", "grants list", "grants show camden")
        {
            Apply(context),
            List(context),
            Show(context),
        };

    private static ExampleCommand Apply(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "Organisations, agreements and grants as JSON; /v1/schemas/config/grants describes it." };
        var yes = new Option<bool>("--yes") { Description = "Brings it into force; not given: the difference is shown, and nothing is changed." };
        var by = new Option<string>("--by") { Description = "Who does so, for the history; not given: the account that runs this.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        by.Validators.Add(r =>
        {
            if (string.IsNullOrWhiteSpace(r.GetValueOrDefault<string>())) r.AddError("--by must not be blank.");
        });
        var apply = new ExampleCommand(
            "apply", "Shows what a file of grants would change, and with --yes makes it so. The file is the whole truth: what it no longer names ends.",
            "grants apply grants.json", "grants apply grants.json --yes --by 'access board'") { file, yes, by };
        apply.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!File.Exists(path)) throw new StartException([$"{Path.GetFullPath(path)} is no file. Name a file of grants: `grants apply grants.json`."]);
            var (wanted, faults) = GrantsFile.Read(path);
            if (wanted is null)
            {
                foreach (var fault in faults) await context.Error.WriteLineAsync(OperatorFiles.Line(fault));
                await context.Error.WriteLineAsync($"{path}: faults: {faults.Count}. Nothing has been changed.");
                return ExitCode.WrongUse;
            }

            var options = context.Arguments.Read(parsed);
            await using var database = await context.OpenMigratedAsync(options, ct);
            var store = new GrantStore(database.Source);
            var applies = parsed.GetValue(yes);
            var differences = applies ? await store.ApplyAsync(wanted, parsed.GetRequiredValue(by), context.Time.GetUtcNow(), ct) : (await store.ReadAsync(ct)).To(wanted);
            foreach (var line in differences.SelectMany(Lines)) await context.Output.WriteLineAsync(line);
            foreach (var unknown in Unregistered(wanted, options)) await context.Error.WriteLineAsync($"note: no operator file in {options.Operators} has the operator_id {unknown}.");
            await context.Output.WriteLineAsync(
                $"{path}: organisations: {wanted.Organisations.Count}, agreements: {wanted.Agreements.Count}, grants: {wanted.Grants.Count}; "
                + $"new: {differences.Count(d => d.Before is null)}, changed: {differences.Count(d => d is { Before: not null, After: not null })}, ended: {differences.Count(d => d.After is null)}. "
                + (differences.Count == 0 ? "All of it is in force already." : applies ? "In force from now on." : "Nothing has been changed; --yes brings it into force."));
            return ExitCode.Done;
        }));
        return apply;
    }

    private static ExampleCommand List(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var list = new ExampleCommand("list", "Lists all grants, those that do not hold yet or no longer too.", "grants list", "grants list --json") { json };
        list.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var register = await new GrantStore(database.Source).ReadAsync(ct);
            var (now, agreements) = (context.Time.GetUtcNow(), register.Agreements.ToDictionary(a => a.Id));
            if (parsed.GetValue(json))
            {
                await context.WriteJsonAsync(register.Grants.Select(g => new
                {
                    GrantId = g.Id,
                    g.AgreementId,
                    g.OrganisationId,
                    agreements[g.AgreementId].OperatorId,
                    g.Datasets,
                    Areas = g.Boroughs ?? [GrantsFile.London],
                    g.Fields,
                    TimePrecision = Words<TimePrecision>.Of(g.Precision),
                    ValidFrom = CommandContext.Text(From(g, agreements)),
                    ValidTo = CommandContext.Text(To(g, agreements)),
                    State = State(g, agreements, now),
                }));
            }
            else if (register.Grants.Count == 0)
            {
                await context.Error.WriteLineAsync($"There are no grants: {(register.Organisations.Count == 0 ? "`grants apply FILE` brings them." : "every organisation reads what is open, and an operator its own.")}");
            }
            else
            {
                await context.WriteTableAsync(
                [
                    ["GRANT", "ORGANISATION", "OPERATOR", "STATE", "FROM", "TO", "DATASETS", "AREAS", "FIELDS", "TIMES"],
                    .. register.Grants.Select(g => new[]
                    {
                        g.Id, g.OrganisationId, agreements[g.AgreementId].OperatorId, State(g, agreements, now), CommandContext.Text(From(g, agreements)) ?? "always",
                        CommandContext.Text(To(g, agreements)) ?? "for good", string.Join(", ", g.Datasets), g.Boroughs is null ? GrantsFile.London : string.Join(", ", g.Boroughs),
                        g.Fields switch { null => "all", [] => "none", _ => string.Join(", ", g.Fields) }, Words<TimePrecision>.Of(g.Precision),
                    }),
                ]);
            }

            return ExitCode.Done;
        }));
        return list;
    }

    private static ExampleCommand Show(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "Of an organisation, an agreement or a grant." };
        var json = CommandContext.JsonOption();
        var show = new ExampleCommand("show", "Shows an organisation, an agreement or a grant with all that was ever changed about it.", "grants show camden", "grants show camden --json") { id, json };
        show.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var (store, asked) = (new GrantStore(database.Source), parsed.GetRequiredValue(id));
            var (register, history) = (await store.ReadAsync(ct), await store.ReadHistoryAsync(asked, ct));
            var entries = register.All.Where(e => e.Id == asked || (e is Grant g && (g.OrganisationId == asked || g.AgreementId == asked))).ToList();
            if (entries.Count == 0 && history.Count == 0)
            {
                await context.Error.WriteLineAsync($"Nothing has or had the id '{asked}'; `grants list` shows the grants.");
                return ExitCode.Refused;
            }

            if (parsed.GetValue(json))
            {
                await context.WriteJsonAsync(new
                {
                    InForce = entries.Select(e => new { Kind = Word(e.Kind), e.Id, e.Terms }),
                    History = history.Select(h => new { ChangedAt = Instants.Format(h.ChangedAt), h.ChangedBy, Kind = Word(h.Kind), h.Id, Before = Parsed(h.Before), After = Parsed(h.After) }),
                });
                return ExitCode.Done;
            }

            foreach (var entry in entries) await context.Output.WriteLineAsync($"{Word(entry.Kind)} {entry.Id}: {entry.Terms}");
            if (entries.All(e => e.Id != asked)) await context.Output.WriteLineAsync($"{asked} has ended.");
            foreach (var change in history)
            {
                await context.Output.WriteLineAsync($"{Instants.Format(change.ChangedAt)} by {change.ChangedBy}: {Word(change.Kind)} {(change.Before is null ? "new" : change.After is null ? "ended" : "changed")}");
                if (change.Before is { } before) await context.Output.WriteLineAsync($"    was: {before}");
                if (change.After is { } after) await context.Output.WriteLineAsync($"    now: {after}");
            }

            return ExitCode.Done;
        }));
        return show;
    }

    private static IEnumerable<string> Lines(AccessDifference difference)
    {
        var name = $"{Word(difference.Entry.Kind)} {difference.Entry.Id}";
        return difference switch
        {
            { Before: null } => [$"+ {name}: {difference.After!.Terms}"],
            { After: null } => [$"- {name}: {difference.Before.Terms}"],
            _ => [$"~ {name}", $"    was: {difference.Before.Terms}", $"    now: {difference.After.Terms}"],
        };
    }

    /// <summary>Operators that the file speaks of and no operator file does: not wrong, for either may come first.</summary>
    private static IEnumerable<string> Unregistered(AccessRegister wanted, HubOptions options)
    {
        if (OperatorFiles.Registry.Load(options.Operators) is not LoadedRegistry loaded) return [];
        var known = loaded.Operators.Select(o => o.OperatorId).ToHashSet(StringComparer.Ordinal);
        return wanted.Agreements.Select(a => a.OperatorId).Concat(wanted.Organisations.Select(o => o.OperatorId).OfType<string>()).Distinct().Where(o => !known.Contains(o)).Order(StringComparer.Ordinal);
    }

    private static DateTimeOffset? From(Grant grant, Dictionary<string, Agreement> agreements) =>
        new[] { grant.ValidFrom, agreements[grant.AgreementId].ValidFrom }.Max();

    private static DateTimeOffset? To(Grant grant, Dictionary<string, Agreement> agreements) =>
        new[] { grant.ValidTo, agreements[grant.AgreementId].ValidTo }.Min();

    private static string State(Grant grant, Dictionary<string, Agreement> agreements, DateTimeOffset now) =>
        To(grant, agreements) <= now ? "over" : From(grant, agreements) > now ? "to come" : "holds";

    private static string Word(AccessKind kind) => kind switch { AccessKind.Organisation => "organisation", AccessKind.Agreement => "agreement", _ => "grant" };

    private static JsonElement? Parsed(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
}
