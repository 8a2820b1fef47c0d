using ChargePointHub.Server.Access;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Findings;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Server.Rollups;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Hosting;

/// <summary>What a hub does beside answering, for as long as it runs.</summary>
internal static class BackgroundWork
{
    public static void AddTo(IServiceCollection services, HubOptions options, Database database, AccessKeys keys)
    {
        services.AddHostedService<KeyWatch>();
        services.AddSingleton(new UsageRollup(database)).AddSingleton(new UsagePacker(database)).AddHostedService<RollupNights>();
        services.AddSingleton(new StatusRollup(database)).AddHostedService<StatusDayMaker>();
        services.AddSingleton(new AuditVerification(database)).AddHostedService<AbandonedChains>();
        services.AddSingleton<GaugeQueries>().AddHostedService<LedgerGauges>();
        if (options.Bulk) BulkSweeper.AddTo(services, database, keys, TimeSpan.FromMinutes(options.BulkRemakeMinutes));
        if (options.Otlp.Length > 0) services.AddSingleton(_ => new OtlpExport(new Uri(options.Otlp)));
        if (options.Collect) services.AddHostedService<CollectorService>().AddSingleton(new SameAsSweep(database)).AddHostedService<SameAsSweeper>().AddSingleton(new FreshnessStore(database)).AddHostedService<FreshnessSweeper>().AddHostedService<FindingSweeper>();
    }
}
