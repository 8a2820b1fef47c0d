using System.Security.Cryptography;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Protocols.Trial;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Submissions;

/// <summary>What is handed in.</summary>
/// <param name="Period">As stated.</param>
/// <param name="Window">What the period means.</param>
/// <param name="KeyId">Under which it is uploaded; null: by a command.</param>
public sealed record HandedIn(FeedDefinition Feed, DatasetPlan Plan, string Period, Window Window, string? KeyId);

/// <summary>
/// The story of one file: open a run, read it through, read again, place, save page by page, claim the period with the last page, close the run, keep the report.
/// Pages go through <see cref="PageWriter"/> under the operator's page lock, as a command's do: hubs may run meanwhile.
/// </summary>
public sealed class SubmissionRun(PageWriter writer, RunLog runs, SubmissionStore submissions, AreaIndex areas, TimeProvider time)
{
    /// <summary>Reading an upload takes no longer. Who brings a file by a command waits as long as he likes.</summary>
    private static readonly TimeSpan MostReading = TimeSpan.FromMinutes(2);

    /// <summary>What reading alone shows, and the first records field by field; nothing is written.</summary>
    public static (SubmissionReport Report, IReadOnlyList<IReadOnlyList<TriedField>> First) TryOut(HandedIn handed, Stream content, TimeProvider time, Action<int>? afterRows, CancellationToken cancellationToken)
    {
        var (now, tally) = (time.GetUtcNow(), new ReportTally());
        var reader = new SubmissionReader(handed.Feed, handed.Plan, WindowOf(handed), now);
        IReadOnlyList<IReadOnlyList<TriedField>> first = [];
        var (fault, rows) = ReadThrough(reader, content, tally, afterRows, cancellationToken, page =>
        {
            if (page.Number == 1) first = TrialFields.OfFile(handed.Feed, handed.Plan, page.Records, reader.FirstRows);
        });
        return (Report(Guid.Empty, handed, now, HashOf(content), rows, tally, null, null, fault, reader), first);
    }

    /// <summary>
    /// The same file again finds its report, and changes nothing; unless it ended in a fault, or is read in another way now. Then it is still as old as
    /// when it first came: it turns back nothing that has come since, and holds nothing that has happened since.
    /// </summary>
    /// <returns>True: it had come before, and nothing was changed.</returns>
    public async Task<(string Report, bool IsRepeated)> ExecuteAsync(HandedIn handed, Stream content, Action<int>? afterRows, CancellationToken cancellationToken)
    {
        var key = new FeedKey(handed.Feed.OperatorId, handed.Feed.FeedId, handed.Plan.Dataset);
        var (hash, judgedWith) = (HashOf(content), JudgeVersion.Of(handed.Feed));
        var (now, started) = (Instants.ToStoredResolution(time.GetUtcNow()), time.GetTimestamp());
        var before = await submissions.FindAsync(key, handed.Period, hash, judgedWith, cancellationToken);
        if (before is not null && SubmissionReport.Read(before.Report).Fault is null) return (before.Report, true);

        var first = await submissions.FirstReceivedAsync(key, handed.Period, hash, cancellationToken) ?? now;
        var refusal = await RefusalAsync(handed, key, hash, first, cancellationToken);
        var id = before?.SubmissionId ?? Guid.CreateVersion7(now);
        var tick = await submissions.TickAsync(cancellationToken);
        var run = await runs.OpenAsync(key, RunKind.Submission, WindowOf(handed), now, cancellationToken);
        var progress = new Progress();
        try
        {
            // What was read to its end is claimed: its run and its report are kept, whoever hangs up meanwhile.
            var (reader, fault, rows) = await ReadAsync(handed, key, run, judgedWith, content, (now, first), refusal, progress, afterRows, cancellationToken);
            await runs.CloseAsync(
                run, fault is null ? RunOutcome.Completed : RunOutcome.Failed, time.GetUtcNow(), progress.Counts, CancellationToken.None,
                fault is null ? null : Words<FailureKind>.Of(KindOf(fault.Kind)), fault?.Message);
            HubMeter.RunEnded(key, RunKind.Submission, fault is null ? "completed" : Words<FailureKind>.Of(KindOf(fault.Kind)), progress.Counts, time.GetElapsedTime(started));
            var report = Report(
                id, handed, now, hash, rows, progress.Tally, fault is null ? Claimed(handed, first) : null, progress.Writes, fault, reader);
            var json = JsonSerializer.Serialize(report, SubmissionReport.Json);
            await submissions.SaveAsync(new Submission(id, key, handed.Period, hash, judgedWith, now, handed.KeyId, run, json), before?.RunId, tick, CancellationToken.None);
            var kept = (await submissions.FindAsync(key, handed.Period, hash, judgedWith, CancellationToken.None))!;
            return (kept.Report, kept.RunId != run);
        }
        catch
        {
            // Whatever it was, the run is over; who waits is told what it was by the caller.
            await runs.CloseAsync(run, RunOutcome.Abandoned, time.GetUtcNow(), progress.Counts, CancellationToken.None);
            throw;
        }
    }

