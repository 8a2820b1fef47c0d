using ChargePointHub.Feeds.Notices;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Notices;

/// <summary>
/// Delivers what waits for the receivers of one operator, beside its collection: each receiver by itself, so that a dead one holds up
/// no other, and each notice after the one before, so that no recovery overtakes its break.
/// </summary>
public sealed partial class NoticeSender(NoticeStore store, NoticeClient client, TimeProvider time, ILogger<NoticeSender> log)
{
    /// <summary>After so many attempts, how long until the next; then the last again and again.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
    ];

    /// <summary>What could not be delivered for so long is given up.</summary>
    public static readonly TimeSpan LongestWay = TimeSpan.FromDays(3);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>Until cancelled. The database's absence is waited out.</summary>
    /// <exception cref="LeaseLostException">Another instance collects from the operator now, and delivers its notices.</exception>
    public Task SendAsync(OperatorDefinition definition, long? leaseToken, CancellationToken cancellationToken) =>
        Task.WhenAll(definition.Notices.Select(receiver => SendToAsync(definition.OperatorId, receiver, leaseToken, cancellationToken)));

    private async Task SendToAsync(string operatorId, NoticeReceiver receiver, long? leaseToken, CancellationToken cancellationToken)
    {
        using var looks = new PeriodicTimer(BetweenLooks, time);
        do
        {
            try
            {
                while (await SendNextAsync(operatorId, receiver, leaseToken, cancellationToken))
                {
                    // The next one.
                }
            }
            catch (Exception gone) when (DatabaseGone.Explains(gone))
            {
                // Looked at again below.
            }
        }
        while (await looks.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Tries the oldest notice that waits, if it is due, or put off by a clock that ran ahead. False: there is nothing to do now.</summary>
    public async Task<bool> SendNextAsync(string operatorId, NoticeReceiver receiver, long? leaseToken, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await store.NextAsync(operatorId, receiver.ReceiverId, cancellationToken) is not { } notice || (notice.NextAt > now && notice.NextAt <= now + Pauses[^1])) return false;
        if (now - notice.MadeAt >= LongestWay)
        {
            await FailedAsync(operatorId, notice, new NoticeFailure(NoticeFailureKind.TooOld, $"It could not be delivered within {LongestWay.TotalDays:0} days and is given up."), cancellationToken);
            return true;
        }

        await store.BeginAsync(operatorId, notice, now, now + Pauses[Math.Min(notice.Attempts, Pauses.Count - 1)], leaseToken, cancellationToken);
        if (await client.SendAsync(receiver, notice.NoticeId, notice.Body, cancellationToken) is not { } failure)
        {
            // It has arrived, whoever ends now: unnoted, it would be sent again.
            await store.DeliveredAsync(notice.NoticeId, time.GetUtcNow(), CancellationToken.None);
            LogDelivered(log, notice.NoticeId, operatorId, receiver.ReceiverId);
            return true;
        }

        await FailedAsync(operatorId, notice, failure, cancellationToken);
        return true;
    }

    private async Task FailedAsync(string operatorId, WaitingNotice notice, NoticeFailure failure, CancellationToken cancellationToken)
    {
        var isOver = failure.Kind is NoticeFailureKind.Gone or NoticeFailureKind.TooOld;
        await store.FailedAsync(notice.NoticeId, Words<NoticeFailureKind>.Of(failure.Kind), failure.Detail, isOver, cancellationToken);
        if (notice.Attempts == 0 || isOver) LogFailed(log, notice.NoticeId, operatorId, notice.ReceiverId, failure.Detail);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notice {Notice} of {Operator} was delivered to {Receiver}")]
    private static partial void LogDelivered(ILogger log, Guid notice, string Operator, string receiver);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notice {Notice} of {Operator} was not delivered to {Receiver}: {Reason}")]
    private static partial void LogFailed(ILogger log, Guid notice, string Operator, string receiver, string reason);
}
