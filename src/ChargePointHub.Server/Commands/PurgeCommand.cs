using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>purge</c>: takes out what should never have come, with all its versions, and keeps it out.</summary>
internal static class PurgeCommand
{
    private const string Example = "purge record charging_sessions lamplight:S1 --reason 'a name in an id, request 12'";

    public static Command Create(CommandContext context) =>
        new ExampleCommand(
            "purge", "Takes a record out for good, with every version, and keeps it from coming back. For what the hub must not hold; nothing else is ever deleted.",
            Example, $"{Example} --yes", "purge list")
        {
            Record(context),
            List(context),
        };

    private static ExampleCommand Record(CommandContext context)
    {
        var names = PurgeStore.Datasets.Select(d => d.Name).ToList();
        var dataset = new Argument<string>("DATASET") { Description = $"{string.Join(", ", names)}. With a charge point go its status changes, sessions, outages and reported figures." };
        var id = new Argument<string>("RECORD-ID") { Description = "As the hub serves it: OPERATOR:ID." };
        var reason = new Option<string>("--reason") { Description = "Why, kept for good: do not repeat here what was personal.", HelpName = "TEXT", Required = true };
        var by = new Option<string>("--by") { Description = "Who does so; not given: the account that runs this.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var hide = new Option<bool>("--hide-id") { Description = "The id itself is personal: it is not kept either." };
        var mended = new Option<bool>("--mended") { Description = "Its operator has mended it: the record goes with its versions, what happened at a charge point stays, and what is sent from now on is taken again." };
        var yes = new Option<bool>("--yes") { Description = "Does it; not given: what would go is shown, and nothing is changed." };
        foreach (var text in new[] { reason, by })
        {
            text.Validators.Add(r =>
            {
                if (string.IsNullOrWhiteSpace(r.GetValueOrDefault<string>())) r.AddError($"{text.Name} must not be blank.");
            });
        }

        var record = new ExampleCommand("record", "Shows what would go with a record, and with --yes takes it out. Hubs may run meanwhile.", Example, $"{Example} --yes") { dataset, id, reason, by, hide, mended, yes };
        record.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var (name, recordId) = (parsed.GetRequiredValue(dataset), parsed.GetRequiredValue(id));
            if (!names.Contains(name))
            {
                var meant = Nearest.Of(name, names) is { } near ? $" Was {near} meant?" : "";
                throw new StartException([$"DATASET is '{name}'; allowed: {string.Join(", ", names)}.{meant}"]);
            }

            if (recordId.Split(':', 2) is not [{ Length: > 0 } operatorId, { Length: > 0 }])
                throw new StartException([$"RECORD-ID is '{recordId}'; the hub's ids are the operator_id, a colon, and the operator's own id, as in lamplight:S1."]);
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var store = new PurgeStore(database.Source);
            var purge = new Purge(Dataset.Named(name)!, operatorId, recordId, parsed.GetValue(hide), parsed.GetValue(mended), parsed.GetRequiredValue(reason), parsed.GetRequiredValue(by));
            var does = parsed.GetValue(yes);
            var outcome = does ? await store.PurgeAsync(purge, ct) : await store.TryAsync(purge, ct);
            if (outcome is PurgeOutcome.Withheld)
            {
                throw new StartException([$"{recordId} is withheld by its operator, and its record alone says so: taken out as --mended, its sessions and statuses would be for all to read. "
                    + "Purge it without --mended, with what happened there; purged with --mended after that, it comes again, and of its history what its operator still sends. Or have its operator publish it first."]);
            }

            if (outcome is not PurgeOutcome.Purged done)
            {
                await context.Error.WriteLineAsync("It was purged so before, and nothing of it has come since.");
                return ExitCode.Done;
            }

            foreach (var (table, count) in done.Rows) await context.Output.WriteLineAsync($"{table}: {count}");
            await context.Output.WriteLineAsync(does
                ? $"{(done.Rows.Count == 0 ? "Nothing of it was stored." : "Purged.")} What its operator sends of it from now on is {(purge.IsMended ? "taken again" : "left out")}. "
                    + "Backups, copies that others have made, and the record of readings, where one asked for this id, hold it still: tell those who keep them."
                : $"{(done.Rows.Count == 0 ? "Nothing of it is stored: is the id right?" : "Nothing has been changed.")} --yes {(done.Rows.Count == 0 ? "" : "takes these rows out, and ")}{(purge.IsMended ? "lets it come again" : "keeps it from coming again until it is purged as --mended")}.");
            if (does && !done.IsVacuumed) await context.Error.WriteLineAsync($"VACUUM did not come through: the rows are gone, and their bytes stay in PostgreSQL's files until it does. Run: VACUUM {string.Join(", ", done.Rows.Select(r => r.Table))}");
            return ExitCode.Done;
        }));
        return record;
    }

    private static ExampleCommand List(CommandContext context)
    {
        var json = CommandContext.JsonOption();
        var list = new ExampleCommand("list", "Lists what was purged, when, by whom and why.", "purge list", "purge list --json") { json };
        list.SetAction(context.Guarded(async (parsed, ct) =>
        {
            await using var database = await context.OpenMigratedAsync(context.Arguments.Read(parsed), ct);
            var purged = await new PurgeStore(database.Source).ReadAsync(ct);
            if (parsed.GetValue(json))
            {
                await context.WriteJsonAsync(purged.Select(p => new { p.OperatorId, Dataset = p.Dataset.Name, p.RecordId, PurgedAt = Instants.Format(p.PurgedAt), PurgedBy = p.By, p.Reason, p.Rows, p.KeepsOut }));
            }
            else if (purged.Count == 0)
            {
                await context.Error.WriteLineAsync("Nothing has been purged.");
            }
            else
            {
                await context.WriteTableAsync(
                [
                    ["OPERATOR", "DATASET", "RECORD", "PURGED", "BY", "ROWS", "FROM THEN ON", "REASON"],
                    .. purged.Select(p => new[] { p.OperatorId, p.Dataset.Name, p.RecordId ?? "(not kept)", Instants.Format(p.PurgedAt), p.By, $"{p.Rows}", p.KeepsOut ? "kept out" : "taken again", p.Reason }),
                ]);
            }

            return ExitCode.Done;
        }));
        return list;
    }
}
