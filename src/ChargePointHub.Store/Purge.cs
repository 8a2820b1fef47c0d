using ChargePointHub.Model;

namespace ChargePointHub.Store;

/// <summary>A record that is to go for good.</summary>
/// <param name="Dataset">One of <see cref="PurgeStore.Datasets"/>.</param>
/// <param name="RecordId">The hub's id: <c>{operator_id}:{operator's own id}</c>.</param>
/// <param name="HidesId">The id itself is what must not be kept: it is known again by its mark alone.</param>
/// <param name="IsMended">Its operator has mended it: the record goes with its versions, what happened there stays, and what is sent from now on is taken again, also where it was kept out before.</param>
/// <param name="Reason">Kept for good: it must not say what was personal.</param>
public sealed record Purge(Dataset Dataset, string OperatorId, string RecordId, bool HidesId, bool IsMended, string Reason, string By);

/// <summary>Rows of one table that went, or would.</summary>
public sealed record PurgedRows(string Table, long Rows);

/// <summary>What became of a purge.</summary>
public abstract record PurgeOutcome
{
    /// <summary>These rows went, or would.</summary>
    /// <param name="IsVacuumed">False: the rows are gone, and PostgreSQL has not yet set their place in its files free.</param>
    public sealed record Purged(IReadOnlyList<PurgedRows> Rows, bool IsVacuumed) : PurgeOutcome;

    /// <summary>It was purged so before, and nothing of it has come since.</summary>
    public sealed record Before : PurgeOutcome;

    /// <summary>
    /// Refused: the charge point is withheld, and its own record is what says so. What happened there would stay without it, for all to read who may read what is published.
    /// </summary>
    public sealed record Withheld : PurgeOutcome;
}

/// <summary>What was purged, when, by whom and why.</summary>
/// <param name="RecordId">Null: the id itself was not to be kept.</param>
/// <param name="Rows">Of all tables.</param>
/// <param name="KeepsOut">What its operator sends of it is left out, unless a later purge says that it was mended.</param>
public sealed record PurgedRecord(string OperatorId, Dataset Dataset, string? RecordId, DateTimeOffset PurgedAt, string By, string Reason, long Rows, bool KeepsOut);
