using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Figures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.Proofs;

/// <summary>
/// The process that is killed: a pretend London, which is a function of time and so loses nothing, and a hub that collects from it.
/// Says READY when it answers and INSIDE when it stands in a transaction; makes the bulk files that are due when it is told BULK, takes in a file of reported
/// usage when it is told HANDED with operator, period and file, learns nothing more from STILL on, and says so; ends when its input ends.
/// </summary>
internal static class HubChild
{
    public const string Ready = "READY";
    public const string Inside = "INSIDE";
    public const string Bulk = "BULK";
    public const string Still = "STILL";
    public const string Handed = "HANDED";

    public static async Task<int> RunAsync(ChildOrders orders)
    {
        using var ending = new CancellationTokenSource();
        var london = await StartLondonAsync(orders, ending.Token);
        if (london is null) return 2;
        await using (london)
        {
            Resize(london.OperatorsFolder, orders.World);
            if (orders.HandsInUsage) OperatorEdits.AddFeed(london.OperatorsFolder, london.Operators[0].OperatorId, HandedUsage.Feed(TimeProvider.System.GetUtcNow()));

            // Chosen when all operators have theirs, or one of them might have taken it.
            var options = new HubOptions { Data = orders.Data, Operators = london.OperatorsFolder, Areas = [london.AreasFile, .. orders.FinerAreas], Port = ChildHub.FreePort(), KeyQuota = 1_000_000 };
            var parts = new HubParts
            {
                Certificate = new Certificate(london.HubCertificate, [], london.CaFile),
                Logging = log => log.ClearProviders().AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning),
                PageWriter = database => Writer(orders, database, ending.Token),
            };
            await using var hub = await HubHost.StartAsync(options, parts, ending.Token);
            var keys = new AccessKeys(hub.Services.GetRequiredService<Database>(), TimeProvider.System);
            var made = (KeyMade)await keys.CreateAsync($"proof {Guid.NewGuid()}", Scope.Everything, ending.Token);
            london.WriteSandboxFile(new Uri(hub.BaseUrl), new Dictionary<string, string> { ["gla"] = made.Key.Token });
            Console.WriteLine(Ready);
            while (await Console.In.ReadLineAsync(CancellationToken.None) is { } line)
            {
                if (line == Bulk) await MakeBulkFilesAsync(hub.Services);
                if (line.StartsWith(Handed, StringComparison.Ordinal)) await TakeAsync(hub.Services, line.Split(' ', 4));
                if (line == Still) await StandStillAsync(hub.Services);
            }

            await ending.CancelAsync();
        }

        return 0;
    }

    private static async Task<PretendLondonHost?> StartLondonAsync(ChildOrders orders, CancellationToken cancellationToken)
    {
        var options = new SandboxOptions
        {
            Port = 0,
            DataFolder = orders.Data,
            Operators = orders.World.Operators,
            ChargePoints = orders.World.ChargePoints,
            Days = orders.World.Days,
            Seed = orders.Seed,
            Outages = orders.Outages,
            LookBacks = orders.LookBacks,
            OracleFolder = orders.Oracle,
        };
        switch (await PretendLondonHost.StartAsync(options, TimeProvider.System, cancellationToken, orders.Stories))
        {
            case SandboxStart.Started started:
                return started.Host;
            case SandboxStart.Refused refused:
                foreach (var fault in refused.Faults) await Console.Error.WriteLineAsync(fault);
                return null;
            default:
                throw new InvalidOperationException("What comes of starting a pretend London is a closed list.");
        }
    }

    /// <summary>The hub's own look, which comes once a minute, now.</summary>
    private static async Task MakeBulkFilesAsync(IServiceProvider services)
    {
        var (hub, database) = (services.GetRequiredService<HubServices>(), services.GetRequiredService<Database>());
        var store = new BulkStore(database);
        var rounds = new BulkRounds(
            hub, store, new BulkChanges(database), new BulkMaker(hub, store), _ => Task.FromResult<IReadOnlyCollection<Scope>>([Scope.Everything]), TimeSpan.Zero, NullLogger.Instance);
        while (await rounds.RunAsync(CancellationToken.None) is null) await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        Console.WriteLine(Bulk);
    }

    /// <summary>As if it had been posted.</summary>
    /// <param name="words">HANDED, operator, period, file.</param>
    private static async Task TakeAsync(IServiceProvider services, string[] words)
    {
        await using var file = File.OpenRead(words[3]);
        var window = Period.Parse(words[2])!.Window;
        var taken = await services.GetRequiredService<HubServices>().Desk!.TakeAsync(words[1], Dataset.ReportedUsage.Name, words[2], window, null, file, CancellationToken.None);
        if (taken is not ({ } report, false) || !report.IsGood()) throw new InvalidOperationException($"{words[3]} was not taken in whole.");
        Console.WriteLine(Handed);
    }

    /// <summary>The hub answers and learns nothing more: what is one and the same is looked for a last time, and days are packed as the hub does every few minutes.</summary>
    private static async Task StandStillAsync(IServiceProvider services)
    {
        foreach (var learning in services.GetServices<IHostedService>().Where(s => s.GetType().Namespace == typeof(CollectorService).Namespace)) await learning.StopAsync(CancellationToken.None);
        await services.GetRequiredService<SameAsSweep>().RunAsync(CancellationToken.None);
        var (packer, before) = (services.GetRequiredService<UsagePacker>(), LondonCalendar.DayOf(DateTimeOffset.UtcNow).AddDays(-2));
        foreach (var operatorId in await packer.ReadDueAsync(before, CancellationToken.None))
        {
            while (await packer.PackAsync(operatorId, before, CancellationToken.None) > 0) { }
        }

        Console.WriteLine(Still);
    }

    private static PageWriter Writer(ChildOrders orders, Database database, CancellationToken ending) => new(database)
    {
        Planted = orders.ClaimBeforeRows ? PlantedBug.ClaimBeforeRows : PlantedBug.None,
        AtPoint = orders.Stop is { } stop ? new PageStop(stop, database, ending).ReachAsync : null,
    };

    /// <summary>The pretend London's operator files ask for a day at once; a proof wants many pages.</summary>
    private static void Resize(string folder, WorldSize world) => OperatorEdits.EachDataset(folder, dataset =>
    {
        if (!dataset.ContainsKey("longest_window")) return;
        dataset["longest_window"] = world.LongestWindow;
        if (world.PageSize is { } size) dataset["page_size"] = size;
    });
}
