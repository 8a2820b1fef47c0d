using System.Net;
using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>Keeps the copy of one dataset as the hub has it: begun with the hub's whole table, then by what changes.</summary>
internal sealed class DatasetMirror(HubClient hub, MirroredDataset dataset, TableCopy copy, MirrorReport report)
{
    /// <summary>Changes after which the table is written anew, though more follow: they are held in memory.</summary>
    private const int MostAtOnce = 50_000;

    private const int MostBeginnings = 3;

    /// <summary>Changes a page.</summary>
    public int PageLimit { get; init; } = 10_000;

    /// <summary>The data is restricted, and the request carried no key.</summary>
    private const string KeyNeeded = "CPH-2001";

    /// <summary>Up to now.</summary>
    /// <returns>Changes that were told; null: the key does not hold the dataset.</returns>
    /// <exception cref="MirrorException">The hub keeps saying that the copy is to be begun anew.</exception>
    public async Task<long?> FollowAsync(CancellationToken cancellationToken)
    {
        for (var beginnings = 0; ; beginnings++)
        {
            if (beginnings == MostBeginnings) throw new MirrorException(ExitCode.Refused, $"Begun anew {MostBeginnings} times, and what followed never fitted.");
            try
            {
                if (await (copy.State is { } state ? ContinueAsync(state, cancellationToken) : BeginAsync(cancellationToken)) is { } told) return told;
            }
            catch (HubProblemException refused) when (refused is { Status: (int)HttpStatusCode.Forbidden, Problem: not null } || refused.Code == KeyNeeded)
            {
                report.SayOnce($"{dataset.Name} {refused.Code}", $"{dataset.Name}: left out. {refused.Message}" + (copy.IsThere ? $"\n{copy.File} stays as it was; delete it if the agreement has ended." : ""));
                return null;
            }
            catch (HttpIOException cut) when (beginnings < MostBeginnings - 1)
            {
                report.Say($"{dataset.Name}: the hub's table was cut, and is asked for again. {cut.Message}");
            }

            copy.Forget();
        }
    }

    /// <summary>
    /// The hub's table as of an instant, and on top of it what it learnt since, the time of reading the table included: what is joined in a table is as of now, and told again when
    /// it changes. What has a present is small, and told from the beginning.
    /// </summary>
    /// <returns>Null: it has to be begun anew.</returns>
    private async Task<long?> BeginAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? since = dataset.HasPresent ? null : Page(await new ChangeReader(hub, dataset.Dataset) { Limit = 1 }.ReadAsync(null, cancellationToken)).AsOf;
        var first = Page(await new ChangeReader(hub, dataset.Dataset) { Since = since, Limit = PageLimit }.ReadAsync(null, cancellationToken));
        using var answer = await hub.OpenAsync(since is null ? dataset.Beginning : dataset.TableAsOf(since), "text/csv", cancellationToken);
        using var source = await TableReader.OpenAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), headOnly: since is null);
        var batch = new ChangeBatch();
        foreach (var change in first.Changes) batch.Add(change);
        return await copy.WriteAsync(source, batch, written => StateAt(first, written), report.RowsOf(dataset.Name), cancellationToken) is { } misfit
            ? BegunAnew($"as {misfit}.")
            : batch.Count + await ContinueAsync(copy.State!, cancellationToken);
    }

    /// <returns>Null: it has to be begun anew.</returns>
    private async Task<long?> ContinueAsync(CopyState from, CancellationToken cancellationToken)
    {
        var reader = new ChangeReader(hub, dataset.Dataset) { Limit = PageLimit };
        var told = 0L;
        for (var state = from; ;)
        {
            var batch = new ChangeBatch();
            ChangesTold.Page page;
            do
            {
                var next = await reader.ReadAsync(state.Cursor, cancellationToken);
                if (next is ChangesTold.BeginAnew anew) return BegunAnew($"{anew.Code}. {anew.Reason}");
                page = Page(next);
                foreach (var change in page.Changes) batch.Add(change);
                state = StateAt(page, state);
            }
            while (page.HasMore && batch.Count < MostAtOnce);

            told += batch.Count;
            if (batch.Count == 0)
            {
                await copy.SaveAsync(state, cancellationToken);
            }
            else if (await copy.RewriteAsync(
                batch, written => written with { Cursor = state.Cursor, AsOf = state.AsOf, IsCut = state.IsCut }, report.RowsOf(dataset.Name), cancellationToken) is { } misfit)
            {
                return BegunAnew($"as {misfit}.");
            }

            state = copy.State!;
            if (!page.HasMore) return told;
        }
    }

    private long? BegunAnew(string why)
    {
        report.Say($"{dataset.Name}: begun anew, {why}");
        return null;
    }

    private static CopyState StateAt(ChangesTold.Page page, CopyState written) => written with
    {
        Cursor = page.Cursor,
        AsOf = page.AsOf!.Value,
        IsCut = page.Datasets.Any(d => d.Limits?.Any(l => l.TimePrecision != "exact") ?? false),
    };

    private static ChangesTold.Page Page(ChangesTold told) => told as ChangesTold.Page ?? throw new MirrorException(ExitCode.Refused, $"The hub said to begin anew where that was being done: {told}");
}
