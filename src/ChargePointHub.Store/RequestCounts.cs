using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>
/// The requests of each limit group, counted by all hubs of this database together, on its clock. One row a group: it holds the
/// times of the requests that the longest limit still looks back on, and survives every hub.
/// </summary>
public sealed class RequestCounts(Database database)
{
    /// <summary>Null: one request more is counted, and may be sent now. Otherwise how long to wait before asking again.</summary>
    /// <param name="most">Requests in any span of the same place in <paramref name="spans"/>; both empty: only a hold bounds the group.</param>
    /// <param name="givesWay">No turn while another kind of work waits for one.</param>
    public async Task<TimeSpan?> TakeTurnAsync(
        string limitGroup, IReadOnlyList<int> most, IReadOnlyList<TimeSpan> spans, bool givesWay, CancellationToken cancellationToken)
    {
        var group = limitGroup.ToLowerInvariant();

        // Where there is nothing to count, nothing is locked or written.
        var command = most.Count == 0
            ? database.Reads.Command(
                "SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM limit_group WHERE limit_group = $1 AND held_until > clock_timestamp()", group)
            : database.Reads.Command("SELECT take_turn($1, $2, $3, $4)", group, most.ToArray(), spans.ToArray(), givesWay);
        var wait = (await command.ListAsync(r => r.IsDBNull(0) ? (double?)null : r.GetDouble(0), cancellationToken)).SingleOrDefault();
        return wait is { } seconds ? TimeSpan.FromSeconds(Math.Max(seconds, 0)) : null;
    }

    /// <summary>Nobody gets a turn in the group for so long.</summary>
    public Task HoldAsync(string limitGroup, TimeSpan length, CancellationToken cancellationToken) => database.Reads.Command(
        """
        INSERT INTO limit_group AS g (limit_group, held_until) VALUES ($1, clock_timestamp() + $2)
        ON CONFLICT (limit_group) DO UPDATE SET held_until = greatest(g.held_until, excluded.held_until)
        """,
        limitGroup.ToLowerInvariant(), length).ExecuteAsync(cancellationToken);
}
