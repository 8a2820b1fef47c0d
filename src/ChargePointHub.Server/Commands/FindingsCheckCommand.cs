using System.CommandLine;
using System.Globalization;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Server.Findings;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Findings;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Commands;

/// <summary><c>findings check</c>: what a hub does each night, now and for any period; hubs may run meanwhile.</summary>
internal static class FindingsCheckCommand
{
    public static Command Create(CommandContext context)
    {
        var only = QuarantineCommand.OperatorArgument();
        var period = new Option<string?>("--period")
        {
            Description = "What is judged, London time: 2026-11, 2026-W45, 2026-Q4, 2026-11-20 or 2026. Not given: the last five weeks, as each night.",
            HelpName = "PERIOD",
        };
        var json = CommandContext.JsonOption();
        var check = new ExampleCommand(
            "check", "Judges what is stored: sessions that overlap, statuses and sessions that contradict each other, silent charge points, shares over their thresholds. Shows each rule, how often, the worst, and what to do; /v1/operators/{id}/findings shows the same.",
            "findings check", "findings check lamplight --period 2026-11", "findings check --json") { only, period, json };
        check.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var options = context.Arguments.Read(parsed);
            var operators = RegistryDirectory.Of(OperatorFiles.Load(options.Operators).Operators);
            var wanted = operators.Where(o => parsed.GetValue(only) is not { } id || o.OperatorId == id).ToList();
            if (wanted.Count == 0 && parsed.GetValue(only) is { } asked) throw new StartException([QuarantineCommand.Unknown(asked, [.. operators.Select(o => o.OperatorId)])]);
            Window? window = parsed.GetValue(period) is { } text ? WindowOf(text, context.Time.GetUtcNow()) : null;
            await using var database = await context.OpenExistingAsync(options, ct);
            var store = new FindingStore(database.Source);
            await using var turn = await store.TryEnterAsync(ct) ?? throw new StartException(["A hub is at its nightly round, or another findings check is: try again when it is done."], ExitCode.Refused);
            var (checker, queries) = (new FindingCheck(database.Source, context.Time), new FindingQueries(database.Source));
            var done = new List<(string OperatorId, DatasetChecked Checked, IReadOnlyList<DatasetRuleState> States)>();
            foreach (var o in wanted)
            {
                context.Progress.Show($"Judging {o.OperatorId}");
                var result = await checker.RunAsync(o, window, ct);
                done.Add((o.OperatorId, result, await queries.ReadOfDatasetsAsync(o.OperatorId, Scope.Everything, ct)));
                context.Progress.Clear();
            }

            await (parsed.GetValue(json) ? context.WriteJsonAsync(done.Select(d => Listed(d.OperatorId, d.Checked, d.States))) : TellPersonAsync(context, done));
            return ExitCode.Done;
        }));
        return check;
    }

    private static Window WindowOf(string period, DateTimeOffset now)
    {
        if (!LondonCalendar.TryParsePeriod(period, out var window))
            throw new StartException([$"--period is '{period}'; it must be a London day, week, month, quarter or year of 2000 to 2099, such as 2026-11, 2026-W45, 2026-Q4, 2026-11-20 or 2026."]);
        return window.Value.From < now ? window.Value : throw new StartException([$"--period {period} has not begun."]);
    }

    private static async Task TellPersonAsync(CommandContext context, IReadOnlyList<(string OperatorId, DatasetChecked Checked, IReadOnlyList<DatasetRuleState> States)> done)
    {
        var open = done.SelectMany(d => d.States.Where(s => s.Open > 0).Select(s => (d.OperatorId, State: s))).ToList();
        if (open.Count > 0)
        {
            await context.WriteTableAsync(
            [
                ["OPERATOR", "RULE", "OPEN", "ENDED", "WORST"],
                .. open.Select(o => new[] { o.OperatorId, o.State.Rule.Code, Number(o.State.Open), Number(o.State.Ended), WorstOf(o.State) }),
            ]);
            foreach (var rule in open.Select(o => o.State.Rule).Distinct()) await context.Output.WriteLineAsync($"{rule}: {RuleCatalogue.Named(rule.Code)!.Fix}");
        }

        foreach (var (id, result, states) in done)
        {
            await context.Error.WriteLineAsync($"{id}: {result.Found} found, {result.Begun} of them new, {result.Ended} of before ended{(result.LeftOut > 0 ? $", {result.LeftOut} too many to keep" : "")}.");
            if (states.Where(s => s.JudgedPercent == 0).Select(s => s.Rule.Code).ToList() is { Count: > 0 } blind)
                await context.Error.WriteLineAsync($"{id}: not judged, as not all that they need of that time is here: {string.Join(", ", blind)}.");
        }
    }

    private static string WorstOf(DatasetRuleState state) => state.Worst is not [var worst, ..] ? "" : $"{worst.RecordId}{(worst.RecordId is null ? "" : ": ")}{FindingSentence.Of(state.Rule, worst)}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static object Listed(string operatorId, DatasetChecked result, IReadOnlyList<DatasetRuleState> states) => new
    {
        OperatorId = operatorId,
        result.Found,
        result.Begun,
        result.Ended,
        result.LeftOut,
        Rules = states.Select(s => new
        {
            Rule = s.Rule.Code,
            s.Open,
            s.Ended,
            From = Instants.Format(s.Window.From),
            To = Instants.Format(s.Window.To),
            s.JudgedPercent,
            ToDo = RuleCatalogue.Named(s.Rule.Code)!.Fix,
            Worst = s.Worst.Select(w => new { w.RecordId, w.ChargePointId, Sentence = FindingSentence.Of(s.Rule, w) }),
        }),
    };
}
