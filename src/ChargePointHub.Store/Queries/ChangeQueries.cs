using System.Data;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store.Queries;

/// <summary>Which keys changed, in the order in which the hub learnt it. What is served of them, <see cref="RecordQueries"/> knows.</summary>
public sealed class ChangeQueries(Database database)
{
    /// <summary>Datasets whose changes are told; of outages those that are reported, as derived ones follow from status changes.</summary>
    public static readonly IReadOnlyList<Dataset> Followed = [.. ChangeParts.All.Select(p => p.Dataset).Distinct()];

    /// <summary>What the statement's own conditions make of a scope; tests take it away to see what row security does alone.</summary>
    internal Func<Scope, Scope> Layer { get; init; } = scope => scope;

    /// <summary>What row security judges by; tests take it away to see what the conditions do alone.</summary>
    internal Func<Scope, Scope> Rows { get; init; } = scope => scope;

    /// <exception cref="UnauthorizedAccessException">The scope does not hold a dataset: the caller should have refused.</exception>
    public async Task<IReadOnlyList<ChangedKey>> ReadAsync(ChangeQuery query, Scope scope, CancellationToken cancellationToken)
    {
        if (query.Datasets.FirstOrDefault(d => !Layer(scope).Reads(d)) is { } dataset) throw new UnauthorizedAccessException($"The scope {scope} does not read {dataset}.");
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await ChangeSql.Command(query, Layer(scope), Rows(scope), connection).ListAsync(
            r => ChangeSql.KeyOf(new ChangePlace(r.GetInt64(0), r.GetInt32(1), r.GetString(2), r.GetString(3), r.InstantOrNull(4), r.GetString(5), r.GetInt64(6)), r.Instant(7), query.IsOfVersions),
            cancellationToken);
    }

    /// <summary>Operators whose statuses followers are told as they are stored; all others' are MISSING. Changes under a tick, as all that is told does.</summary>
    public async Task<IReadOnlyList<string>> ReadFreshAsync(Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return await new ServingCommand(connection, Rows(scope), "SELECT operator_id FROM operator_freshness WHERE is_fresh").ListAsync(r => r.GetString(0), cancellationToken);
    }

    /// <summary>When a tick was; null: this database has none of this number.</summary>
    public async Task<DateTimeOffset?> ReadTimeAsync(long tick, Scope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var connection = await database.OpenServingAsync(cancellationToken);
        return (await connection.Command("SELECT recorded_at FROM hub_tick WHERE tick = $1", tick).ListAsync(r => (DateTimeOffset?)r.Instant(0), cancellationToken)).SingleOrDefault();
    }

    /// <summary>
    /// Whether records of these datasets that the scope holds were purged since a tick without their ids being kept: nobody can be told which. With a charge point
    /// goes what happened there.
    /// </summary>
    /// <param name="since">Tick (exclusive).</param>
    /// <param name="upTo">The last tick that may be told (inclusive).</param>
    public async Task<bool> HasUnnamedEndsAsync(long since, long upTo, IReadOnlyList<Dataset> datasets, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenServingAsync(cancellationToken);
        var purged = await new ServingCommand(connection, Rows(scope), "SELECT operator_id, dataset FROM purged_unnamed($1, $2)", since, upTo)
            .ListAsync(r => (OperatorId: r.GetString(0), Dataset: Dataset.Named(r.GetString(1))!), cancellationToken);
        return purged.Any(p => datasets.Any(d => (d == p.Dataset || (p.Dataset == Dataset.ChargePoints && d.IsRestricted)) && Layer(scope).Reads(d, p.OperatorId)));
    }
}
