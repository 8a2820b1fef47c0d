using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>How far checking again has come.</summary>
/// <param name="Counts">Of those checked so far.</param>
/// <param name="ByRule">How often each rule of severity error still refuses.</param>
public sealed record RecheckProgress(RecheckCounts Counts, IReadOnlyDictionary<string, int> ByRule);

/// <summary>
/// Checks an operator's refused records again by the rules of now, from the record as it came; what passes is written like any
/// page's records. Snapshot datasets are left out: the next whole crawl brings what there is now, and an old record could bring
/// back what is gone.
/// </summary>
public sealed class QuarantineRecheck(QuarantineStore quarantine, PageWriter writer, TimeProvider time)
{
    private const int Batch = 500;

    /// <summary>Found with the operator's whole answer in hand, which is gone: these stay as they were found.</summary>
    private static readonly string[] OfTheAnswer =
        [ValueRules.PersonalDataPresent.Code, OutageRules.TextPersonal.Code, ValueRules.OutsideWindow.Code, TableRules.RowWidth.Code, TableRules.EndOfLineMissing.Code, TableRules.CellError.Code, TableRules.CellFormula.Code, TableRules.CellMerged.Code];

    public static IReadOnlyList<Dataset> Datasets { get; } = [.. Dataset.All.Where(d => !d.IsSnapshot)];

    /// <param name="onlyOtherwiseJudged">Leaves out what was refused by these very rules.</param>
    /// <param name="write">False: only says what would be; a session that would wait then counts as released.</param>
    /// <param name="leaseToken">Null: a person's command.</param>
    /// <param name="afterBatch">Awaited after each batch with what has become of all so far; other work may be done meanwhile.</param>
    public async Task<RecheckProgress> RunAsync(
        OperatorDefinition definition, IReadOnlyList<Dataset> datasets, bool onlyOtherwiseJudged, bool write, long? leaseToken, Func<RecheckProgress, Task>? afterBatch,
        CancellationToken cancellationToken)
    {
        var (counts, byRule) = (new RecheckCounts(0, 0, 0), new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var feed in definition.Feeds)
        {
            foreach (var dataset in datasets.Where(d => !d.IsSnapshot))
            {
                var version = JudgeVersion.Of(feed);
                for (QuarantineKey? after = null; ;)
                {
                    var records = await quarantine.ReadAsync(
                        definition.OperatorId, feed.FeedId, dataset, onlyOtherwiseJudged ? version : null, after, Batch, cancellationToken);
                    if (records.Count == 0) break;
                    after = records[^1].Key;
                    List<Rechecked> judged = [.. records.Select(r => Judge(feed, r)).OfType<Rechecked>().Select(r => r.AsTaken(feed.OperatorId, time.GetUtcNow()))];
                    if (judged.Count == 0) continue;
                    counts += write
                        ? (await writer.WriteAsync(PageOf(feed, dataset, version, judged, leaseToken), cancellationToken)).Rechecked
                        : new RecheckCounts(judged.Count(r => r.Passes), 0, judged.Count(r => !r.Passes));
                    foreach (var rule in judged.SelectMany(r => r.Judged.Refused).SelectMany(RefusingRules)) byRule[rule] = byRule.GetValueOrDefault(rule) + 1;
                    if (afterBatch is not null) await afterBatch(new RecheckProgress(counts, byRule));
                }
            }
        }

        return new RecheckProgress(counts, byRule);
    }

    private static Rechecked? Judge(FeedDefinition feed, QuarantinedRecord record)
    {
        try
        {
            // What only the store refused was mapped already.
            if (record.Accepted() is { } accepted) return new Rechecked(record.Key, new RecordPage { StatusChanges = [accepted] });
        }
        catch (JsonException)
        {
            // It stays as it was found; the others are checked.
            return null;
        }

        if (ProtocolCatalogue.JudgeAgain(feed, record.Key.Dataset, record.Document, record.RecordedAt) is not { } judged) return null;
        IReadOnlyList<Finding> With(IReadOnlyList<Finding> found) => [.. found, .. record.Findings.Where(f => OfTheAnswer.Contains(f.Rule) && !found.Contains(f))];
        return new Rechecked(record.Key, new RecordPage
        {
            ChargingSessions = [.. judged.ChargingSessions.Select(s => s with { Findings = With(s.Findings) })],
            Outages = [.. judged.Outages.Select(o => o with { Findings = With(o.Findings) })],
            ReportedUsage = [.. judged.ReportedUsage.Select(u => u with { Findings = With(u.Findings) })],
            StatusChanges = [.. judged.StatusChanges.Select(c => c with { Findings = With(c.Findings) })],
            Refused = [.. judged.Refused.Select(r => r with { Findings = With(r.Findings) })],
        });
    }

    private PageToWrite PageOf(FeedDefinition feed, Dataset dataset, string version, IReadOnlyList<Rechecked> judged, long? leaseToken) => new()
    {
        Feed = new FeedKey(feed.OperatorId, feed.FeedId, dataset),
        RunId = Guid.CreateVersion7(time.GetUtcNow()),
        LeaseToken = leaseToken,
        PageNumber = 1,
        AskedAt = time.GetUtcNow(),
        Records = new RecordPage(),
        Rechecks = judged,
        JudgedWith = version,
        LastUpdatedLies = feed.LastUpdatedLies,
        LaterArrivalWins = feed.Datasets.FirstOrDefault(d => d.Dataset == dataset)?.LaterArrivalWins ?? false,
    };

    private static IEnumerable<string> RefusingRules(RefusedRecord refused) =>
        refused.Findings.Where(f => f.Severity == Severity.Error).Select(f => f.Rule).Distinct(StringComparer.Ordinal);
}
