using System.CommandLine;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>quarantine recheck</c>: judges refused records again by the rules and operator files of now; hubs may run meanwhile.</summary>
internal static class QuarantineRecheckCommand
{
    public static Command Create(CommandContext context)
    {
        var only = QuarantineCommand.OperatorArgument();
        var dataset = QuarantineCommand.DatasetOption("Only records of this dataset (of the others each whole crawl is a check of its own)", QuarantineRecheck.Datasets);
        var dry = new Option<bool>("--dry-run") { Description = "Changes nothing; says what would be released." };
        var json = CommandContext.JsonOption();
        var recheck = new ExampleCommand(
            "recheck", "Checks refused records again, each as it came, and releases what passes now. A hub does this by itself when it starts with other rules or operator files.",
            "quarantine recheck", "quarantine recheck lamplight --dataset charging_sessions --dry-run") { only, dataset, dry, json };
        recheck.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var options = context.Arguments.Read(parsed);
            var registry = OperatorFiles.Load(options.Operators);
            await using var database = await context.OpenExistingAsync(options, ct);
            var quarantine = new QuarantineStore(database.Source);
            var held = await quarantine.ReadOperatorsAsync(ct);
            if (parsed.GetValue(only) is { } asked)
            {
                if (registry.Operators.All(o => o.OperatorId != asked)) throw new StartException([QuarantineCommand.Unknown(asked, [.. registry.Operators.Select(o => o.OperatorId)])]);
                held = [.. held.Where(o => o == asked)];
            }

            var checker = new QuarantineRecheck(quarantine, new PageWriter(database.Source), context.Time);
            var datasets = QuarantineRecheck.Datasets.Where(d => parsed.GetValue(dataset) is not { } name || d.Name == name).ToList();
            var done = new List<(string OperatorId, RecheckProgress Result)>();
            foreach (var id in held)
            {
                if (registry.Operators.FirstOrDefault(o => o.OperatorId == id) is not { } definition)
                {
                    await context.Error.WriteLineAsync($"{id} has no operator file in {options.Operators}, so nobody can tell how its records are read; they stay.");
                    continue;
                }

                done.Add((id, await checker.RunAsync(
                    definition, datasets, onlyOtherwiseJudged: false, write: !parsed.GetValue(dry), null,
                    so =>
                    {
                        context.Progress.Show($"Checking {id}: {so.Counts.Released + so.Counts.Waiting} of {Checked(so.Counts)} pass");
                        return Task.CompletedTask;
                    },
                    ct)));
                context.Progress.Clear();
            }

            await TellAsync(context, done, parsed.GetValue(dry), parsed.GetValue(json));
            return ExitCode.Done;
        }));
        return recheck;
    }

    private static async Task TellAsync(CommandContext context, List<(string OperatorId, RecheckProgress Result)> done, bool dry, bool json)
    {
        done = [.. done.Where(d => Checked(d.Result.Counts) > 0)];
        if (json)
        {
            await context.WriteJsonAsync(done.Select(d => new
            {
                d.OperatorId,
                DryRun = dry,
                d.Result.Counts.Released,
                d.Result.Counts.Waiting,
                d.Result.Counts.Refused,
                RefusedBy = d.Result.ByRule,
            }));
            return;
        }

        if (done.Count == 0) await context.Error.WriteLineAsync("There was no refused record to check again.");
        foreach (var (id, (counts, byRule)) in done)
        {
            var waiting = counts.Waiting == 0 ? "" : $", {counts.Waiting} pass and wait for their charge point";
            var rules = byRule.Count == 0 ? "" : $" ({string.Join(", ", byRule.OrderByDescending(r => r.Value).Select(r => $"{r.Key} {r.Value}"))})";
            await context.Output.WriteLineAsync($"{id}: {counts.Released} {(dry ? "would be released" : "released")}{waiting}, {counts.Refused} still refused{rules}.");
        }
    }

    private static int Checked(RecheckCounts counts) => counts.Released + counts.Waiting + counts.Refused;
}
