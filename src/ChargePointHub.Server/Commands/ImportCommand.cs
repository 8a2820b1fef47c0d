using System.CommandLine;
using ChargePointHub.Feeds.Protocols.Trial;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary><c>import submission</c>: takes in a file that an operator handed in, and says what became of it.</summary>
internal static class ImportCommand
{
    private const string Example = "import submission sessions-q3.csv --operator lamplight --period 2026-Q3";

    public static Command Create(CommandContext context) =>
        new ExampleCommand("import", "Takes in files that operators hand in.", Example, $"{Example} --dry-run") { SubmissionCommand(context) };

    private static ExampleCommand SubmissionCommand(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "CSV or XLSX, as the operator's file describes it." };
        var operatorId = new Option<string>("--operator") { Description = "Whose file it is: an operator_id.", HelpName = "OPERATOR", Required = true };
        var period = new Option<string>("--period") { Description = "What it holds, London time: 2026-Q3, 2026-07, 2026-W27, 2026-07-01 or 2026. All of that has come once the whole file was read.", HelpName = "PERIOD", Required = true };
        var dataset = QuarantineCommand.DatasetOption("What it holds", Dataset.All, "the only one that the operator hands in");
        var dry = new Option<bool>("--dry-run") { Description = "Shows each field of the first rows as it came and as it would be kept, reads and judges the file, and writes nothing." };
        var json = CommandContext.JsonOption();
        var submission = new ExampleCommand(
            "submission", "Reads a file, writes its good rows, keeps the others in quarantine, and reports each fault with line and column. The same file again changes nothing. Hubs may run meanwhile.",
            Example, $"{Example} --dry-run", $"{Example} --dataset charging_sessions --json") { file, operatorId, period, dataset, dry, json };
        submission.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var (path, options) = (parsed.GetRequiredValue(file), context.Arguments.Read(parsed));
            if (!File.Exists(path)) throw new StartException([$"{Path.GetFullPath(path)} is no file."]);
            var (feed, plan) = Chosen(OperatorFiles.Load(options.Operators), parsed.GetRequiredValue(operatorId), parsed.GetValue(dataset));
            var handed = new HandedIn(feed, plan, parsed.GetRequiredValue(period), WindowOf(parsed.GetRequiredValue(period), context.Time.GetUtcNow()), null);
            await using var content = File.OpenRead(path);
            void Show(int rows) => context.Progress.Show($"Reading {Path.GetFileName(path)}: {rows} rows");
            if (parsed.GetValue(dry))
            {
                var (tried, first) = SubmissionRun.TryOut(handed, content, context.Time, Show, ct);
                context.Progress.Clear();
                return await TellAsync(context, tried, isRepeated: false, parsed.GetValue(json), first);
            }

            await using var database = await context.OpenMigratedAsync(options, ct);
            var areas = new AreaIndex([.. options.Areas.Select(BoundaryLayer.Load)]);
            if (plan.Dataset == Dataset.ChargePoints && areas.Version is null)
                await context.Error.WriteLineAsync("No boundaries are loaded here, so new charge points have no borough, and who may read a borough misses them, until a hub with --areas starts next. Give the hub's own --areas FILE here as well.");
            var run = new SubmissionRun(new PageWriter(database.Source), new RunLog(database.Source), new SubmissionStore(database.Source), areas, context.Time);
            var (report, isRepeated) = await run.ExecuteAsync(handed, content, Show, ct);
            context.Progress.Clear();
            return await TellAsync(context, SubmissionReport.Read(report), isRepeated, parsed.GetValue(json));
        }));
        return submission;
    }

    /// <exception cref="StartException">No such operator, no dataset of its files, or more than one.</exception>
    private static (FeedDefinition Feed, DatasetPlan Plan) Chosen(LoadedRegistry registry, string operatorId, string? dataset)
    {
        if (registry.Operators.FirstOrDefault(o => o.OperatorId == operatorId) is not { } definition)
            throw new StartException([QuarantineCommand.Unknown(operatorId, [.. registry.Operators.Select(o => o.OperatorId)])]);
        var possible = definition.Submittable().ToList();
        var names = string.Join(", ", possible.Select(p => p.Plan.Dataset));
        if (possible.Count == 0) throw new StartException([$"{operatorId} hands in no files: its operator file has no feed of the protocol csv-v1 that is active."]);
        var chosen = possible.Where(p => dataset is null || p.Plan.Dataset.Name == dataset).ToList();
        return chosen.Count switch
        {
            1 => chosen[0],
            0 => throw new StartException([$"{operatorId} hands in no {dataset}. It hands in: {names}."]),
            _ => throw new StartException([$"{operatorId} hands in several datasets; say which with --dataset: {names}."]),
        };
    }

    private static Window WindowOf(string period, DateTimeOffset now)
    {
        if (!LondonCalendar.TryParsePeriod(period, out var window))
            throw new StartException([$"--period is '{period}'; it must be a London day, week, month, quarter or year of 2000 to 2099, such as 2026-Q3, 2026-07, 2026-W27, 2026-07-01 or 2026."]);
        return window.Value.From < now ? window.Value : throw new StartException([$"--period {period} has not begun."]);
    }

    private static async Task<ExitCode> TellAsync(CommandContext context, SubmissionReport report, bool isRepeated, bool json, IReadOnlyList<IReadOnlyList<TriedField>>? first = null)
    {
        var code = report.IsGood() ? ExitCode.Done : ExitCode.Refused;
        if (json)
        {
            await context.WriteJsonAsync(report);
            return code;
        }

        if (isRepeated) await context.Error.WriteLineAsync($"This very file came already, at {report.ReceivedAt}: nothing has been changed. What follows is its report of then.");
        foreach (var fields in first ?? [])
        {
            await context.Output.WriteLineAsync("A record: our field, as kept <- the column it came from, as sent");
            foreach (var line in TriedLines.Fields(fields)) await context.Output.WriteLineAsync(line);
            await context.Output.WriteLineAsync();
        }

        foreach (var line in SubmissionLines.Of(report)) await context.Output.WriteLineAsync(line);
        return code;
    }
}