    private async Task<(SubmissionReader Reader, SubmissionFault? Fault, int Rows)> ReadAsync(
        HandedIn handed, FeedKey key, Guid run, string judgedWith, Stream content, (DateTimeOffset Now, DateTimeOffset First) at, SubmissionFault? refusal, Progress progress, Action<int>? afterRows,
        CancellationToken cancellationToken)
    {
        var reader = new SubmissionReader(handed.Feed, handed.Plan, WindowOf(handed), at.Now);
        if (refusal is not null) return (reader, refusal, 0);
        var tried = new ReportTally();
        using var patience = new CancellationTokenSource(handed.KeyId is null ? Timeout.InfiniteTimeSpan : MostReading, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            if (ReadThrough(reader, content, tried, null, either.Token) is ({ KeepsNothing: true } misread, var read))
            {
                progress.Tally = tried;
                return (reader, misread, read);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (reader, new SubmissionFault(SubmissionFaultKind.TooLarge, null, $"Reading the file took longer than {MostReading.TotalMinutes} minutes, and nothing of it is kept. Send it as CSV, or in parts of shorter periods."), 0);
        }

        foreach (var step in reader.Read(content, cancellationToken))
        {
            if (step is SubmissionEnded ended) return (reader, ended.Fault, ended.Rows);
            var page = (SubmittedPage)step;
            // What a list of months ago says of the present is nothing.
            var records = page.Records with { Statuses = [] };
            var written = await writer.WriteAsync(
                new PageToWrite
                {
                    Feed = key,
                    RunId = run,
                    PageNumber = page.Number,
                    AskedAt = at.Now,
                    Records = records,
                    JudgedWith = judgedWith,
                    Areas = areas.Version is null ? new Dictionary<string, AreaCodes>() : records.ChargePoints.ToDictionary(c => c.Record.ChargePointId, c => areas.Place(c.Record.Latitude, c.Record.Longitude)),
                    LastUpdatedLies = handed.Feed.LastUpdatedLies,
                    LaterArrivalWins = handed.Plan.LaterArrivalWins,
                    Asked = WindowOf(handed),
                    Claims = page.IsLast ? Claims(handed, at.Now, at.First) : [],
                },
                cancellationToken);
            progress.Tally.Add(written.Taken, written.Refused);
            foreach (var finding in page.OfFile) progress.Tally.Add(finding);
            progress.Counts = progress.Counts.Plus(written, requests: 0);
            progress.Writes = progress.Writes.Plus(written);
            afterRows?.Invoke(page.Rows);
            if (page.IsLast) return (reader, null, page.Rows);
        }

        throw new InvalidOperationException("The reading of a file ends with its last page, or with what ended it.");
    }

    /// <summary>Reads to the end, and writes nothing.</summary>
    private static (SubmissionFault? Fault, int Rows) ReadThrough(
        SubmissionReader reader, Stream content, ReportTally tally, Action<int>? afterRows, CancellationToken cancellationToken, Action<SubmittedPage>? afterPage = null)
    {
        var (fault, rows) = ((SubmissionFault?)null, 0);
        foreach (var step in reader.Read(content, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            (fault, rows) = step is SubmissionEnded ended ? (ended.Fault, ended.Rows) : (null, ((SubmittedPage)step).Rows);
            if (step is SubmittedPage page)
            {
                tally.Add(page.Records, page.Records.Refused.Count);
                foreach (var finding in page.OfFile) tally.Add(finding);
                afterPage?.Invoke(page);
            }

            afterRows?.Invoke(rows);
        }

        return (fault, rows);
    }

    /// <summary>Of a list of now a claim begins now, as that of a crawl does: with it refused rows that it no longer brings are forgotten.</summary>
    private static List<Claim> Claims(HandedIn handed, DateTimeOffset now, DateTimeOffset first)
    {
        if (Claimed(handed, first) is not { } window) return [];
        var dataset = handed.Plan.Dataset;
        if (!dataset.IsSnapshot) return [new Claim(dataset, window, ClaimKind.Covered, Late: new Lateness(TimeSpan.Zero, 2 * handed.Plan.Cadence))];
        Window?[] parts = [Window.Between(window.From, now < window.To ? now : window.To), Window.Between(now > window.From ? now : window.From, window.To)];
        return [.. parts.OfType<Window>().Select(w => new Claim(dataset, w, ClaimKind.Covered))];
    }

    /// <summary>What keeps bytes from being read that are as old as when they first came; null: nothing.</summary>
    private async Task<SubmissionFault?> RefusalAsync(HandedIn handed, FeedKey key, byte[] hash, DateTimeOffset first, CancellationToken cancellationToken)
    {
        var dataset = handed.Plan.Dataset;
        if (dataset == Dataset.ReportedUsage && first < handed.Window.To && handed.Window.To <= time.GetUtcNow())
            return new SubmissionFault(SubmissionFaultKind.PeriodNotOver, null, $"These very bytes came at {Instants.Format(first)} already, before {handed.Period} was over: they cannot be figures of all of it. Work them out anew and send that file.");
        // Where rows say when they changed, that decides which is newer.
        if (!dataset.IsSnapshot && !handed.Plan.LaterArrivalWins) return null;
        foreach (var (period, received) in await submissions.WholeAsync(key, hash, cancellationToken))
        {
            if (!LondonCalendar.TryParsePeriod(period, out var parsed) || parsed is not { } stated) continue;
            if (dataset.IsSnapshot && stated.From > handed.Window.From)
                return Superseded($"A list of {period} has come already, which begins later than {handed.Period}: this one would turn back what is newer.");
            if (received > first && (dataset.IsSnapshot ? stated.From == handed.Window.From : stated.Overlaps(handed.Window)))
                return Superseded($"These very bytes came at {Instants.Format(first)} already, and another file of {period} at {Instants.Format(received)}: they would turn back what is newer. If they hold after all, send them in a file that differs, by an empty line at its end.");
        }

        return null;
    }

    private static SubmissionFault Superseded(string message) => new(SubmissionFaultKind.Superseded, null, message);

    /// <summary>Of events what had happened of the period when these bytes first came; a list of what there is holds for its period and as long as it is fresh after it.</summary>
    private static Window? Claimed(HandedIn handed, DateTimeOffset first) => handed.Plan.Dataset.IsSnapshot
        ? new Window(handed.Window.From, handed.Window.To + handed.Plan.Freshness)
        : Window.Between(handed.Window.From, handed.Window.To < first ? handed.Window.To : Instants.ToWholeSecond(first));

    private static Window? WindowOf(HandedIn handed) => handed.Plan.Dataset.IsSnapshot ? null : handed.Window;

    private static byte[] HashOf(Stream content)
    {
        content.Position = 0;
        return SHA256.HashData(content);
    }

    private static FailureKind KindOf(SubmissionFaultKind kind) => kind switch
    {
        SubmissionFaultKind.Cut => FailureKind.Truncated,
        SubmissionFaultKind.TooLarge => FailureKind.TooLarge,
        _ => FailureKind.ProtocolError,
    };

    private static SubmissionReport Report(
        Guid id, HandedIn handed, DateTimeOffset now, byte[] hash, int rows, ReportTally tally, Window? claimed, ReportedWrites? written, SubmissionFault? fault,
        SubmissionReader reader) => new(
            id, handed.Feed.OperatorId, handed.Plan.Dataset.Name, handed.Period, Instants.Format(now), Convert.ToHexStringLower(hash), rows, tally.Accepted, tally.Refused,
            claimed is { } c ? new ReportedWindow(Instants.Format(c.From), Instants.Format(c.To)) : null, written,
            fault is null ? null : ReportTally.Fault(fault), reader.UnreadColumns, [.. reader.PersonalColumns], tally.Rules());

    private sealed class Progress
    {
        public RunCounts Counts { get; set; } = new();

        public ReportedWrites Writes { get; set; } = new(0, 0, 0, 0, 0, 0, 0);

        public ReportTally Tally { get; set; } = new();
    }
}
