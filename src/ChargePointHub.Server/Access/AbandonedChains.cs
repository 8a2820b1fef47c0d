using ChargePointHub.Store.Audit;

namespace ChargePointHub.Server.Access;

/// <summary>
/// An instance that was killed left no checkpoint at its end: the next one to start writes the line into its own log, so that what is cut from
/// then on shows.
/// </summary>
internal sealed class AbandonedChains(AuditVerification audit, ILogger<AbandonedChains> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var last in await audit.ReadAbandonedAsync(stoppingToken)) logger.LogInformation("Audit checkpoint {Checkpoint}", last);
        }
#pragma warning disable CA1031 // A fault here must not end the host: the next start is another try.
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning("The ends of chains of the audit whose instances are gone could not be read: {Reason}", failure.Message);
        }
    }
}
