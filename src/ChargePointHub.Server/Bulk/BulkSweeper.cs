using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Store;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Bulk;

/// <summary>Looks once a minute what bulk files are to be made.</summary>
internal sealed partial class BulkSweeper(BulkRounds rounds, TimeProvider time, ILogger<BulkSweeper> log) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    /// <param name="betweenRemakes">At least so long a file stands.</param>
    public static void AddTo(IServiceCollection services, Database database, AccessKeys keys, TimeSpan betweenRemakes)
    {
        var store = new BulkStore(database);
        services.AddHostedService(s =>
        {
            var (hub, time) = (s.GetRequiredService<HubServices>(), s.GetRequiredService<TimeProvider>());
            var maker = new BulkMaker(hub, store);
            var log = s.GetRequiredService<ILogger<BulkSweeper>>();
            return new BulkSweeper(new BulkRounds(hub, store, new BulkChanges(database), maker, ct => HeldAsync(keys, time.GetUtcNow(), ct), betweenRemakes, log), time, log);
        });
    }

    /// <summary>What every key that still opens something opens now.</summary>
    private static async Task<IReadOnlyCollection<Scope>> HeldAsync(AccessKeys keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var live = (await keys.ListAsync(cancellationToken)).Where(k => k.IsLive(now)).Select(k => k.KeyId).ToList();
        return [.. (await keys.ScopesOfAsync(live, cancellationToken)).Values];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await rounds.RunAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A fault here must not end the host: the next look is another try.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!stoppingToken.IsCancellationRequested) LogFailed(log, failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bulk files were not made: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
