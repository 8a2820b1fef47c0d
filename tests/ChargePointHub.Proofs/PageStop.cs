using System.Globalization;
using ChargePointHub.Store;

namespace ChargePointHub.Proofs;

/// <summary>Counts page transactions at one point, and at the n-th says so and never goes on: whoever reads it may kill.</summary>
internal sealed class PageStop(StopAt stop, Database database, CancellationToken ending)
{
    private static readonly TimeSpan BehindLive = TimeSpan.FromHours(2);

    private int reached;

    public async ValueTask ReachAsync(CommitPoint point, PageToWrite page)
    {
        if (point != stop.Point || (stop.HistoryOf is { } dataset && !IsHistory(page, dataset))) return;
        var count = Interlocked.Increment(ref reached);
        if (count < stop.Page) return;
        if (count == stop.Page)
        {
            // Asked of the database itself, over another connection: our own transaction is among these.
            await using var ask = database.Reads.CreateCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'");
            var open = Convert.ToInt64(await ask.ExecuteScalarAsync(ending), CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{HubChild.Inside} page-transaction {count} {point} of {page.Feed}: {page.Records.Count} records, {page.Claims.Count} claims; open transactions in the database: {open}"));
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, ending);
    }

    /// <summary>Its records are all from before what a live poll reads again: once claimed, nobody asks for them a second time.</summary>
    private static bool IsHistory(PageToWrite page, string dataset)
    {
        if (page.Feed.Dataset.Name != dataset) return false;
        var times = page.Records.ChargingSessions.Select(s => s.Record.LastUpdated)
            .Concat(page.Records.StatusChanges.Select(c => c.Record.At))
            .DefaultIfEmpty(DateTimeOffset.MaxValue);
        return times.Max() < page.AskedAt - BehindLive;
    }
}
