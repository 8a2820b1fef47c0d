using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Health;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.FeedHealth;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.Server.Api;

/// <summary>What endpoints read with.</summary>
/// <param name="cursorKey">32 secret bytes that live in the database, so that every instance reads every cursor.</param>
/// <param name="directory">The operators as the registry has them at the moment.</param>
public sealed class HubServices(
    Database database, Func<CancellationToken, Task<byte[]>> cursorKey, CheckKey checkKey, Func<OperatorDirectory> directory, TimeProvider time) : IAsyncDisposable
{
    private const int MostStreams = 256;

    private PageCursors? cursors;

    public RecordQueries Records { get; } = new(database);

    public ChangeQueries Changes { get; } = new(database);

    public LedgerQueries Ledger { get; } = new(database);

    /// <summary>The charge points that figures are of.</summary>
    public NetworkQueries Network { get; } = new(database);

    public UsageQueries Usage { get; } = new(database);

    public ProfileQueries Profiles { get; } = new(database);

    public UsageRollup Rollup { get; } = new(database);

    public DifferenceQueries Differences { get; } = new(database);

    public StatusDayQueries Statuses { get; } = new(database);

    public FeedHealthReader FeedHealth { get; } = new(database);

    public FindingQueries Findings { get; } = new(database);

    public QuarantineQueries Quarantine { get; } = new(database);

    public BulkQueries BulkFiles { get; } = new(database);

    /// <summary>Who asked for files.</summary>
    public BulkStore BulkRegister { get; } = new(database);

    public SubmissionQueries Submissions { get; } = new(database);

    /// <summary>Null: no files are taken.</summary>
    public SubmissionDesk? Desk { get; init; }

    public AuditQueries AccessLog { get; } = new(database);

    public CompletenessReader Completeness { get; } = new(new LedgerQueries(database));

    internal CallerAccess Access { get; } = new(checkKey);

    public OpenAnswers OpenAnswers { get; } = new();

    public AuditWriter Audit { get; init; } = new(new AuditChain(database), time, NullLogger<AuditWriter>.Instance);

    public Readiness Readiness { get; init; } = new();

    public OperatorDirectory Directory => directory();

    public TimeProvider Time => time;

    public DateTimeOffset Now => Instants.ToStoredResolution(time.GetUtcNow());

    /// <summary>An answer found the database away: the next one must not find a connection from before.</summary>
    internal void DatabaseWasAway() => database.ForgetConnections();

    public AnswerSlots Answers { get; init; } = new(AnswerSlots.Usual, AnswerSlots.UsualPatience);

    /// <summary>Live streams at once: each waits nearly all of the time, and holds little.</summary>
    public AnswerSlots Streams { get; init; } = new(MostStreams, TimeSpan.Zero);

    public Quotas Quotas { get; init; } = new(QuotaLimits.Usual);

    /// <summary>How long an exact count may take before it is refused.</summary>
    public TimeSpan CountPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The signing key is asked of the database once.</summary>
    public async ValueTask<PageCursors> CursorsAsync(CancellationToken cancellationToken) =>
        cursors ??= new PageCursors(await cursorKey(cancellationToken));

    public ValueTask DisposeAsync()
    {
        Desk?.Dispose();
        return Audit.DisposeAsync();
    }
}
