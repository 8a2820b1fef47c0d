using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ChargePointHub.Proofs;

/// <summary>A hub child as its parent sees it: started, listened to, killed or ended.</summary>
internal sealed class ChildHub : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly string log;
    private readonly Task logging;
    private readonly Stopwatch lived = Stopwatch.StartNew();

    private ChildHub(Process process, string log)
    {
        (this.process, this.log) = (process, log);
        logging = LogAsync();
    }

    public int ProcessId => process.Id;

    /// <summary>Since the process was started.</summary>
    public TimeSpan Lived => lived.Elapsed;

    /// <param name="log">File that takes what it writes to its error output.</param>
    public static ChildHub Start(ChildOrders orders, string log) => Start("hub-child", orders.ToArgument(), log);

    /// <param name="child">What the program is to be, with its one argument.</param>
    public static ChildHub Start(string child, string argument, string log)
    {
        // Run by its own program or by dotnet: the child is run the same way.
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(ChildHub).Assembly.Location);
        start.ArgumentList.Add(child);
        start.ArgumentList.Add(argument);
        return new ChildHub(Process.Start(start)!, log);
    }

    /// <summary>A port of localhost that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>The next line that begins with the word.</summary>
    /// <exception cref="ProofFailedException">It ended, or did not say it in time.</exception>
    public async Task<string> UntilItSaysAsync(string word, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith(word, StringComparison.Ordinal)) return line;
            }
        }
        catch (OperationCanceledException)
        {
            throw new ProofFailedException($"The hub did not say {word} within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s; see {log}.");
        }

        await process.WaitForExitAsync(CancellationToken.None);
        throw new ProofFailedException($"The hub ended with exit code {process.ExitCode} before it said {word}; see {log}.");
    }

    /// <summary>kill -9 of this process alone: its PostgreSQL is left an orphan.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: false);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>One line to its input; taken as soon as it runs.</summary>
    public Task TellAsync(string line) => process.StandardInput.WriteLineAsync(line);

    /// <param name="signal">By name: STOP, CONT.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    public bool HasEnded => process.HasExited;

    /// <summary>In good order, by the end of its input.</summary>
    public async Task EndAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(EndLimit);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ProofFailedException($"The hub did not end within {EndLimit.TotalSeconds} s of being asked to; see {log}.");
        }

        if (process.ExitCode != 0) throw new ProofFailedException($"The hub ended with exit code {process.ExitCode}; see {log}.");
        await logging;
    }

    /// <summary>A proof that failed on its way leaves no hub behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(EndLimit);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private async Task LogAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await using var file = new StreamWriter(log, append: true) { AutoFlush = true };
        while (await process.StandardError.ReadLineAsync() is { } line) await file.WriteLineAsync(line);
    }
}
