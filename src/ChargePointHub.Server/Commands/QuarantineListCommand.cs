using System.CommandLine;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Commands;

/// <summary><c>quarantine list</c>: what was refused or waits, by rule; the hub may run or not.</summary>
internal static class QuarantineListCommand
{
    public static Command Create(CommandContext context)
    {
        var only = QuarantineCommand.OperatorArgument();
        var dataset = QuarantineCommand.DatasetOption("Only records of this dataset", Dataset.All);
        var json = CommandContext.JsonOption();
        var list = new ExampleCommand(
            "list", "Shows per operator, dataset and rule how many records are refused or wait, since when, and one of them; /v1/quarantine shows each.",
            "quarantine list", "quarantine list lamplight --dataset charging_sessions", "quarantine list --json") { only, dataset, json };
        list.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var options = context.Arguments.Read(parsed);
            await using var database = await context.OpenExistingAsync(options, ct);
            var queries = new QuarantineQueries(database.Source);
            var names = parsed.GetValue(dataset) is { } name ? [name] : Dataset.All.Select(d => d.Name).ToList();
            var rules = await queries.CountByRuleAsync(null, names, Scope.Everything, ct);
            if (parsed.GetValue(only) is { } asked)
            {
                // Records stay when their operator's file goes.
                List<string> known = [.. OperatorFiles.Load(options.Operators).Operators.Select(o => o.OperatorId).Union(rules.Select(r => r.OperatorId)).Order(StringComparer.Ordinal)];
                if (!known.Contains(asked)) throw new StartException([QuarantineCommand.Unknown(asked, known)]);
                rules = [.. rules.Where(r => r.OperatorId == asked)];
            }

            var overflow = await queries.ReadOverflowAsync([.. rules.Select(r => r.OperatorId).Distinct()], Scope.Everything, ct);
            await (parsed.GetValue(json) ? context.WriteJsonAsync(rules.Select(Listed)) : TellPersonAsync(context, rules, [.. overflow.Where(o => names.Contains(o.Dataset.Name))]));
            return ExitCode.Done;
        }));
        return list;
    }

    private static async Task TellPersonAsync(CommandContext context, IReadOnlyList<QuarantineRule> rules, IReadOnlyList<QuarantineOverflow> overflow)
    {
        if (rules.Count == 0)
        {
            await context.Error.WriteLineAsync("Nothing of this is in quarantine.");
            return;
        }

        await context.WriteTableAsync(
        [
            ["OPERATOR", "DATASET", "RULE", "RECORDS", "OLDEST", "NEWEST", "FOR EXAMPLE"],
            .. rules.Select(r => new[]
            {
                r.OperatorId, r.Dataset.Name, r.Rule, $"{r.Records}", Instants.Format(r.OldestAt)[..16] + "Z", Instants.Format(r.NewestAt)[..16] + "Z", r.Example ?? "no id",
            }),
        ]);
        foreach (var o in overflow)
            await context.Output.WriteLineAsync($"{o.OperatorId} {o.Dataset}: full; {o.Dropped} older records {(o.OfWaiting ? "that waited for their charge point" : "that were refused")} made way, last at {Instants.Format(o.LastAt)}.");
    }

    private static object Listed(QuarantineRule r) => new
    {
        r.OperatorId,
        Dataset = r.Dataset.Name,
        r.Rule,
        r.Records,
        OldestAt = Instants.Format(r.OldestAt),
        NewestAt = Instants.Format(r.NewestAt),
        r.Example,
    };
}
