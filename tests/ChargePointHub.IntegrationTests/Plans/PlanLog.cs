using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Api;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Plans;

/// <summary>
/// How PostgreSQL ran each statement of a database, as it says in its own log (auto_explain): with the parameters, the role and the row security that it ran under,
/// what functions ran among them.
/// </summary>
internal sealed partial class PlanLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NpgsqlConnection beside;
    private readonly string run = Guid.NewGuid().ToString("N");
    private readonly List<string> questions = [];
    private string file = "";
    private long from;

    private PlanLog(NpgsqlConnection beside) => this.beside = beside;

    /// <summary>From now on every new connection to the host's database tells its plans.</summary>
    public static async Task<PlanLog> BeginAsync(ApiHost host)
    {
        // A connection of before, which tells none.
        var beside = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(host.ConnectionString) { Pooling = false }.ConnectionString);
        await beside.OpenAsync();
        var log = new PlanLog(beside);
        var database = beside.Database;
        await log.ExecuteAsync("LOAD 'auto_explain'; SET auto_explain.log_min_duration = -1");
        foreach (var (name, value) in new[]
        {
            ("session_preload_libraries", "auto_explain"), ("auto_explain.log_min_duration", "0"), ("auto_explain.log_analyze", "on"), ("auto_explain.log_timing", "off"),
            ("auto_explain.log_nested_statements", "on"), ("auto_explain.log_format", "json"),
        })
            await log.ExecuteAsync($"ALTER DATABASE {database} SET {name} = '{value}'");
        host.Database.ForgetConnections();
        (log.file, log.from) = await log.EndOfLogAsync();
        return log;
    }

    /// <summary>What runs from now on is of this question.</summary>
    public Task AskAsync(string question)
    {
        questions.Add(question);
        return MarkAsync(questions.Count - 1);
    }

    /// <summary>Every statement since the beginning, or since the last reading.</summary>
    public async Task<IReadOnlyList<ToldPlan>> ReadAsync()
    {
        await MarkAsync(questions.Count);
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        string text;
        do
        {
            // Its collector writes when it gets to it.
            await timer.WaitForNextTickAsync(patience.Token);
            text = await TextAsync();
        }
        while (!text.Contains(Mark(questions.Count), StringComparison.Ordinal));

        var plans = new List<ToldPlan>();
        var question = "";
        foreach (var entry in Entry().Split(text))
        {
            if (entry.IndexOf(run, StringComparison.Ordinal) is >= 0 and var mark && NumberAfter().Match(entry, mark + run.Length) is { Success: true } number)
                question = questions.ElementAtOrDefault(int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture)) ?? "";
            else if (entry.IndexOf(" plan:\n", StringComparison.Ordinal) is >= 0 and var plan && question.Length > 0)
                plans.Add(new ToldPlan(question, JsonDocument.Parse(entry[(plan + " plan:\n".Length)..]).RootElement));
        }

        (file, from) = await EndOfLogAsync();
        return plans;
    }

    public ValueTask DisposeAsync() => beside.DisposeAsync();

    private string Mark(int number) => string.Create(CultureInfo.InvariantCulture, $"{run} {number};");

    private Task MarkAsync(int number) => ExecuteAsync($"DO $$ BEGIN RAISE LOG '{Mark(number)}'; END $$");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, beside);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<(string File, long Length)> EndOfLogAsync()
    {
        await using var command = new NpgsqlCommand("SELECT pg_current_logfile(), (pg_stat_file(pg_current_logfile())).size", beside);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetString(0), reader.GetInt64(1));
    }

    /// <summary>At midnight another file begins.</summary>
    private async Task<string> TextAsync()
    {
        var (newest, _) = await EndOfLogAsync();
        var text = new StringBuilder();
        foreach (var (name, start) in new[] { (file, from), (newest, 0) }.DistinctBy(f => f.Item1))
        {
            await using var command = new NpgsqlCommand("SELECT pg_read_binary_file($1, $2, 1000000000)", beside) { Parameters = { new() { Value = name }, new() { Value = start } } };
            text.Append(Encoding.UTF8.GetString((byte[])(await command.ExecuteScalarAsync())!));
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \w+ \[\d+\] )", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\G (\d+);")]
    private static partial Regex NumberAfter();
}

/// <summary>One statement as it ran.</summary>
internal sealed record ToldPlan(string Question, JsonElement Told)
{
    public string Statement => Told.GetProperty("Query Text").GetString()!;

    /// <summary>All steps that ran, from the outermost on.</summary>
    public IEnumerable<PlanStep> Steps => Under(Told.GetProperty("Plan"));

    private static IEnumerable<PlanStep> Under(JsonElement node)
    {
        var inner = node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().ToList() : [];
        if (Number(node, "Actual Loops") == 0) return [];
        return inner.SelectMany(Under).Prepend(new PlanStep(
            node.GetProperty("Node Type").GetString()!,
            node.TryGetProperty("Relation Name", out var relation) ? relation.GetString() : null,
            (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck")) * Number(node, "Actual Loops"),
            inner.Sum(i => Number(i, "Actual Rows") * Number(i, "Actual Loops"))));
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}

/// <param name="Kind">As PostgreSQL calls it.</param>
/// <param name="Relation">Null: it reads no table.</param>
/// <param name="Read">Rows that it looked at, those that it left out among them.</param>
/// <param name="Taken">Rows that it got from the steps below.</param>
internal sealed record PlanStep(string Kind, string? Relation, double Read, double Taken);
