using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Store;
using ChargePointHub.Store.Findings;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Findings;

/// <summary>One operator's check: which times the ledger says are all here, and then the store's judgement of these.</summary>
public sealed class FindingCheck(Database database, TimeProvider time)
{
    /// <summary>Five weeks: every week is judged whole, and again when late records have come.</summary>
    public const int Days = 35;

    private readonly LedgerQueries ledger = new(database);
    private readonly FindingStore store = new(database);

    /// <summary>The last <see cref="Days"/> London days that are over, and those before them back to a Monday.</summary>
    public static Window UsualWindow(DateTimeOffset now)
    {
        var (today, first) = (LondonCalendar.DayOf(now), LondonCalendar.DayOf(now).AddDays(-Days));
        return LondonCalendar.Days(first.AddDays(-(((int)first.DayOfWeek + 6) % 7)), today.AddDays(-1));
    }

    /// <param name="asked">Null: the usual window. What of it is to come is left out.</param>
    public async Task<DatasetChecked> RunAsync(ListedOperator o, Window? asked, CancellationToken cancellationToken)
    {
        var now = Instants.ToStoredResolution(time.GetUtcNow());
        var windows = await ledger.ReadAsync([Dataset.ChargingSessions, Dataset.StatusChanges], null, Scope.Everything, cancellationToken);
        var check = WhatToCheck(
            o.OperatorId, asked ?? UsualWindow(now), now,
            CompletenessReader.Judged([o], Dataset.ChargingSessions, windows).Single(), CompletenessReader.Judged([o], Dataset.StatusChanges, windows).Single());
        return await store.CheckAsync(check, now, cancellationToken);
    }

    /// <summary>Pure.</summary>
    public static DatasetToCheck WhatToCheck(string operatorId, Window asked, DateTimeOffset now, JudgedOperator sessions, JudgedOperator statuses)
    {
        var window = Window.Between(asked.From, asked.To < now ? asked.To : now) ?? new Window(asked.From, asked.From + Instants.Resolution);
        var midnight = LondonCalendar.Day(LondonCalendar.DayOf(now)).From;
        var quiet = new Window((window.To < midnight ? window.To : midnight) - DatasetRule.Silence, window.To < midnight ? window.To : midnight);
        var around = DatasetToCheck.AroundOf(window, quiet);
        var isReported = statuses.Plan is { CarriedBy: null };
        var (sessionTimes, statusTimes) = (Known(sessions, around, now), isReported ? Known(statuses, around, now) : Coverage.None);

        // Charge points are judged as they are listed now: of a time long gone nobody could say that one still is silent.
        var isOfNow = window.To >= midnight && (sessions.Plan is not null || isReported);
        var isQuietKnown = isOfNow && (sessions.Plan is null || sessionTimes.Covers(quiet)) && (!isReported || statusTimes.Covers(quiet));
        var weeks = WeeksOf(window).ToList();
        return new DatasetToCheck(
            operatorId,
            window,
            sessionTimes,
            Window.Between(around.From, now - DatasetRule.Patience) is { } told ? sessionTimes.Intersect(told) : Coverage.None,
            statusTimes,
            isQuietKnown ? quiet : null,
            [.. weeks.Where(w => sessionTimes.Covers(w))],

            // What a crawl did not see is MISSING, and no minute of it counts.
            [.. weeks.Where(w => !isReported || statusTimes.Covers(w))]);
    }

    /// <summary>Whole London weeks within, from Monday on.</summary>
    private static IEnumerable<Window> WeeksOf(Window window)
    {
        var monday = LondonCalendar.DayOf(window.From);
        while (monday.DayOfWeek != DayOfWeek.Monday || LondonCalendar.Midnight(monday) < window.From) monday = monday.AddDays(1);
        for (var week = LondonCalendar.Days(monday, monday.AddDays(6)); week.To <= window.To; monday = monday.AddDays(7), week = LondonCalendar.Days(monday, monday.AddDays(6))) yield return week;
    }

    private static Coverage Known(JudgedOperator o, Window window, DateTimeOffset now)
    {
        if (o.Plan is null) return Coverage.None;
        var statement = Judge.OfWindow(window, now, [o], 0);
        return statement.SettledTo is { } settled && Window.Between(window.From, settled < window.To ? settled : window.To) is { } judged
            ? Coverage.Of(judged).Subtract(Coverage.Of(statement.Gaps.Select(g => g.Window)))
            : Coverage.None;
    }
}
