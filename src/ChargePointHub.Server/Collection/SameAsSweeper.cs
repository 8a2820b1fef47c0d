using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>Looks twice a minute whether charge points have changed, and then which of them are one and the same.</summary>
internal sealed partial class SameAsSweeper(SameAsSweep sweep, TimeProvider time, ILogger<SameAsSweeper> log) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var looks = new PeriodicTimer(BetweenLooks, time);
        while (await NextAsync(looks, stoppingToken))
        {
            try
            {
                if (await sweep.RunAsync(stoppingToken) is > 0 and var changed) LogChanged(log, changed);
            }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(log, failure.Message);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer looks, CancellationToken stoppingToken)
    {
        try
        {
            return await looks.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Links between charge points of different operators that changed: {Count}")]
    private static partial void LogChanged(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Charge points that are one and the same were not looked for: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
