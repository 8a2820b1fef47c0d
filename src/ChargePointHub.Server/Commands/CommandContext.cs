using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Server.Commands;

/// <summary>What the commands have in common: the options, where results and remarks go, and how a run ends.</summary>
/// <param name="output">Results alone.</param>
/// <param name="error">Remarks, faults, and progress where it is a terminal.</param>
/// <param name="width">Characters a line of <paramref name="output"/>; null: it is no terminal, and lines may be as long as they are.</param>
public sealed class CommandContext(TextWriter output, TextWriter error, int? width = null)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public OptionArguments Arguments { get; } = new();

    public TextWriter Output => output;

    public TextWriter Error => error;

    public TimeProvider Time => TimeProvider.System;

    public ProgressLine Progress { get; } = new(error);

    public static Option<bool> JsonOption() => new("--json") { Description = "Results as JSON, for programs." };

    /// <summary>Makes an action of a command: what a person can mend is said in lines, without a stack.</summary>
    public Func<ParseResult, CancellationToken, Task<int>> Guarded(Func<ParseResult, CancellationToken, Task<ExitCode>> action) => async (parsed, cancellationToken) =>
    {
        // What runs before the first wait would run before Ctrl-C is listened to.
        await Task.Yield();
        try
        {
            return (int)await action(parsed, cancellationToken);
        }
        catch (Exception failure) when (StartFailures.Of(failure) is { } start)
        {
            Progress.Clear();
            foreach (var reason in start.Reasons) await error.WriteLineAsync(reason);
            return (int)start.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Progress.Clear();
            await error.WriteLineAsync("Broken off before it was done.");
            return (int)ExitCode.Interrupted;
        }
    };

    /// <summary>The database at this version's schema; a running hub's embedded one is joined.</summary>
    public async Task<HubDatabaseHandle> OpenMigratedAsync(HubOptions options, CancellationToken cancellationToken)
    {
        var database = await HubDatabaseHandle.JoinAsync(options, cancellationToken);
        try
        {
            await Migrator.MigrateAsync(database.Source, cancellationToken, name => Progress.Show($"Applying {name}"));
            Progress.Clear();
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, where there is something to read: an embedded database is not made for the sake of a look.</summary>
    public async Task<HubDatabaseHandle> OpenExistingAsync(HubOptions options, CancellationToken cancellationToken)
    {
        if (options.Database.Length == 0 && await EmbeddedState.LookAsync(HubDatabaseHandle.EmbeddedOptions(options), cancellationToken) is { Major: null } none)
        {
            var other = HubDatabaseHandle.MeantInsteadOf(options.Data) is { } meant ? $"There is one with --data {meant}." : "--data and --database name others.";
            throw new StartException([$"There is no database in {none.Home}: no hub has run with this data folder yet. {other}"], ExitCode.Unreachable);
        }

        return await OpenMigratedAsync(options, cancellationToken);
    }

    /// <summary>snake_case, indented, null written.</summary>
    public Task WriteJsonAsync<T>(T result) => output.WriteLineAsync(JsonSerializer.Serialize(result, Json));

    /// <summary>Columns side by side; the first row is the heading. Where the terminal is too narrow, each row goes on in lines below, set in.</summary>
    public async Task WriteTableAsync(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            var line = "";
            foreach (var (cell, c) in row.Select((cell, c) => (cell, c)))
            {
                if (c > 0 && line.Length + widths[c] > width)
                {
                    await output.WriteLineAsync(line.TrimEnd());
                    line = "    ";
                }

                line += cell.PadRight(widths[c]) + "  ";
            }

            await output.WriteLineAsync(line.TrimEnd());
        }
    }

    public static string? Text(DateTimeOffset? instant) => instant is { } at ? Instants.Format(at) : null;
}
