using ChargePointHub.Model;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Store.Findings;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Findings;

/// <summary>All operators, one after the other, on one instance.</summary>
public sealed partial class FindingRounds(FindingCheck check, FindingStore store, Func<OperatorDirectory> directory, TimeProvider time, ILogger<FindingRounds> log)
{
    /// <summary>London time at which a night's round is due: the day before is over, and settled.</summary>
    public static readonly TimeOnly Due = new(3, 30);

    /// <summary>The newest instant at which a round was due.</summary>
    public static DateTimeOffset NightBefore(DateTimeOffset now)
    {
        var today = LondonCalendar.DayOf(now);
        return DueOn(today) is var due && due <= now ? due : DueOn(today.AddDays(-1));
    }

    /// <summary>Runs where the newest night's round was not ended by any instance: also hours or days later, and then once.</summary>
    /// <returns>False: there was nothing to do, or another instance is at it.</returns>
    public async Task<bool> RunDueAsync(CancellationToken cancellationToken)
    {
        var night = NightBefore(time.GetUtcNow());
        if (await store.ReadNightAsync(cancellationToken) >= night) return false;
        await using var turn = await store.TryEnterAsync(cancellationToken);
        if (turn is null || await store.ReadNightAsync(cancellationToken) >= night) return false;
        await CheckAllAsync(cancellationToken);
        await store.WriteNightAsync(night, cancellationToken);
        return true;
    }

    /// <summary>Now, whatever was done before.</summary>
    /// <returns>False: another instance is at it.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var turn = await store.TryEnterAsync(cancellationToken);
        if (turn is null) return false;
        await CheckAllAsync(cancellationToken);
        return true;
    }

    /// <summary>One operator that cannot be judged holds up no other.</summary>
    private async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        foreach (var o in directory().Operators)
        {
            var began = time.GetTimestamp();
            try
            {
                var done = await check.RunAsync(o, null, cancellationToken);
                HubMeter.Checked(done);
                LogChecked(log, o.OperatorId, done.Found, done.Begun, done.Ended, done.LeftOut, time.GetElapsedTime(began).TotalSeconds);
            }
#pragma warning disable CA1031 // Whatever it is, the next night is another try.
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested && !DatabaseGone.Explains(failure))
#pragma warning restore CA1031
            {
                LogFailed(log, failure, o.OperatorId);
            }
        }
    }

    /// <summary>London's clocks change between one and two, so that half past three is there once each day.</summary>
    private static DateTimeOffset DueOn(DateOnly day)
    {
        var local = day.ToDateTime(Due, DateTimeKind.Unspecified);
        return new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(local, LondonCalendar.Zone), TimeSpan.Zero);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What is stored of {OperatorId} was judged: {Found} findings hold, {Begun} of them new, {Ended} ended, {LeftOut} too many to keep, in {Seconds:F1} s")]
    private static partial void LogChecked(ILogger log, string operatorId, long found, long begun, long ended, long leftOut, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is stored of {OperatorId} could not be judged")]
    private static partial void LogFailed(ILogger log, Exception failure, string operatorId);
}
