using Npgsql;

namespace ChargePointHub.Store;

/// <summary>
/// The way to one PostgreSQL database: a bounded pool for reading and small writes, and one for pages, whose connections keep
/// their temporary stage tables.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const int MostReads = 32;
    private const int MostPages = 8;

    private readonly string shown;

    private Database(NpgsqlDataSource reads, NpgsqlDataSource pages, string shown)
    {
        Reads = reads;
        Pages = pages;
        this.shown = shown;
    }

    /// <summary>For queries and for writes that are not pages. Never hold a connection while waiting for an operator.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For <see cref="PageWriter"/> alone.</summary>
    internal NpgsqlDataSource Pages { get; }

    /// <summary>Opens no connection yet. A pool size in the connection string bounds the reading pool instead of the hub's own bound.</summary>
    public static Database Open(string connectionString)
    {
        var reads = new NpgsqlConnectionStringBuilder(connectionString);
        reads.ApplicationName ??= "ChargePointHub";
        if (!reads.ShouldSerialize("Maximum Pool Size")) reads.MaxPoolSize = MostReads;

        var pages = new NpgsqlConnectionStringBuilder(reads.ConnectionString)
        {
            // A reset between uses would drop the stage tables.
            NoResetOnClose = true,
            MaxPoolSize = MostPages,
            MinPoolSize = 0,
            CommandTimeout = 300,
        };
        var builder = new NpgsqlDataSourceBuilder(pages.ConnectionString);
        builder.UsePhysicalConnectionInitializer(PageStage.Create, PageStage.CreateAsync);
        return new Database(
            NpgsqlDataSource.Create(reads),
            builder.Build(),
            $"{reads.Host}:{reads.Port}/{reads.Database} as {reads.Username}");
    }

    /// <summary>Where it is and as whom; never a password.</summary>
    public override string ToString() => shown;

    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await Pages.DisposeAsync();
    }
}
