using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>A program run the way a person runs it, with what it says kept.</summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly Lock guard = new();

    private ChildProgram(Process process) => this.process = process;

    public string Said
    {
        get
        {
            lock (guard) return said.ToString();
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>A port of localhost that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Starts a line of shell in a folder.</summary>
    public static ChildProgram Start(string line, string folder)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", line]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        var child = new ChildProgram(new Process { StartInfo = start });
        child.process.OutputDataReceived += (_, e) => child.Hear(e.Data);
        child.process.ErrorDataReceived += (_, e) => child.Hear(e.Data);
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a line of shell to its end.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string line, string folder, TimeSpan limit)
    {
        await using var child = Start(line, folder);
        return (await child.EndAsync(limit), child.Said);
    }

    /// <summary>Waits for words in what it says.</summary>
    public async Task UntilItSaysAsync(string words, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!Said.Contains(words, StringComparison.Ordinal))
        {
            Assert.False(process.HasExited, $"It ended before it said '{words}':\n{Said}");
            Assert.False(patience.IsCancellationRequested, $"It did not say '{words}' within {limit}:\n{Said}");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>What Ctrl-C does: SIGINT to the program and all that it started.</summary>
    public async Task InterruptAsync()
    {
        var family = Family(process.Id).ToList();
        var (code, text) = await RunAsync($"kill -INT {string.Join(' ', family)}", "/", TimeSpan.FromSeconds(5));
        Assert.True(code == 0, text);
    }

    /// <summary>Exit code, once it has ended and all its words have come.</summary>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not end within {limit}:\n{Said}");
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await InterruptAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    /// <summary>The program and what it started; not the database server, which detaches itself.</summary>
    private static IEnumerable<int> Family(int id)
    {
        yield return id;
        var file = $"/proc/{id}/task/{id}/children";
        if (!File.Exists(file)) yield break;
        foreach (var child in File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var each in Family(int.Parse(child, CultureInfo.InvariantCulture))) yield return each;
        }
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (guard) said.AppendLine(line);
    }
}
