using ChargePointHub.Feeds.Registry;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Server.Hosting;

/// <summary>The hub's database: the configured one, or the embedded one that lives as long as this handle.</summary>
public sealed partial class HubDatabaseHandle : IAsyncDisposable
{
    /// <summary>Of the embedded database, below the data folder.</summary>
    public const string FolderName = "postgres";

    private readonly EmbeddedPostgres? embedded;

    private HubDatabaseHandle(Database source, EmbeddedPostgres? embedded) => (Source, this.embedded) = (source, embedded);

    public Database Source { get; }

    /// <summary>No other hub can be at it.</summary>
    public bool IsEmbedded => embedded is not null;

    /// <summary>Data folder of the embedded database; null for a configured one.</summary>
    public string? Folder => embedded?.DataFolder;

    /// <summary>What a person should know about where the embedded database lives; may be empty.</summary>
    public IReadOnlyList<string> Notes => embedded?.Notes ?? [];

    /// <summary>The embedded server's end and return go to this log from now on; a configured one is watched by its own keepers.</summary>
    public void ReportTo(ILogger log)
    {
        if (embedded is not null) embedded.Told = sentence => LogServer(log, sentence);
    }

    public static async Task<HubDatabaseHandle> OpenAsync(HubOptions options, CancellationToken cancellationToken)
    {
        if (options.Database.Length > 0) return new HubDatabaseHandle(Open(ConnectionString(options.Database)), null);
        var embedded = await EmbeddedPostgres.StartAsync(
            EmbeddedOptions(options), cancellationToken);
        return new HubDatabaseHandle(Database.Open(embedded.ConnectionString), embedded);
    }

    /// <summary>For a command: the embedded database of a hub that runs now is joined; otherwise as a hub opens it.</summary>
    public static async Task<HubDatabaseHandle> JoinAsync(HubOptions options, CancellationToken cancellationToken) =>
        options.Database.Length == 0 && await EmbeddedState.LookAsync(EmbeddedOptions(options), cancellationToken) is { ConnectionString: { } running }
            ? new HubDatabaseHandle(Database.Open(running), null)
            : await OpenAsync(options, cancellationToken);

    public static EmbeddedPostgresOptions EmbeddedOptions(HubOptions options) => new()
    {
        DataFolder = Path.GetFullPath(Path.Combine(options.Data, FolderName)),
        BinariesFolder = options.PostgresBinaries.Length > 0 ? options.PostgresBinaries : null,
        Progress = StartProgress.Show,
    };

    /// <summary>A folder that was probably meant instead, because it holds an embedded database: the one above, or one within; null: neither.</summary>
    public static string? MeantInsteadOf(string data)
    {
        var asked = Path.TrimEndingDirectorySeparator(Path.GetFullPath(data));
        IEnumerable<string> within = Directory.Exists(asked) ? Directory.EnumerateDirectories(asked, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }) : [];
        return within.Order(StringComparer.Ordinal).Prepend(Path.GetDirectoryName(asked)).FirstOrDefault(f => f is not null && EmbeddedState.IsAt(Path.Combine(f, FolderName)));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
    }

    /// <summary>What cannot be read as a connection string is never shown: it may hold a password.</summary>
    private static Database Open(string connectionString)
    {
        try
        {
            return Database.Open(connectionString);
        }
        catch (Exception failure) when (failure is ArgumentException or KeyNotFoundException or FormatException)
        {
            throw new StartException(
                ["The database's connection string is not understood. Expected: Host=db.example;Port=5432;Database=chargepointhub;Username=hub;Password=... (an address that begins with postgres:// is not taken)."]);
        }
    }

    private static string ConnectionString(string configured) => !Secrets.IsReference(configured) ? configured : Secrets.Resolve(configured) switch
    {
        Secret secret => secret.Value,
        SecretMissing missing => throw new StartException([$"--database (Hub:Database): {missing.Detail}"]),
        _ => throw new InvalidOperationException("What a reference leads to is a closed list."),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private static partial void LogServer(ILogger log, string sentence);
}
