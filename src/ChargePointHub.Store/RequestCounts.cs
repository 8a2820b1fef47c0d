using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>
/// The requests of each limit group, counted by all hubs of this database together, on its clock. One row a group: it holds the
/// times of the requests that the longest limit still looks back on, and survives every hub.
/// </summary>
public sealed class RequestCounts(Database database)
{
    /// <summary>No hold lasts longer, whatever is asked for.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(15);

    /// <summary>Null: one request more is counted, and may be sent now. Otherwise how long to wait before asking again.</summary>
    /// <param name="most">Requests in any span of the same place in <paramref name="spans"/>; both empty: only a hold bounds the group.</param>
    /// <param name="givesWay">No turn while another kind of work waits for one.</param>
    public async Task<TimeSpan?> TakeTurnAsync(
        string limitGroup, IReadOnlyList<int> most, IReadOnlyList<TimeSpan> spans, bool givesWay, CancellationToken cancellationToken)
    {
        var group = limitGroup.ToLowerInvariant();
        var wait = await AskAsync(group, most, spans, givesWay, cancellationToken);
        return wait is not null && await SetRightAsync(group, cancellationToken) ? await AskAsync(group, most, spans, givesWay, cancellationToken) : wait;
    }

    /// <summary>Nobody gets a turn in the group for so long, at most <see cref="LongestHold"/>.</summary>
    public Task HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken) => database.Reads.Command(
        """
        INSERT INTO limit_group AS g (limit_group, held_until) VALUES ($1, clock_timestamp() + $2)
        ON CONFLICT (limit_group) DO UPDATE SET held_until = greatest(g.held_until, excluded.held_until)
        """,
        limitGroup.ToLowerInvariant(), length < LongestHold ? length : LongestHold).ExecuteAsync(cancellationToken);

    private async Task<TimeSpan?> AskAsync(
        string group, IReadOnlyList<int> most, IReadOnlyList<TimeSpan> spans, bool givesWay, CancellationToken cancellationToken)
    {
        // Where there is nothing to count, nothing is locked or written.
        var command = most.Count == 0
            ? database.Reads.Command(
                "SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM limit_group WHERE limit_group = $1 AND held_until > clock_timestamp()", group)
            : database.Reads.Command("SELECT take_turn($1, $2, $3, $4)", group, most.ToArray(), spans.ToArray(), givesWay);
        var wait = (await command.ListAsync(r => r.IsDBNull(0) ? (double?)null : r.GetDouble(0), cancellationToken)).SingleOrDefault();
        return wait is { } seconds ? TimeSpan.FromSeconds(Math.Max(seconds, 0)) : null;
    }

    /// <summary>
    /// What was written while the database's clock ran ahead would hold everybody up until it gets there again: requests of the
    /// future count as sent just now, and holds are cut to their bound. True: there was something to set right.
    /// </summary>
    private async Task<bool> SetRightAsync(string group, CancellationToken cancellationToken) => await database.Reads.Command(
        """
        UPDATE limit_group SET
            passed = ARRAY(SELECT least(p.sent, clock_timestamp()) FROM unnest(passed) WITH ORDINALITY AS p (sent, place) ORDER BY p.place),
            held_until = least(held_until, clock_timestamp() + $2),
            live_until = least(live_until, clock_timestamp())
        WHERE limit_group = $1 AND (passed[1] > clock_timestamp() OR held_until > clock_timestamp() + $2)
        """,
        group, LongestHold).ExecuteAsync(cancellationToken) > 0;
}
