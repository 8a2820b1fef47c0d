using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Rollups;

/// <summary>
/// Makes days of status once they have ended and settled, and makes those anew of which a page has brought something: until then readers work them out. Once a night it works
/// out the newest five weeks as if there were none, raises what differs, and mends it.
/// </summary>
internal sealed partial class StatusDayMaker(StatusRollup rollup, HubServices hub, TimeProvider time, ILogger<StatusDayMaker> log) : BackgroundService
{
    private const int NewestDays = 35;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);

    /// <summary>After it has settled a day is left alone for so long: polls are late, and what they bring would be made twice.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await LookAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!stoppingToken.IsCancellationRequested) LogFailed(log, failure.Message);
            }
        }
    }

    /// <summary>Makes all that is to be made, and checks where a night has come since the last time.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var wanted = await WantedAsync(cancellationToken);
        foreach (var due in await rollup.ReadDueAsync(wanted, cancellationToken))
        {
            while (await rollup.MakeAsync(due, cancellationToken) > 0) cancellationToken.ThrowIfCancellationRequested();
        }

        if (!RollupNights.IsDue((await rollup.ReadCheckAsync(cancellationToken))?.EndedAt, time.GetUtcNow())) return;
        await using var turn = await rollup.TryTakeTurnAsync(cancellationToken);
        if (turn is not null) await CheckAsync(wanted, cancellationToken);
    }

    private async Task CheckAsync(IReadOnlyList<StatusDaysWanted> wanted, CancellationToken cancellationToken)
    {
        var today = LondonCalendar.DayOf(time.GetUtcNow());
        var total = new RollupCheck(today.AddDays(-NewestDays), today.AddDays(-1), 0, 0, 0);
        foreach (var of in wanted)
        {
            StatusDifference? one = null;
            var check = await rollup.CheckAsync(of, total.FromDay, total.ToDay, d => one ??= d, cancellationToken);
            total = total with { Compared = total.Compared + check.Compared, Differences = total.Differences + check.Differences };
            if (one is { } d) LogDiffers(log, d.OperatorId, d.ChargePointId, d.Day, d.Stored, d.Computed);
        }

        HubMeter.RollupsDiffered(total.Differences);
        await rollup.KeepAsync(total, time.GetUtcNow(), cancellationToken);
        if (total.Differences == 0) LogHolds(log, total.Compared);
    }

    private async Task<IReadOnlyList<StatusDaysWanted>> WantedAsync(CancellationToken cancellationToken)
    {
        var operators = await rollup.ReadOperatorsAsync(cancellationToken);
        if (operators.Count == 0) return [];
        var points = await hub.Network.ReadAsync(await hub.Records.ReadClockAsync(cancellationToken), Dataset.StatusChanges, Scope.Everything, cancellationToken);
        var hours = points.Where(p => p.Hours is { IsAlways: false }).ToLookup(p => p.OperatorId);
        var (directory, now) = (hub.Directory, time.GetUtcNow());
        return
        [
            .. operators.Select(id => new StatusDaysWanted(
                id, SeenStatuses.ReportsOf(directory, id),
                LondonCalendar.DayOf(now - (directory.Find(id)?.Find(Dataset.StatusChanges)?.Settle ?? TimeSpan.Zero) - Patience).AddDays(-1),
                hours[id].ToDictionary(p => p.ChargePointId, p => p.Hours!, StringComparer.Ordinal))),
        ];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The days of status of {OperatorId} were not what its status changes say, and are mended: {ChargePointId} on {Day} had {Stored} and is {Computed}")]
    private static partial void LogDiffers(ILogger log, string operatorId, string chargePointId, DateOnly day, StatusMicroseconds stored, StatusMicroseconds computed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Days of status hold: {Days} charge point days are what their status changes say")]
    private static partial void LogHolds(ILogger log, long days);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Days of status were not made: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
