using System.CommandLine;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Trial;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary><c>feeds try</c>: one page of each dataset of an operator file, and what would become of it. Writes nothing.</summary>
internal static class FeedsTryCommand
{
    private static readonly FetchRules Once = FetchRules.Default with { Attempts = 1 };

    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "An operator file." };
        var feed = new Option<string?>("--feed") { Description = "Only this feed.", HelpName = "FEED_ID" };
        var dataset = new Option<string?>("--dataset") { Description = "Only this dataset.", HelpName = "DATASET" };
        var json = CommandContext.JsonOption();
        var command = new ExampleCommand(
            "try", "Asks for one page of each dataset and shows each field as it came and as it would be kept, what was found, and what of the answer is not read. Writes nothing.",
            "feeds try operators/lamplight.json", "feeds try operators/lamplight.json --dataset charging_sessions", "feeds try new.json --feed open-data --json") { file, feed, dataset, json };
        command.SetAction(context.Guarded(async (parsed, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new StartException([$"{Path.GetFullPath(path)} is no file. Name an operator file: `feeds try operators/lamplight.json`."]);
            if (OperatorFiles.Registry.Load(path) is not LoadedRegistry loaded)
            {
                var faults = ((RegistryRefused)OperatorFiles.Registry.Load(path)).Faults;
                throw new StartException([.. faults.Select(OperatorFiles.Line), $"{path}: faults: {faults.Count}. Nobody was asked."], ExitCode.Refused);
            }

            var chosen = Chosen(loaded, parsed.GetValue(feed), parsed.GetValue(dataset));
            using var factory = new FeedClientFactory(context.Time, Once);
            var tried = new List<TriedDataset>();
            foreach (var (ofFeed, plan) in chosen.SelectMany(c => FeedTrial.Lists(c.Feed, c.Plan).Select(f => (f, c.Plan))))
            {
                context.Progress.Show($"Asking {ofFeed.BaseUrl.Authority} for {plan.Dataset}");
                using var client = factory.Create(ofFeed);
                tried.Add(await FeedTrial.RunAsync(ofFeed, plan, client.FetchAsync, r => (Secrets.Resolve(r) as Secret)?.Value, context.Time, ct));
                context.Progress.Clear();
                if (!parsed.GetValue(json)) foreach (var line in TriedLines.Of(tried[^1])) await context.Output.WriteLineAsync(line);
            }

            if (parsed.GetValue(json)) await context.WriteJsonAsync(tried.Select(Listed));
            return tried.All(t => t.Failure is not null) ? ExitCode.Unreachable : tried.Any(t => t.Failure is not null || t.Refused > 0) ? ExitCode.Refused : ExitCode.Done;
        }));
        return command;
    }

    private static List<(FeedDefinition Feed, DatasetPlan Plan)> Chosen(LoadedRegistry loaded, string? feed, string? dataset)
    {
        var all = loaded.Feeds.SelectMany(f => f.Datasets.Select(d => (Feed: f, Plan: d))).ToList();
        if (feed is not null && all.All(c => c.Feed.FeedId != feed)) throw new StartException([Unknown("feed", feed, all.Select(c => c.Feed.FeedId))]);
        if (dataset is not null && all.All(c => c.Plan.Dataset.Name != dataset)) throw new StartException([Unknown("dataset", dataset, all.Select(c => c.Plan.Dataset.Name))]);
        var chosen = all.Where(c => (feed is null || c.Feed.FeedId == feed) && (dataset is null || c.Plan.Dataset.Name == dataset)).ToList();
        if (chosen.Count == 0) throw new StartException([$"Feed {feed} does not bring {dataset}; it brings {string.Join(", ", all.Where(c => c.Feed.FeedId == feed).Select(c => c.Plan.Dataset))}."]);
        // What another dataset carries comes in its answers.
        var asked = chosen.Where(c => c.Plan.CarriedBy is null && c.Feed.Csv is null).ToList();
        if (chosen.TrueForAll(c => c.Feed.Csv is not null))
            throw new StartException([$"Files of {chosen[0].Feed.OperatorId} are handed in, and nobody can be asked: `import submission FILE --operator {chosen[0].Feed.OperatorId} --dataset {chosen[0].Plan.Dataset} --period 2026-Q3 --dry-run` shows what becomes of one."]);
        return asked.Count > 0 ? asked : throw new StartException([$"{dataset} comes with {chosen[0].Plan.CarriedBy}; try that."]);
    }

    private static string Unknown(string what, string asked, IEnumerable<string> known)
    {
        var names = known.Distinct().ToList();
        return $"The file has no {what} '{asked}'.{(Nearest.Of(asked, names) is { } near ? $" Was {near} meant?" : "")} It has: {string.Join(", ", names)}.";
    }

    private static object Listed(TriedDataset t) => new
    {
        t.Feed.OperatorId,
        t.Feed.FeedId,
        t.Feed.Protocol,
        Dataset = t.Plan.Dataset.Name,
        Window = t.Window is { } w ? new { From = Instants.Format(w.From), To = Instants.Format(w.To) } : null,
        t.Asked,
        Failure = t.Failure is { } f ? new { Kind = Words<FailureKind>.Of(f.Kind), f.Detail } : null,
        t.IsWhole,
        t.Kept,
        t.Refused,
        t.Statuses,
        FirstRecord = t.First.Select(f => new { f.Name, Kept = Json(f.Kept), f.Path, Sent = f.Sent }),
        FirstRefused = t.FirstRefused is { } r ? new { r.OwnId, Document = JsonDocument.Parse(r.Document).RootElement, r.Findings } : null,
        Findings = t.Findings.Select(f => new { f.Rule, Severity = Words<Severity>.Of(f.Severity), f.Count, f.Sample.Pointer, f.Sample.Value, f.Sample.Message }),
        t.Unread,
    };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
