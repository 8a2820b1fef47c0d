using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store;

/// <summary>
/// The way to one PostgreSQL database: a bounded pool for reading and small writes, one for the API's answers, so that its
/// readers keep nobody else waiting, one for pages, whose connections keep their temporary stage tables, and one connection for the audit.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const int MostReads = 32;
    private const int MostServing = 24;
    private const int MostPages = 8;

    /// <summary>After which the server ends a statement of an answer: before Npgsql, by its usual half minute, gives it up and cannot tell why.</summary>
    private const int StatementSeconds = 25;

    /// <summary>The role owns no table: what it reads of them, row security decides.</summary>
    private const string BecomeReader = "SET ROLE chargepointhub_reader";

    /// <summary>Statements are short and read along indexes: compiling one costs more than it saves, and the planner cannot tell.</summary>
    private const string NoJit = "-c jit=off";

    /// <summary>Connections that one hub holds at most.</summary>
    public const int MostConnections = MostReads + MostServing + MostPages + 1;

    /// <summary>After which a try to write the audit is given up, in seconds: a restricted read waits for it.</summary>
    private const int AuditSeconds = 5;

    private readonly NpgsqlDataSource serving;
    private readonly NpgsqlDataSource audit;
    private readonly string shown;

    private Database(NpgsqlDataSource reads, NpgsqlDataSource serving, NpgsqlDataSource pages, NpgsqlDataSource audit, string shown)
    {
        this.serving = serving;
        this.audit = audit;
        Reads = reads;
        Pages = pages;
        this.shown = shown;
    }

    /// <summary>For queries and for writes that are not pages. Never hold a connection while waiting for an operator.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>For <see cref="PageWriter"/> alone.</summary>
    internal NpgsqlDataSource Pages { get; }

    /// <summary>Opens no connection yet. A pool size in the connection string bounds the reading pool instead of the hub's own bound, and the serving pool where it is smaller.</summary>
    public static Database Open(string connectionString)
    {
        var reads = new NpgsqlConnectionStringBuilder(connectionString);
        reads.ApplicationName ??= "ChargePointHub";
        if (!reads.ShouldSerialize("Maximum Pool Size")) reads.MaxPoolSize = MostReads;

        // What the connection string says comes later, and counts.
        reads.Options = $"{NoJit} {reads.Options}".TrimEnd();

        var pages = new NpgsqlConnectionStringBuilder(reads.ConnectionString)
        {
            // A reset between uses would drop the stage tables.
            NoResetOnClose = true,
            MaxPoolSize = MostPages,
            MinPoolSize = 0,
            CommandTimeout = 300,
        };
        var serving = new NpgsqlConnectionStringBuilder(reads.ConnectionString)
        {
            MaxPoolSize = Math.Min(reads.MaxPoolSize, MostServing),
            // One statement of an answer.
            Options = $"-c statement_timeout={StatementSeconds}s {reads.Options}".TrimEnd(),

            // With the usual 8 KB a long answer is read in as many waits as it has pieces: twice the work.
            ReadBufferSize = 256 * 1024,

            // A reset between uses would give the role back; a scope ends with its transaction.
            NoResetOnClose = true,
        };

        var audit = new NpgsqlConnectionStringBuilder(reads.ConnectionString)
        {
            // Closed is closed: the lock on it says that its instance lives.
            Pooling = false,
            Timeout = AuditSeconds,
            CommandTimeout = AuditSeconds,

            // A network that breaks without a word is noticed at both ends, and the lock is free again.
            KeepAlive = AuditSeconds,
            Options = $"-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 {reads.Options}".TrimEnd(),
        };

        // Names for metrics, which would show the connection string otherwise.
        var builder = new NpgsqlDataSourceBuilder(pages.ConnectionString) { Name = "pages" };
        builder.UsePhysicalConnectionInitializer(PageStage.Create, PageStage.CreateAsync);
        var answers = new NpgsqlDataSourceBuilder(serving.ConnectionString) { Name = "serving" };
        answers.UsePhysicalConnectionInitializer(
            connection => connection.Command(BecomeReader).ExecuteNonQuery(),
            connection => connection.Command(BecomeReader).ExecuteNonQueryAsync());
        return new Database(
            new NpgsqlDataSourceBuilder(reads.ConnectionString) { Name = "reads" }.Build(),
            answers.Build(),
            builder.Build(),
            new NpgsqlDataSourceBuilder(audit.ConnectionString) { Name = "audit" }.Build(),
            $"{reads.Host}:{reads.Port}/{reads.Database} as {reads.Username}");
    }

    /// <summary>For one query of an answer. Never hold it while waiting for the one who reads the answer.</summary>
    /// <exception cref="ServingExhaustedException">All stayed in use for the connection string's timeout.</exception>
    public async ValueTask<NpgsqlConnection> OpenServingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await serving.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException failure) when (failure.Message.Contains("pool has been exhausted", StringComparison.Ordinal))
        {
            // Npgsql tells an exhausted pool from a server that is away by its words alone.
            throw new ServingExhaustedException(failure);
        }
    }

    /// <summary>The one connection for the audit, which <see cref="Audit.AuditChain"/> keeps.</summary>
    internal ValueTask<NpgsqlConnection> OpenAuditAsync(CancellationToken cancellationToken) => audit.OpenConnectionAsync(cancellationToken);

    /// <summary>
    /// After a sign that the server was away: what is idle in the pools leads to one that is no more, and each would fail once before
    /// it was noticed. What is in use is closed when it is given back.
    /// </summary>
    public void ForgetConnections()
    {
        Reads.Clear();
        serving.Clear();
        Pages.Clear();
    }

    /// <summary>Where it is and as whom; never a password.</summary>
    public override string ToString() => shown;

    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await serving.DisposeAsync();
        await Pages.DisposeAsync();
        await audit.DisposeAsync();
    }
}

/// <summary>More answers are being read for than the hub has connections; the database itself is well.</summary>
public sealed class ServingExhaustedException(Exception inner) : Exception("Every connection for answers is in use.", inner);
