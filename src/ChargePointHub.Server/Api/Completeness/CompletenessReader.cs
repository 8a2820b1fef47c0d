using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Completeness;

/// <summary>Brings the ledger and the operator files together for the <see cref="Judge"/>.</summary>
public sealed class CompletenessReader(LedgerQueries ledger)
{
    public async Task<CompletenessStatement> ReadAsync(CompletenessQuestion question, Scope scope, CancellationToken cancellationToken)
    {
        var isOfOutages = question.Dataset == Dataset.Outages;
        var windows = await ledger.ReadAsync([question.Dataset, .. isOfOutages ? [Dataset.StatusChanges] : question.IsSeenByCrawls ? [Dataset.ChargePoints] : Array.Empty<Dataset>()], question.AsOfTick, scope, cancellationToken);
        var reporting = isOfOutages ? await ledger.ReadOutageReportersAsync(question.AsOfTick, scope, cancellationToken) : null;
        var operators = Judged(question.Operators, question.Dataset, PlanOf, windows);
        var (quarantined, isLeast) = await ledger.CountQuarantinedAsync(
            question.Dataset, [.. question.Operators.Select(o => o.OperatorId)], question.Window, scope, cancellationToken);
        var statement = question.Window is { } window
            ? Judge.OfWindow(window, question.Now, operators, quarantined, question.TimeField)
            : Judge.OfPresent(question.Now, operators, quarantined);

        // An answer of open data holds nothing that is restricted, whoever asks.
        var told = question.Dataset.IsRestricted ? scope : Scope.Public;
        return statement with { QuarantinedIsLeast = isLeast, Gaps = await WithCausesAsync(statement.Gaps, question, operators, told, cancellationToken) };

        // What the records come of: outages that an operator does not report are derived from its status changes, and as whole as these.
        ListedDataset? PlanOf(ListedOperator listed) => reporting is not null ? PlanOfOutages(listed, reporting)
            : listed.Find(question.Dataset) ?? (question.IsSeenByCrawls ? listed.Find(Dataset.ChargePoints) : null);
    }

    /// <summary>By which an operator's outages come in: its own, or its status changes where they are derived from these; null: it has neither.</summary>
    /// <param name="reporting">Operators that report their outages themselves, whatever their files say.</param>
    public static ListedDataset? PlanOfOutages(ListedOperator listed, IReadOnlySet<string> reporting) =>
        (reporting.Contains(listed.OperatorId) ? null : listed.Find(Dataset.StatusChanges)) ?? listed.Find(Dataset.Outages);

    public static IReadOnlyList<JudgedOperator> Judged(
        IReadOnlyList<ListedOperator> operators, Dataset dataset, IReadOnlyList<LedgerWindow> windows) => Judged(operators, dataset, o => o.Find(dataset), windows);

    private static IReadOnlyList<JudgedOperator> Judged(
        IReadOnlyList<ListedOperator> operators, Dataset dataset, Func<ListedOperator, ListedDataset?> planOf, IReadOnlyList<LedgerWindow> windows)
    {
        var byOperator = windows.ToLookup(w => (w.OperatorId, w.Dataset));
        return
        [
            .. operators.Select(o => (o.OperatorId, Plan: planOf(o))).Select(o => new JudgedOperator(
                o.OperatorId,
                o.Plan,
                Coverage.Of(byOperator[(o.OperatorId, o.Plan?.Dataset ?? dataset)].Where(w => w.Kind == ClaimKind.Covered).Select(w => w.Window)),
                [.. byOperator[(o.OperatorId, o.Plan?.Dataset ?? dataset)].Where(w => w.Kind == ClaimKind.Unavailable).Select(w => new LostWindow(w.Window, w.Cause))])),
        ];
    }

    /// <summary>
    /// Operators whose stored status may be told now: a fresh crawl, a feed of changes whose newest poll is fresh (its claim ends the
    /// settle time before it), or MISSING has been written for what the last crawl saw, so that what is stored is what the history says.
    /// </summary>
    public async Task<IReadOnlyList<string>> ReadFreshAsync(OperatorDirectory directory, DateTimeOffset now, Scope scope, CancellationToken cancellationToken, long? asOfTick = null)
    {
        var windows = await ledger.ReadAsync([Dataset.ChargePoints, Dataset.StatusChanges], asOfTick, scope, cancellationToken);
        var crawls = Judged(directory.Operators, Dataset.ChargePoints, windows);
        var changes = Judged(directory.Operators, Dataset.StatusChanges, windows);
        var swept = await ledger.ReadSweepsAsync(scope, cancellationToken);
        return
        [
            .. directory.Operators.Where((o, i) => crawls[i].Covered.Contains(now)
                || (changes[i].Plan is null && swept.TryGetValue(o.OperatorId, out var deadline) && deadline >= crawls[i].Covered.End)
                || (changes[i].Plan is { } plan && changes[i].Covered.End is { } end && end + plan.Settle >= now - plan.Freshness)).Select(o => o.OperatorId),
        ];
    }

    private async Task<IReadOnlyList<StatedGap>> WithCausesAsync(
        IReadOnlyList<StatedGap> gaps, CompletenessQuestion question, IReadOnlyList<JudgedOperator> operators, Scope scope, CancellationToken cancellationToken)
    {
        var open = gaps.Where(g => g.State == GapState.Open && scope.ReadsQuality(g.OperatorId)).ToList();
        var listed = open.Select(g => (Stated: g, Of: operators.First(o => o.OperatorId == g.OperatorId)))
            .Select(g => (g.Stated, Gap: GapCauseReading.Of(g.Stated, g.Of, question.TimeField, question.Now), g.Of.Plan)).Where(g => g.Gap is not null).ToList();
        var read = await GapCauseReading.ReadAsync(ledger, [.. listed.Select(g => (g.Gap!, g.Plan))], scope, cancellationToken);
        var causes = listed.Zip(read).ToDictionary(p => p.First.Stated, p => p.Second);
        return [.. gaps.Select(g => !scope.ReadsQuality(g.OperatorId) ? g with { Cause = null } : causes.TryGetValue(g, out var cause) ? g with { Cause = cause } : g)];
    }
}

/// <summary>What is asked of the ledger.</summary>
/// <param name="Operators">Those that the answer could hold records of.</param>
/// <param name="Window">Null: the present of a snapshot dataset.</param>
/// <param name="Now">When the first page was asked for.</param>
/// <param name="AsOfTick">Null on the first page.</param>
public sealed record CompletenessQuestion(
    Dataset Dataset, IReadOnlyList<ListedOperator> Operators, Window? Window, DateTimeOffset Now, long? AsOfTick)
{
    /// <summary>What the window is about.</summary>
    public TimeField TimeField { get; init; }

    /// <summary>Of an operator that provides none what crawls of its charge points see stands for it.</summary>
    public bool IsSeenByCrawls { get; init; }
}
