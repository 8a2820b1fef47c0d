namespace ChargePointHub.Server.Findings;

/// <summary>Looks every few minutes whether a night's round is due.</summary>
internal sealed partial class FindingSweeper(FindingRounds rounds, TimeProvider time, ILogger<FindingSweeper> log) : BackgroundService
{
    /// <summary>A hub that has just begun collects first.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await rounds.RunDueAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!stoppingToken.IsCancellationRequested) LogFailed(log, failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is stored was not judged: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
