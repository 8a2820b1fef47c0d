using ChargePointHub.Model;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Rollups;

/// <summary>
/// Recomputes roll-ups once a night, out of the records, and raises what differs: a figure must be what its records say. Each night the newest five weeks, and of
/// what came before one of 28 parts, so that everything is looked at once in four weeks. What differs is made anew at once. Days that have come to rest are packed.
/// </summary>
internal sealed partial class RollupNights(UsageRollup usage, UsagePacker packer, TimeProvider time, ILogger<RollupNights> log) : BackgroundService
{
    private const int NewestDays = 35;
    private const int Parts = 28;

    /// <summary>Pages still bring something of so many days with almost every poll: packed they would be packed in vain.</summary>
    private const int DaysAtWork = 3;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);
    private static readonly TimeOnly At = new(3, 0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
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

            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes what has never been made, and recomputes where a night has come since the last time.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await PackAsync(cancellationToken);
        await MakeAsync(cancellationToken);
    }

    private async Task PackAsync(CancellationToken cancellationToken)
    {
        var before = LondonCalendar.DayOf(time.GetUtcNow()).AddDays(1 - DaysAtWork);
        foreach (var operatorId in await packer.ReadDueAsync(before, cancellationToken))
        {
            try
            {
                while (await packer.PackAsync(operatorId, before, cancellationToken) > 0) cancellationToken.ThrowIfCancellationRequested();
            }
#pragma warning disable CA1031 // One operator whose days cannot be packed holds up no other, and is read by its rows; the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (cancellationToken.IsCancellationRequested) throw;
                LogNotPacked(log, operatorId, failure.Message);
            }
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        var unbuilt = await usage.ReadUnbuiltAsync(cancellationToken);
        var isDue = IsDue((await usage.ReadCheckAsync(cancellationToken))?.EndedAt, time.GetUtcNow());
        if (unbuilt.Count == 0 && !isDue) return;
        await using var turn = await usage.TryTakeTurnAsync(cancellationToken);
        if (turn is null) return;
        foreach (var operatorId in unbuilt)
        {
            try
            {
                await usage.RebuildAsync(operatorId, null, cancellationToken);
                LogBuilt(log, operatorId);
            }
#pragma warning disable CA1031 // One operator whose days cannot be made holds up no other; the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (cancellationToken.IsCancellationRequested) throw;
                LogNotBuilt(log, operatorId, failure.Message);
            }
        }

        if (isDue) await RecomputeAsync(cancellationToken);
    }

    private async Task RecomputeAsync(CancellationToken cancellationToken)
    {
        var today = LondonCalendar.DayOf(time.GetUtcNow());
        var (first, last) = await usage.ReadSpanAsync(cancellationToken) ?? (today, today);
        var newest = today.AddDays(-NewestDays) > first ? today.AddDays(-NewestDays) : first;
        var total = new RollupCheck(newest, last, 0, 0, 0);
        foreach (var (from, to) in PartsOf(first, newest, last, today))
        {
            var differing = new SortedDictionary<string, UsageDifference>(StringComparer.Ordinal);
            var check = await usage.CompareAsync(from, to, null, d => differing.TryAdd(d.OperatorId, d), null, cancellationToken);
            total = total with { FromDay = from < total.FromDay ? from : total.FromDay, Compared = total.Compared + check.Compared, Sessions = total.Sessions + check.Sessions, Differences = total.Differences + check.Differences };
            foreach (var (operatorId, d) in differing)
            {
                LogDiffers(log, operatorId, d.ChargePointId, d.Day, d.Stored, d.Computed);
                await usage.RebuildAsync(operatorId, null, cancellationToken);
            }
        }

        HubMeter.RollupsDiffered(total.Differences);
        await usage.KeepAsync(total, time.GetUtcNow(), cancellationToken);
        if (total.Differences == 0) LogHolds(log, total.Compared, total.Sessions);
    }

    /// <summary>The newest days, and this night's part of those before; both ends inclusive.</summary>
    internal static IEnumerable<(DateOnly From, DateOnly To)> PartsOf(DateOnly first, DateOnly newest, DateOnly last, DateOnly today)
    {
        yield return (newest, last);
        var (length, part) = (newest.DayNumber - first.DayNumber, today.DayNumber % Parts);
        var (from, to) = (first.AddDays(length * part / Parts), first.AddDays((length * (part + 1) / Parts) - 1));
        if (from <= to) yield return (from, to);
    }

    /// <summary>Whether three o'clock in London has struck since.</summary>
    internal static bool IsDue(DateTimeOffset? endedAt, DateTimeOffset now)
    {
        return endedAt is null || NightOf(endedAt.Value) < NightOf(now);

        static DateOnly NightOf(DateTimeOffset instant)
        {
            var local = LondonCalendar.ToLocal(instant).DateTime;
            return DateOnly.FromDateTime(local).AddDays(TimeOnly.FromDateTime(local) >= At ? 0 : -1);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The roll-up of {OperatorId} was not what its sessions say, and is made anew: {ChargePointId} on {Day} had {Stored} and adds up to {Computed}")]
    private static partial void LogDiffers(ILogger log, string operatorId, string chargePointId, DateOnly day, UsageFigures stored, UsageFigures computed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Roll-ups hold: {Days} charge point days are what {Sessions} sessions add up to")]
    private static partial void LogHolds(ILogger log, long days, long sessions);

    [LoggerMessage(Level = LogLevel.Information, Message = "The days of {OperatorId} were made of the sessions that were here before")]
    private static partial void LogBuilt(ILogger log, string operatorId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The days of {OperatorId} could not be made, so that no figures of it are told: {Reason}")]
    private static partial void LogNotBuilt(ILogger log, string operatorId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Days of {OperatorId} were not packed, so that figures of many charge points take longer: {Reason}")]
    private static partial void LogNotPacked(ILogger log, string operatorId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Roll-ups were not recomputed: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
