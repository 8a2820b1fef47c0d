using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Bulk;

/// <summary>One look at what files are wanted, and what of them is missing or no longer what the hub holds; the newest months are made first.</summary>
/// <param name="held">Scopes that live keys open now.</param>
/// <param name="betweenRemakes">At least so long a file stands, however much changes.</param>
public sealed partial class BulkRounds(
    HubServices hub, BulkStore store, BulkChanges changes, BulkMaker maker, Func<CancellationToken, Task<IReadOnlyCollection<Scope>>> held, TimeSpan betweenRemakes, ILogger log)
{
    /// <summary>Times are told from here on.</summary>
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <returns>Files that were made; null: another instance is making them.</returns>
    public async Task<int?> RunAsync(CancellationToken cancellationToken)
    {
        await using var turn = await store.TryEnterAsync(cancellationToken);
        if (turn is null) return null;
        await store.RegisterAsync(Scope.Public.Mark, hub.Now, cancellationToken);
        var scopes = await ReadScopesAsync(cancellationToken);
        var files = await store.ReadAsync(cancellationToken);
        await LookAsync(scopes, files, cancellationToken);
        var made = 0;
        foreach (var scope in scopes)
        {
            var due = new List<(BulkOrder Order, BulkFile? Before)>();
            var isWaitingFor = 0;
            foreach (var dataset in BulkFile.Datasets.Where(d => d.IsRestricted ? scope.Reads(d) : scope == Scope.Public))
            {
                foreach (var (order, before, isDue) in await TryLookAsync(scope, dataset, files, cancellationToken))
                {
                    if (before is null || PrecisionOf(scope, dataset) == TimePrecision.Exact) isWaitingFor++;
                    if (isDue) due.Add((order, before));
                }
            }

            await store.SetWaitingAsync(scope.Mark, isWaitingFor, cancellationToken);
            foreach (var (order, before) in due.OrderByDescending(d => d.Order.Month))
            {
                if (!await TryMakeAsync(scope, order, before, cancellationToken)) continue;
                made++;
                if (before is null || PrecisionOf(scope, order.Dataset) == TimePrecision.Exact) await store.SetWaitingAsync(scope.Mark, --isWaitingFor, cancellationToken);
            }
        }

        return made;
    }

    /// <summary>A look that takes too long, or fails, holds up no other.</summary>
    private async Task<IReadOnlyList<(BulkOrder Order, BulkFile? Before, bool IsDue)>> TryLookAsync(Scope scope, Dataset dataset, IReadOnlyList<BulkFile> files, CancellationToken cancellationToken)
    {
        try
        {
            return await WantedAsync(scope, dataset, [.. files.Where(f => f.Mark == scope.Mark && f.Dataset == dataset)], cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, the next look is another try.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && !DatabaseGone.Explains(failure))
#pragma warning restore CA1031
        {
            LogFailed(log, failure, dataset, "any month");
            return [];
        }
    }

    /// <summary>A month that cannot be made holds up no other.</summary>
    private async Task<bool> TryMakeAsync(Scope scope, BulkOrder order, BulkFile? before, CancellationToken cancellationToken)
    {
        try
        {
            if (await maker.MakeAsync(scope, order, before, cancellationToken) == BulkOutcome.Overtaken) return false;
            LogMade(log, order.Dataset, BulkReading.NameOf(order.Month));
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, the next look is another try.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && !DatabaseGone.Explains(failure))
#pragma warning restore CA1031
        {
            LogFailed(log, failure, order.Dataset, BulkReading.NameOf(order.Month));
            return false;
        }
    }

    private static TimePrecision PrecisionOf(Scope scope, Dataset dataset) => new RecordQuery { Dataset = dataset, Tick = 0, Limit = 0 }.PrecisionUnder(scope);

    /// <summary>Of scopes that asked for files those that somebody still holds; what was made for others goes.</summary>
    private async Task<IReadOnlyList<Scope>> ReadScopesAsync(CancellationToken cancellationToken)
    {
        var marks = await store.ReadMarksAsync(cancellationToken);
        var now = (await held(cancellationToken)).Append(Scope.Public).DistinctBy(s => s.Mark).ToDictionary(s => s.Mark);
        await store.ForgetAsync([.. marks.Where(m => !now.ContainsKey(m))], cancellationToken);
        return [.. marks.Where(now.ContainsKey).Select(m => now[m])];
    }

    /// <summary>Marks the files that hold something which changed since the last look.</summary>
    private async Task LookAsync(IReadOnlyList<Scope> scopes, List<BulkFile> files, CancellationToken cancellationToken)
    {
        var upTo = (await hub.Records.ReadClockAsync(cancellationToken)).Tick;
        var looked = await store.ReadLookedAsync(cancellationToken);
        if (looked?.Tick == upTo) return;
        var byMark = scopes.ToDictionary(s => s.Mark);
        var changed = new Dictionary<Guid, long>();
        foreach (var dataset in files.Where(_ => looked is not null).Select(f => f.Dataset).Distinct())
        {
            // A file of cut times made after the last look may be of before it: of the beginning of the unit then.
            var coarsest = scopes.Where(s => s.Reads(dataset)).Max(s => PrecisionOf(s, dataset));
            var since = coarsest == TimePrecision.Exact ? looked!.Value.Tick : await hub.Records.ReadTickAsync(coarsest.Cut(looked!.Value.At), cancellationToken);
            foreach (var change in await changes.ReadAsync(dataset, since, upTo, cancellationToken))
            {
                foreach (var file in files.Where(f => f.Dataset == dataset && f.SeenTick < change.Tick && (change.Month ?? f.Month) == f.Month))
                {
                    if (byMark.TryGetValue(file.Mark, out var scope) && scope.Reads(dataset, change.OperatorId))
                        changed[file.FileId] = Math.Max(change.Tick, changed.GetValueOrDefault(file.FileId));
                }
            }
        }

        await store.WriteLookedAsync([.. changed.Select(c => (c.Key, c.Value))], upTo, cancellationToken);
        for (var i = 0; i < files.Count; i++)
        {
            if (changed.TryGetValue(files[i].FileId, out var tick)) files[i] = files[i] with { ChangedTick = Math.Max(tick, files[i].ChangedTick) };
        }
    }

    /// <summary>Months that are missing or no longer what the hub holds, and whether each may be made now.</summary>
    private async Task<IReadOnlyList<(BulkOrder Order, BulkFile? Before, bool IsDue)>> WantedAsync(
        Scope scope, Dataset dataset, IReadOnlyList<BulkFile> files, CancellationToken cancellationToken)
    {
        var clock = await hub.Records.ReadClockAsync(cancellationToken);
        var precision = PrecisionOf(scope, dataset);
        var asOf = precision.Cut(clock.RecordedAt);
        var shown = precision == TimePrecision.Exact ? clock.Tick : await hub.Records.ReadTickAsync(asOf, cancellationToken);
        var operators = GrantedPart.Of(scope, dataset, hub.Directory.Operators, out _);
        var judged = dataset.IsSnapshot ? [] : CompletenessReader.Judged(operators, dataset, await hub.Ledger.ReadAsync([dataset], shown, scope, cancellationToken));
        var isOfAreas = scope.AreasOf(dataset)?.Rights.Any(r => r.Boroughs is not null) == true;
        var wanted = new List<(BulkOrder, BulkFile?, bool)>();
        foreach (var month in await MonthsAsync(scope, dataset, files, shown, asOf, judged, cancellationToken))
        {
            var order = new BulkOrder(scope.Mark, dataset, month, isOfAreas);
            if (files.SingleOrDefault(f => f.Month == month) is not { } file)
            {
                wanted.Add((order, null, true));
                continue;
            }

            var isStale = (file.ChangedTick > file.SeenTick && file.SeenTick < shown)
                || (!dataset.IsSnapshot && BulkReading.JudgedOf(Judge.OfWindow(file.Window, asOf, judged, 0)) != file.Judged);
            if (!isStale) continue;

            // Told of cut times it would say when within a unit something came.
            if (file.StaleSince is null && precision == TimePrecision.Exact) await store.SetStaleAsync(file.FileId, hub.Now, cancellationToken);
            wanted.Add((order, file, hub.Now - file.MadeAt >= betweenRemakes));
        }

        return wanted;
    }

    /// <summary>
    /// Settled months: from the hub's first tick on, or from the first record after operators began to be asked. Of the time before, where a charge point's clock may have stood at the
    /// beginning of the century, only months that hold records, and those that did when their file was made.
    /// </summary>
    private async Task<IEnumerable<DateOnly>> MonthsAsync(
        Scope scope, Dataset dataset, IReadOnlyList<BulkFile> files, long shown, DateTimeOffset asOf, IReadOnlyList<JudgedOperator> judged, CancellationToken cancellationToken)
    {
        if (dataset.IsSnapshot) return await hub.Records.ReadFirstTickAsync(cancellationToken) is { } start ? Months(start, asOf) : [];
        if (Judge.OfWindow(new Window(First, asOf), asOf, judged, 0).SettledTo is not { } settled) return [];
        var covered = judged.Where(o => o.Plan is not null).Min(o => o.Covered.Start);
        var months = files.Select(f => f.Month).ToHashSet();
        for (var from = First; from < asOf && await FirstRecordAsync(scope, dataset, shown, new Window(from, asOf), cancellationToken) is { } at; from = MonthOf(at).To)
        {
            if (MonthOf(at).To > covered)
            {
                months.UnionWith(Months(at, settled));
                break;
            }

            months.UnionWith(Months(at, settled).Take(1));
        }

        return months;
    }

    private static Window MonthOf(DateTimeOffset at)
    {
        var day = LondonCalendar.DayOf(at);
        return LondonCalendar.Month(day.Year, day.Month);
    }

    private static IEnumerable<DateOnly> Months(DateTimeOffset first, DateTimeOffset settledTo)
    {
        for (var month = LondonCalendar.DayOf(MonthOf(first).From); LondonCalendar.Month(month.Year, month.Month).To <= settledTo; month = month.AddMonths(1)) yield return month;
    }

    private async Task<DateTimeOffset?> FirstRecordAsync(Scope scope, Dataset dataset, long shown, Window within, CancellationToken cancellationToken)
    {
        await using var rows = await hub.Records.ReadAsync(new RecordQuery { Dataset = dataset, Tick = shown, Limit = 1, Window = within }, scope, cancellationToken);
        return await rows.NextAsync(cancellationToken) ? rows.Key().At : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bulk file made: {Dataset} of {Month}")]
    private static partial void LogMade(ILogger log, Dataset dataset, string month);

    [LoggerMessage(Level = LogLevel.Error, Message = "A bulk file could not be made: {Dataset} of {Month}")]
    private static partial void LogFailed(ILogger log, Exception failure, Dataset dataset, string month);
}
