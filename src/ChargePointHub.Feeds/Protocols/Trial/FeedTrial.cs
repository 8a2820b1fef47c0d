using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Trial;

/// <summary>Asks a feed for the first page of a dataset, as a pull does, and tells what becomes of it. For whoever writes an operator file.</summary>
public static class FeedTrial
{
    /// <summary>A page of a loop takes many requests, and a list of ids before it.</summary>
    private const int MostRequests = 25;

    /// <summary>What a dataset is asked for by: once, or once for each list that it is made of, so that the first page of each is seen.</summary>
    public static IReadOnlyList<FeedDefinition> Lists(FeedDefinition feed, DatasetPlan plan) =>
        OcpiVersion.Of(feed) is not null && plan.Dataset == Dataset.ChargingSessions
            ? [.. feed.Ocpi.SessionModules.Select(m => feed with { Ocpi = feed.Ocpi with { SessionModules = [m] } })]
            : [feed];

    public static async Task<TriedDataset> RunAsync(
        FeedDefinition feed, DatasetPlan plan, Fetch fetch, Func<string, string?> credential, TimeProvider clock, CancellationToken cancellationToken)
    {
        var asked = new List<string>();
        var answers = new List<JsonDocument>();
        var protocol = ProtocolCatalogue.Create(_ => RememberAsync, credential, clock).Single(p => p.Name == feed.Protocol);
        var window = plan.Dataset.IsSnapshot ? (Window?)null : LatestWindow(plan, clock.GetUtcNow());
        PulledPage? page = null;
        FeedFailure? failure = null;
        try
        {
            await foreach (var step in protocol.PullAsync(new PullRequest(feed, plan, window), cancellationToken))
            {
                // What is wrong with a page's chain comes behind the page.
                if (step is PullFailed failed) failure = failed.Failure;
                if (step is PulledPage came && page is null) page = came;
                else break;
                if (page.IsLast || page.Continuation is not null) break;
            }

            return Told(feed, plan, window, asked, failure, page, answers);
        }
        finally
        {
            foreach (var answer in answers) answer.Dispose();
        }

        async Task<FetchResult> RememberAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken ct, FetchForm? form)
        {
            if (asked.Count >= MostRequests) return new FetchFailed(new FeedFailure(FailureKind.ProtocolError, $"No page was complete after {MostRequests} requests, and a trial makes no more.", ""), 0);
            asked.Add($"{(form?.Body is null ? "" : "POST ")}{MaskedUrl.Of(url)}");
            var result = await fetch(url, headers, ct, form);
            // The pull disposes of its own.
            if (result is Fetched fetched) answers.Add(JsonDocument.Parse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(fetched.Json.RootElement).ToArray()));
            return result;
        }
    }

    private static Window LatestWindow(DatasetPlan plan, DateTimeOffset now)
    {
        var to = Instants.ToWholeSecond(now - plan.Settle);
        var length = plan.LookBack is { } back && back < plan.LongestWindow ? back : plan.LongestWindow;
        return new Window(to - length, to);
    }

    private static TriedDataset Told(
        FeedDefinition feed, DatasetPlan plan, Window? window, IReadOnlyList<string> asked, FeedFailure? failure, PulledPage? page, List<JsonDocument> answers)
    {
        var records = page?.Records ?? new RecordPage();
        var mapping = TrialMapping.Of(feed, plan);
        var (first, kept) = TrialFields.Record(plan.Dataset, records);
        return new TriedDataset(
            feed, plan, window, asked, failure, page?.IsLast ?? false, kept, records.Refused.Count, records.Statuses.Count,
            first is null ? [] : TrialFields.Of(first, mapping, answers, feed.OperatorId), records.Refused is [var refused, ..] ? refused : null,
            [
                .. records.Findings.GroupBy(f => f.Rule).Select(g => new TriedFinding(g.Key, g.First().Severity, g.Count(), g.First()))
                    .OrderByDescending(f => f.Severity).ThenByDescending(f => f.Count).ThenBy(f => f.Rule, StringComparer.Ordinal),
            ],
            mapping is null || answers.Count == 0 ? null : Unread(mapping, answers));
    }

    private static List<UnreadField> Unread(FeedMapping mapping, List<JsonDocument> answers)
    {
        var unread = new UnreadFields(mapping.List, mapping.Fields.Fields, mapping.Fields.Connectors).Of(answers[^1].RootElement).ToList();
        // The list of status is read first.
        if (mapping.Status is { } status && answers.Count > 1)
            unread.AddRange(new UnreadFields(status.List, status.Fields, []).Of(answers[0].RootElement).Select(f => f with { Path = $"status: {f.Path}" }));
        return unread;
    }
}
