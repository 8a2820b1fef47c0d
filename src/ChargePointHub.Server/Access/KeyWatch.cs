using ChargePointHub.Server.Api;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Access;

/// <summary>
/// Each request asks the database about its key; a key that is revoked or expires, or whose grants end, while its answer is under way is found
/// here, whichever instance it was revoked at. One query for all answers, and none while there are none.
/// </summary>
internal sealed class KeyWatch(HubServices hub, AccessKeys keys, TimeProvider time, ILogger<KeyWatch> logger) : BackgroundService
{
    /// <summary>Half of the second in which a revoked key or an ended grant stops.</summary>
    private static readonly TimeSpan Each = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await hub.OpenAnswers.AnyBegunAsync(stoppingToken);
            do
            {
                await Task.Delay(Each, time, stoppingToken);
            }
            while (await LookAsync(stoppingToken));
        }
    }

    /// <summary>False: no answer is under way.</summary>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var shown = hub.OpenAnswers.KeyIds;
        if (shown.Count == 0) return false;
        try
        {
            hub.OpenAnswers.Keep(shown, await keys.ScopesOfAsync(shown, cancellationToken));
        }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Without their database the answers end soon by themselves.
            logger.LogWarning("Keys of answers under way could not be looked at: {Reason}", failure.Message);
        }

        return true;
    }
}
