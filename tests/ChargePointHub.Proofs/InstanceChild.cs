using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.Sandbox;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.Proofs;

/// <summary>What an instance child is told, as one argument.</summary>
/// <param name="Areas">Empty: none.</param>
internal sealed record InstanceOrders(string Database, string Operators, string Areas, string Data, int Port, bool NoFencing)
{
    /// <summary>False: it only serves.</summary>
    public bool Collect { get; init; } = true;

    /// <summary>What the hub shows; null: one that it makes for itself, which no reader knows.</summary>
    public PemPair? Certificate { get; init; }

    public string ToArgument() => JsonSerializer.Serialize(this);

    public static InstanceOrders Parse(string argument) =>
        JsonSerializer.Deserialize<InstanceOrders>(argument) ?? throw new ArgumentException("There are no orders.", nameof(argument));
}

/// <summary>Two PEM files.</summary>
internal sealed record PemPair(string Certificate, string Key)
{
    /// <summary>A pretend London's own for a hub on localhost, written into the folder, so that the hub's readers can check it.</summary>
    public static PemPair Of(PretendLondonHost london, string folder)
    {
        var pair = new PemPair(Path.Combine(folder, "hub.pem"), Path.Combine(folder, "hub.key"));
        File.WriteAllText(pair.Certificate, london.HubCertificate.ExportCertificatePem());
        using var key = london.HubCertificate.GetECDsaPrivateKey()!;
        File.WriteAllText(pair.Key, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(pair.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return pair;
    }
}

/// <summary>
/// One of several hubs on one database. Told <see cref="Hold"/>, it stands still with the next page that has arrived and is not
/// written, says INSIDE, and goes on when told <see cref="Go"/>. Asked to <see cref="Tell"/>, it says whether that page was
/// committed. Ends when its input ends.
/// </summary>
internal static class InstanceChild
{
    public const string Hold = "HOLD";
    public const string Go = "GO";
    public const string Tell = "TELL";
    public const string Committed = "COMMITTED";

    public static async Task<int> RunAsync(InstanceOrders orders)
    {
        var gate = new PageHold();
        var options = new HubOptions { Database = orders.Database, Operators = orders.Operators, Areas = orders.Areas.Length > 0 ? [orders.Areas] : [], Data = orders.Data, Port = orders.Port, Collect = orders.Collect };
        if (orders.Certificate is { } shown) (options.Certificate, options.CertificateKey) = (shown.Certificate, shown.Key);
        var parts = new HubParts
        {
            Logging = log => log.ClearProviders().AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter(typeof(AuditWriter).FullName, LogLevel.Information),
            PageWriter = database => new PageWriter(database)
            {
                Planted = orders.NoFencing ? PlantedBug.NoFencing : PlantedBug.None,
                OutlivesItsCollection = true,
                AtPoint = gate.ReachAsync,
            },
        };
        await using var hub = await HubHost.StartAsync(options, parts, CancellationToken.None);
        Console.WriteLine($"{HubChild.Ready} {hub.CaFile}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == Hold) gate.Hold();
            if (line == Go) gate.LetGo();
            if (line == Tell) Console.WriteLine($"{Committed} {(gate.WasCommitted ? 1 : 0)}");
        }

        gate.LetGo();
        return 0;
    }

    /// <summary>Holds one page between the operator's answer and the transaction.</summary>
    private sealed class PageHold
    {
        private volatile TaskCompletionSource? wanted;
        private TaskCompletionSource? held;
        private (Guid Run, int Page)? heldPage;

        public bool WasCommitted { get; private set; }

        public void Hold() => wanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void LetGo() => (Interlocked.Exchange(ref held, null) ?? wanted)?.TrySetResult();

        public async ValueTask ReachAsync(CommitPoint point, PageToWrite page)
        {
            if (point == CommitPoint.Committed && heldPage == (page.RunId, page.PageNumber)) WasCommitted = true;
            if (point != CommitPoint.Arrived || wanted is not { } hold || Interlocked.CompareExchange(ref held, hold, null) is not null) return;
            wanted = null;
            heldPage = (page.RunId, page.PageNumber);
            Console.WriteLine($"{HubChild.Inside} {page.Feed.OperatorId}");
            await hold.Task;
        }
    }
}
