using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChargePointHub.Mirror;

/// <summary>
/// The copy of one dataset: a table, and its state beside it. A new table is written aside, whole; then the state that names its hash takes the place of the old state, which is
/// the one step that counts; then the table takes the place of the old one. A copy that was left between the two is finished when it is opened, and anything else is thrown away:
/// whenever the program ends, cursor and table fit each other.
/// </summary>
internal sealed class TableCopy(string folder, MirroredDataset dataset)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true };

    private readonly string table = Path.Combine(folder, dataset.Name + ".csv");
    private readonly string state = Path.Combine(folder, dataset.Name + ".json");

    /// <summary>Of the copy as it lies there; null: there is none.</summary>
    public CopyState? State { get; private set; }

    /// <summary>Where the copy is.</summary>
    public string File => table;

    /// <summary>Whether something lies there, though it may be of no use.</summary>
    public bool IsThere => System.IO.File.Exists(table);

    /// <summary>Finishes or throws away what was begun, and reads the state.</summary>
    /// <returns>What was found wrong, in a sentence; null: nothing.</returns>
    /// <exception cref="MirrorException">There is a table that no mirror has written.</exception>
    public async Task<string?> OpenAsync(CancellationToken cancellationToken)
    {
        State = await ReadStateAsync(cancellationToken);
        if (State is null)
        {
            if (System.IO.File.Exists(table) && !System.IO.File.Exists(state))
                throw new MirrorException(ExitCode.WrongUse, $"{table} was not written by a mirror: move it away, or name another folder.");
            Discard();
            return System.IO.File.Exists(state) ? $"{state} cannot be read" : null;
        }

        if (System.IO.File.Exists(Next(table)))
        {
            if (await HashAsync(Next(table), cancellationToken) == State.Sha256) System.IO.File.Move(Next(table), table, overwrite: true);
            else Discard();
        }

        if (System.IO.File.Exists(table) && new FileInfo(table).Length == State.Length) return null;
        State = null;
        return $"{table} is not as it was left";
    }

    /// <summary>Reads the table.</summary>
    public Task<TableReader> ReadAsync() => TableReader.OpenAsync(System.IO.File.OpenRead(table));

    /// <summary>Whether the table is, to the byte, what was written.</summary>
    public async Task<bool> IsIntactAsync(CancellationToken cancellationToken) => await HashAsync(table, cancellationToken) == State!.Sha256;

    /// <summary>Makes the copy anew of the hub's table and of what changed since.</summary>
    /// <param name="stateOf">Rows, length and hash of the new table, made into its state.</param>
    /// <param name="told">Called with the number of each row.</param>
    /// <returns>Why it does not fit, in a half-sentence; then nothing was done. Null: it is done.</returns>
    public Task<string?> WriteAsync(TableReader source, ChangeBatch batch, Func<CopyState, CopyState> stateOf, Action<long> told, CancellationToken cancellationToken) =>
        WriteAsync(source, null, batch, stateOf, told, cancellationToken);

    /// <summary>Makes the copy anew of itself and of what changed since.</summary>
    /// <inheritdoc cref="WriteAsync(TableReader, ChangeBatch, Func{CopyState, CopyState}, Action{long}, CancellationToken)"/>
    public async Task<string?> RewriteAsync(ChangeBatch batch, Func<CopyState, CopyState> stateOf, Action<long> told, CancellationToken cancellationToken)
    {
        using var source = await ReadAsync();
        return await WriteAsync(source, State!.Sha256, batch, stateOf, told, cancellationToken);
    }

    /// <param name="sha256">Of what is read, in hexadecimal digits; null: nothing is known of it.</param>
    private async Task<string?> WriteAsync(TableReader source, string? sha256, ChangeBatch batch, Func<CopyState, CopyState> stateOf, Action<long> told, CancellationToken cancellationToken)
    {
        long rows = 0, length = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var read = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var output = new FileStream(Next(table), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            await PutAsync(Bytes(source.Head));
            while (await source.NextAsync())
            {
                var row = Bytes(source.Row);
                if (batch.Takes(source)) continue;
                await PutAsync(row);
                told(++rows);
            }

            if (read is not null && Convert.ToHexStringLower(read.GetHashAndReset()) != sha256) return $"{table} was changed by another hand";
            foreach (var record in batch.Coming)
            {
                rows++;
                await PutAsync(Encoding.UTF8.GetBytes(CsvRow.Of(record, source.Columns, out var unknown)));
                if (unknown is not null) return $"records have a field that the table has not: {unknown}";
            }

            output.Flush(flushToDisk: true);

            byte[] Bytes(string row)
            {
                var bytes = Encoding.UTF8.GetBytes(row);
                read?.AppendData(bytes);
                return bytes;
            }

            async ValueTask PutAsync(byte[] bytes)
            {
                hash.AppendData(bytes);
                length += bytes.Length;
                await output.WriteAsync(bytes, cancellationToken);
            }
        }

        // Where it is the table that is about to be replaced.
        source.Dispose();
        await SaveAsync(stateOf(new CopyState("", default, IsCut: false, rows, length, Convert.ToHexStringLower(hash.GetHashAndReset()))), cancellationToken);
        System.IO.File.Move(Next(table), table, overwrite: true);
        return null;
    }

    /// <summary>What is there is of no use: it will be made anew, and stays until then.</summary>
    public void Forget() => State = null;

    /// <summary>Replaces the state; the table stays.</summary>
    public async Task SaveAsync(CopyState now, CancellationToken cancellationToken)
    {
        await using (var output = new FileStream(Next(state), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await JsonSerializer.SerializeAsync(output, now, Readable, cancellationToken);
            output.Flush(flushToDisk: true);
        }

        System.IO.File.Move(Next(state), state, overwrite: true);
        State = now;
    }

    private static string Next(string file) => file + ".next";

    private void Discard()
    {
        System.IO.File.Delete(Next(table));
        System.IO.File.Delete(Next(state));
    }

    private async Task<CopyState?> ReadStateAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(state)) return null;
        await using var input = System.IO.File.OpenRead(state);
        try
        {
            return await JsonSerializer.DeserializeAsync<CopyState>(input, Readable, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        await using var input = System.IO.File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(input, cancellationToken));
    }
}
