using System.CommandLine;
using System.Xml;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Operators;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds check</c>: operator files judged without touching the network, and what they would collect.</summary>
internal static class FeedsCheckCommand
{
    public static Command Create(CommandContext context)
    {
        var place = new Argument<string?>("FILE|FOLDER") { Description = "An operator file, or a folder of them; not given: the folder of --operators.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommandContext.JsonOption();
        var check = new ExampleCommand(
            "check", "Names every fault of operator files with its place and what is allowed, and shows what they collect. Asks nobody.",
            "feeds check", "feeds check operators/lamplight.json", "feeds check new-operators --json") { place, json };
        check.SetAction(context.Guarded(async (parsed, _) =>
        {
            var asked = parsed.GetValue(place) ?? context.Arguments.Read(parsed).Operators;
            if (!Path.Exists(asked)) throw new StartException([$"{Path.GetFullPath(asked)} is neither a file nor a folder. Name an operator file or a folder of them: `feeds check operators/lamplight.json`."]);
            var result = OperatorFiles.Registry.Load(asked);
            var faults = (result as RegistryRefused)?.Faults ?? [];
            var loaded = result as LoadedRegistry;
            var warnings = loaded is null ? [] : OperatorFiles.Warnings(loaded);
            await (parsed.GetValue(json) ? TellProgramAsync(context, asked, loaded, faults, warnings) : TellPersonAsync(context, asked, loaded, faults, warnings));
            return faults.Count == 0 ? ExitCode.Done
                : faults.All(f => f.Code == RegistryFaultCodes.FileUnreadable) ? ExitCode.WrongUse
                : ExitCode.Refused;
        }));
        return check;
    }

    private static async Task TellPersonAsync(
        CommandContext context, string asked, LoadedRegistry? loaded, IReadOnlyList<RegistryFault> faults, IReadOnlyList<string> warnings)
    {
        foreach (var fault in faults) await context.Output.WriteLineAsync(OperatorFiles.Line(fault));
        if (loaded is null)
        {
            await context.Output.WriteLineAsync($"{asked}: faults: {faults.Count}. A hub would not start with this; a running one goes on with what it had.");
            return;
        }

        var rows = loaded.Feeds.SelectMany(f => f.Datasets.Select(d => Row(f, d))).ToList();
        if (rows.Count > 0) await context.WriteTableAsync([["OPERATOR", "FEED", "PROTOCOL", "DATASET", "EVERY", "AXIS", "EARLIEST", "LOOK-BACK", "LIMITS"], .. rows]);
        foreach (var warning in warnings) await context.Output.WriteLineAsync($"warning: {warning}");
        await context.Output.WriteLineAsync($"{asked}: no faults. Operators: {loaded.Operators.Count}, feeds: {loaded.Feeds.Count()}, datasets: {rows.Count}, receivers of notices: {loaded.Operators.Sum(o => o.Notices.Count)}, warnings: {warnings.Count}.");
    }

    private static string[] Row(FeedDefinition feed, DatasetPlan plan) =>
    [
        feed.OperatorId, feed.FeedId, feed.Protocol, plan.Dataset.Name, plan.CarriedBy is { } carrier ? $"with {carrier}" : XmlConvert.ToString(plan.Cadence),
        ListOperators.AxisWord(plan.Axis) ?? "whole", plan.Earliest is { } earliest ? Instants.Format(earliest) : plan.Dataset.IsSnapshot ? "-" : "from now on",
        plan.LookBack is { } lookBack ? XmlConvert.ToString(lookBack) : plan.Dataset.IsSnapshot ? "-" : "without end",
        feed.Limits.Count == 0 ? "none" : string.Join(", ", feed.Limits.Select(l => $"{l.Requests} in {XmlConvert.ToString(l.Interval)}")),
    ];

    private static Task TellProgramAsync(
        CommandContext context, string asked, LoadedRegistry? loaded, IReadOnlyList<RegistryFault> faults, IReadOnlyList<string> warnings) => context.WriteJsonAsync(new
        {
            Place = asked,
            Faults = faults,
            Warnings = warnings,
            Datasets = loaded?.Feeds.SelectMany(f => f.Datasets.Select(d => new
            {
                f.OperatorId,
                f.FeedId,
                f.Protocol,
                f.Active,
                Dataset = d.Dataset.Name,
                CarriedBy = d.CarriedBy?.Name,
                CadenceSeconds = (long)d.Cadence.TotalSeconds,
                Axis = ListOperators.AxisWord(d.Axis),
                Earliest = CommandContext.Text(d.Earliest),
                LookBackDays = d.LookBack?.TotalDays,
                Limits = f.Limits.Select(l => new { l.Requests, PerSeconds = l.Interval.TotalSeconds }),
            })) ?? [],
        });
}
