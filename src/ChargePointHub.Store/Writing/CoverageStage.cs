using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>
/// A page's claims against the ledger: merged, disjoint windows, one row each. What is covered is never unavailable too: having it
/// wins over having given it up.
/// </summary>
/// <param name="simulatedNow">Null: the database's clock.</param>
internal sealed class CoverageStage(NpgsqlConnection connection, PageToWrite page, DateTimeOffset? simulatedNow = null)
{
    private IReadOnlyList<Claim> claims = [];

    public bool WriteSomething { get; private set; }

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        if (page.Claims.Count == 0) return;
        var now = simulatedNow ?? (await connection.Command("SELECT clock_timestamp()").ListAsync(r => r.Instant(0), cancellationToken)).Single();
        claims = [.. page.Claims.Select(c => Bounded(c, now)).OfType<Claim>()];
        foreach (var claim in claims) WriteSomething |= !(await FreshAsync(claim, cancellationToken)).IsEmpty;
    }

    public async Task WriteAsync(Tick tick, CancellationToken cancellationToken)
    {
        foreach (var claim in claims)
        {
            // Asked again: an earlier claim of the same page may have said part of it.
            foreach (var window in await FreshAsync(claim, cancellationToken))
            {
                if (claim.Kind == ClaimKind.Covered)
                {
                    await TakeFromUnavailableAsync(claim.Dataset, window, cancellationToken);
                    await StatusDayMarks.OfClaimAsync(connection, page.Feed.OperatorId, claim.Dataset, window, tick, cancellationToken);
                }

                await MergeAsync(claim, window, cancellationToken);
                await connection.Command(
                    "INSERT INTO coverage_change (tick, operator_id, dataset, kind, from_at, to_at, run_id, late_since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    tick.Number, page.Feed.OperatorId, claim.Dataset.Name, WordOf(claim.Kind), window.From, window.To, page.RunId, LateSince(claim, window)).ExecuteAsync(cancellationToken);
            }
        }
    }

    /// <summary>
    /// A hub whose clock is ahead must not claim what has not been: nobody would ask for it again. A crawl says something of the time of
    /// its freshness ahead, a window nothing beyond what had settled.
    /// </summary>
    private static Claim? Bounded(Claim claim, DateTimeOffset now)
    {
        if (claim.Kind != ClaimKind.Covered) return claim;
        var end = claim.Dataset.IsSnapshot ? now + claim.Window.Length : now - (claim.Late?.Settle ?? TimeSpan.Zero);
        return claim.Window.To <= end ? claim : Window.Between(claim.Window.From, end) is { } rest ? claim with { Window = rest } : null;
    }

    public static string WordOf(ClaimKind kind) => kind == ClaimKind.Covered ? "covered" : "unavailable";

    /// <summary>A window that was a gap until now says since when.</summary>
    private NpgsqlParameter LateSince(Claim claim, Window window) => new()
    {
        Value = claim.Kind == ClaimKind.Covered && claim.Late is { } late && page.AskedAt - late.Settle - late.Grace > window.From
            ? (window.From + late.Settle).UtcDateTime
            : DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
    };

    /// <summary>What the claim says that the ledger does not.</summary>
    private async Task<Coverage> FreshAsync(Claim claim, CancellationToken cancellationToken)
    {
        if (StoredWindow(claim.Window) is not { } window) return Coverage.None;
        var held = await TouchingAsync(claim.Dataset, window, cancellationToken);
        var said = held.Where(h => h.Kind == ClaimKind.Covered || claim.Kind == ClaimKind.Unavailable).Select(h => h.Window);
        return Coverage.Of(window).Subtract(Coverage.Of(said));
    }

    private async Task MergeAsync(Claim claim, Window window, CancellationToken cancellationToken)
    {
        var touching = (await TouchingAsync(claim.Dataset, window, cancellationToken))
            .Where(h => h.Kind == claim.Kind && (claim.Kind == ClaimKind.Covered || h.Cause == claim.Cause)).ToList();
        var merged = Coverage.Of(touching.Select(h => h.Window).Append(window))[0];
        foreach (var row in touching) await DeleteAsync(claim.Dataset, row, cancellationToken);
        await InsertAsync(claim.Dataset, new Held(claim.Kind, merged, claim.Kind == ClaimKind.Covered ? null : claim.Cause), cancellationToken);
    }

    private async Task TakeFromUnavailableAsync(Dataset dataset, Window window, CancellationToken cancellationToken)
    {
        foreach (var row in await TouchingAsync(dataset, window, cancellationToken))
        {
            if (row.Kind != ClaimKind.Unavailable || !row.Window.Overlaps(window)) continue;
            await DeleteAsync(dataset, row, cancellationToken);
            foreach (var rest in Coverage.Of(row.Window).Subtract(window)) await InsertAsync(dataset, row with { Window = rest }, cancellationToken);
        }
    }

    private Task<List<Held>> TouchingAsync(Dataset dataset, Window window, CancellationToken cancellationToken) => connection.Command(
        "SELECT kind, from_at, to_at, cause FROM coverage WHERE operator_id = $1 AND dataset = $2 AND from_at <= $4 AND to_at >= $3 ORDER BY from_at",
        page.Feed.OperatorId, dataset.Name, window.From, window.To).ListAsync(
            r => new Held(
                r.GetString(0) == "covered" ? ClaimKind.Covered : ClaimKind.Unavailable, new Window(r.Instant(1), r.Instant(2)), r.TextOrNull(3)),
            cancellationToken);

    private Task<int> DeleteAsync(Dataset dataset, Held row, CancellationToken cancellationToken) => connection.Command(
        "DELETE FROM coverage WHERE operator_id = $1 AND dataset = $2 AND kind = $3 AND from_at = $4",
        page.Feed.OperatorId, dataset.Name, WordOf(row.Kind), row.Window.From).ExecuteAsync(cancellationToken);

    private Task<int> InsertAsync(Dataset dataset, Held row, CancellationToken cancellationToken) => connection.Command(
        "INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at, cause) VALUES ($1, $2, $3, $4, $5, $6)",
        page.Feed.OperatorId, dataset.Name, WordOf(row.Kind), row.Window.From, row.Window.To,
        new NpgsqlParameter { Value = (object?)row.Cause ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }).ExecuteAsync(cancellationToken);

    /// <summary>Never more than was claimed: inward to the microsecond, null when nothing is left.</summary>
    private static Window? StoredWindow(Window window)
    {
        var from = Instants.ToStoredResolution(window.From);
        return Window.Between(from < window.From ? from + Instants.Resolution : from, Instants.ToStoredResolution(window.To));
    }

    private sealed record Held(ClaimKind Kind, Window Window, string? Cause);
}
