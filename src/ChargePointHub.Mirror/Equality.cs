using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>Proves by hash that a copy has the rows of the hub's own table as of the same instant (where it has a present, or times are cut: of now), in whatever order; or says which differ.</summary>
internal sealed class Equality(HubClient hub, MirroredDataset dataset, TableCopy copy)
{
    private const int MostShown = 20;

    /// <summary>One look. While the hub learns, what is joined in its table may be newer than the copy: follow, and look again.</summary>
    public async Task<Outcome> LookAsync(CancellationToken cancellationToken)
    {
        if (!await copy.IsIntactAsync(cancellationToken)) return new Outcome(false, $"{copy.File} was changed by another hand", HasSameColumns: true, "", 0);
        var (here, ours) = await DigestAsync(await copy.ReadAsync());
        var (there, _) = await DigestAsync(await TableAsync(cancellationToken));
        return new Outcome(here == there, null, here.Head == there.Head, ours.ToString("x32", null), here.Rows);
    }

    /// <summary>Rows that only one side has, the first of them.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<UInt128, int>();
        using (var ours = await copy.ReadAsync())
        {
            while (await ours.NextAsync()) known[HashOf(ours.Row)] = known.GetValueOrDefault(HashOf(ours.Row)) + 1;
        }

        var shown = new List<string>();
        using (var theirs = await TableAsync(cancellationToken))
        {
            while (await theirs.NextAsync())
            {
                if (known.GetValueOrDefault(HashOf(theirs.Row)) is > 0 and var count) known[HashOf(theirs.Row)] = count - 1;
                else if (shown.Count < MostShown) shown.Add("only the hub has   " + theirs.Row.TrimEnd());
            }
        }

        using var again = await copy.ReadAsync();
        while (shown.Count < MostShown * 2 && await again.NextAsync())
        {
            if (known.GetValueOrDefault(HashOf(again.Row)) is not (> 0 and var count)) continue;
            known[HashOf(again.Row)] = count - 1;
            shown.Add("only the copy has  " + again.Row.TrimEnd());
        }

        return shown;
    }

    private async Task<TableReader> TableAsync(CancellationToken cancellationToken)
    {
        var answer = await hub.OpenAsync(dataset.TableAsOf(copy.State!.IsCut || dataset.HasPresent ? null : copy.State.AsOf), "text/csv", cancellationToken);
        return await TableReader.OpenAsync(await answer.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>The sum of all rows' hashes: the same for the same rows in any order.</summary>
    private static async Task<((UInt128 Sum, long Rows, string Head) Of, UInt128 Sum)> DigestAsync(TableReader table)
    {
        using (table)
        {
            UInt128 sum = 0;
            var rows = 0L;
            while (await table.NextAsync())
            {
                sum += HashOf(table.Row);
                rows++;
            }

            return ((sum, rows, table.Head), sum);
        }
    }

    private static UInt128 HashOf(string row)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(row));
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <param name="Fault">What is wrong with the copy itself.</param>
    /// <param name="Digest">In hexadecimal digits.</param>
    internal sealed record Outcome(bool IsEqual, string? Fault, bool HasSameColumns, string Digest, long Rows);
}
