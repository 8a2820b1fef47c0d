using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// One statement of an answer. The scope goes to the server with it, in the same message and the same transaction, where row security judges
/// each row by it: what the transaction named is gone with the transaction.
/// </summary>
internal sealed class ServingCommand : IAsyncDisposable
{
    private static readonly ConditionalWeakTable<Scope, string> Known = [];

    private readonly NpgsqlBatch batch;
    private readonly NpgsqlBatchCommand statement = new();
    private readonly NpgsqlBatchCommand naming;

    /// <param name="values">Of positional parameters.</param>
    public ServingCommand(NpgsqlConnection connection, Scope scope, string sql = "", params ReadOnlySpan<object?> values)
    {
        statement.CommandText = sql;
        foreach (var value in values) statement.Parameters.Add(CommandExtensions.Parameter(value));
        naming = new NpgsqlBatchCommand("SELECT set_config('chargepointhub.scope', $1, true)") { Parameters = { new() { Value = Known.GetValue(scope, TextOf) } } };
        batch = new NpgsqlBatch(connection) { BatchCommands = { naming, statement } };
    }

    public string CommandText { get => statement.CommandText; set => statement.CommandText = value; }

    public NpgsqlParameterCollection Parameters => statement.Parameters;

    /// <summary>As of which what is derived when it is read is derived; named with the scope.</summary>
    public long Tick
    {
        set
        {
            naming.CommandText = "SELECT set_config('chargepointhub.scope', $1, true), set_config('chargepointhub.tick', $2, true)";
            naming.Parameters.Add(new NpgsqlParameter { Value = value.ToString(CultureInfo.InvariantCulture) });
        }
    }

    /// <summary>Whole seconds.</summary>
    public int Timeout { set => batch.Timeout = value; }

    /// <summary>The statement's own rows.</summary>
    public async Task<NpgsqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var reader = await batch.ExecuteReaderAsync(behavior, cancellationToken);
        try
        {
            await reader.NextResultAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>To its end; the command is done with.</summary>
    public async Task<List<T>> ListAsync<T>(Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var done = this;
        await using var reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }

    public ValueTask DisposeAsync() => batch.DisposeAsync();

    /// <summary>As the policies read it.</summary>
    private static string TextOf(Scope scope) => JsonSerializer.Serialize(new
    {
        mark = scope.Mark,
        everything = scope.IsEverything,
        open = scope.ReadsOpen,
        own = scope.OwnOperator,
        rights = scope.Rights.GroupBy(r => r.Subject).ToDictionary(g => g.Key, g => new
        {
            operators = g.Where(r => r.Boroughs is null).Select(r => r.OperatorId),
            areas = g.SelectMany(r => r.Boroughs?.Select(b => new[] { r.OperatorId, b }) ?? []),
            // Fifty operators twice would be read twice by each function that is asked.
            in_full = g.Where(r => r.Boroughs is null).All(r => r.Detail.IsFull) ? true : (object)g.Where(r => r.Boroughs is null && r.Detail.IsFull).Select(r => r.OperatorId),
        }),
    });
}
