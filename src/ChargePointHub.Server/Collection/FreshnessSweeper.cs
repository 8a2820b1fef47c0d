using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>Looks every few seconds whose statuses are served as they are stored, and whose as MISSING: time alone changes that, and followers are to be told.</summary>
internal sealed partial class FreshnessSweeper(FreshnessStore store, HubServices hub, TimeProvider time, ILogger<FreshnessSweeper> log) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await time.DelayAsync(BetweenLooks, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await store.WriteAsync(await hub.Completeness.ReadFreshAsync(hub.Directory, hub.Now, Scope.Everything, stoppingToken), stoppingToken);
            }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!stoppingToken.IsCancellationRequested) LogFailed(log, failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whose statuses are fresh was not looked at: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
