using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using NpgsqlTypes;

namespace ChargePointHub.Store;

/// <summary>A window known never to come, and why.</summary>
public sealed record UnavailableWindow(Window Window, string? Cause);

/// <summary>The ledger of one dataset of one operator.</summary>
/// <param name="Covered">Everything whose axis time lies in it has been fetched.</param>
/// <param name="Unavailable">Ascending, disjoint, and nothing of it is covered.</param>
public sealed record Ledger(Coverage Covered, IReadOnlyList<UnavailableWindow> Unavailable)
{
    public static readonly Ledger Empty = new(Coverage.None, []);

    /// <summary>What needs no fetching: here, or known never to come.</summary>
    public Coverage Settled => Covered.Union(Coverage.Of(Unavailable.Select(u => u.Window)));
}

/// <summary>Reads what the claims add up to. Claims are made with pages only.</summary>
public sealed class CoverageStore(Database database)
{
    private const string Rows =
        """
        SELECT operator_id, dataset, kind, from_at, to_at, cause FROM coverage
        WHERE ($1::text IS NULL OR operator_id = $1) AND ($2::text IS NULL OR dataset = $2)
        ORDER BY operator_id, dataset, from_at
        """;

    private const string LaterChanges =
        """
        SELECT operator_id, dataset, kind, from_at, to_at FROM coverage_change
        WHERE tick > $3 AND ($1::text IS NULL OR operator_id = $1) AND ($2::text IS NULL OR dataset = $2)
        """;

    /// <param name="asOfTick">Without what was claimed after that tick; null: now. What has been covered since does not become unavailable again.</param>
    public async Task<Ledger> ReadAsync(string operatorId, Dataset dataset, CancellationToken cancellationToken, long? asOfTick = null) =>
        (await ReadAsync(operatorId, dataset.Name, asOfTick, cancellationToken)).GetValueOrDefault((operatorId, dataset), Ledger.Empty);

    /// <summary>All operators and datasets that have a claim.</summary>
    public Task<Dictionary<(string OperatorId, Dataset Dataset), Ledger>> ReadAllAsync(CancellationToken cancellationToken, long? asOfTick = null) =>
        ReadAsync(null, null, asOfTick, cancellationToken);

    private async Task<Dictionary<(string OperatorId, Dataset Dataset), Ledger>> ReadAsync(
        string? operatorId, string? dataset, long? asOfTick, CancellationToken cancellationToken)
    {
        // Rows first: a claim between the two readings is then in neither or only in the second, and never counted too early.
        var rows = await database.Reads.Command(Rows, Text(operatorId), Text(dataset)).ListKnownAsync(
            1,
            (r, of) => (Key: (r.GetString(0), of), Kind: r.GetString(2), Window: new Window(r.Instant(3), r.Instant(4)),
                Cause: r.TextOrNull(5)),
            cancellationToken);
        var later = asOfTick is not { } tick ? [] : await database.Reads.Command(LaterChanges, Text(operatorId), Text(dataset), tick).ListKnownAsync(
            1,
            (r, of) => (Key: (r.GetString(0), of), Kind: r.GetString(2), Window: new Window(r.Instant(3), r.Instant(4))),
            cancellationToken);
        var since = later.ToLookup(c => (c.Key, c.Kind), c => c.Window);
        return rows.GroupBy(r => r.Key).ToDictionary(g => g.Key, g => new Ledger(
            Coverage.Of(g.Where(r => r.Kind == "covered").Select(r => r.Window)).Subtract(Coverage.Of(since[(g.Key, "covered")])),
            [.. g.Where(r => r.Kind == "unavailable").SelectMany(r =>
                Coverage.Of(r.Window).Subtract(Coverage.Of(since[(g.Key, "unavailable")])).Select(w => new UnavailableWindow(w, r.Cause)))]));
    }

    private static Npgsql.NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
