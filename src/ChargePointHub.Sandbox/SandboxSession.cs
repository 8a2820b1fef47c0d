using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Sandbox;

/// <summary>From the command line to a running pretend London and back: start, say where everything is, show progress, stop.</summary>
public static class SandboxSession
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>Exit codes: 0 stopped as asked, 1 could not start, 2 wrong options.</summary>
    public static async Task<int> RunAsync(SandboxOptions options, TimeProvider time, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        try
        {
            var start = await PretendLondonHost.StartAsync(options, time, stopping);
            if (start is SandboxStart.Refused refused)
            {
                foreach (var fault in refused.Faults) await error.WriteLineAsync(fault);
                return 2;
            }

            await using var london = ((SandboxStart.Started)start).Host;
            await using var sandbox = await SandboxHub.StartAsync(london, new HubParts { Time = time }, stopping);
            await SayAsync(london, sandbox, output);
            await FollowAsync(sandbox, time, output, error, stopping);
            await output.WriteLineAsync("Stopping: the next start goes on where this one ends.");
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception failure) when (StartFailures.Reasons(failure) is { } reasons)
        {
            foreach (var reason in reasons) await error.WriteLineAsync(reason);
            return 1;
        }
    }

    private static async Task SayAsync(PretendLondonHost london, SandboxHub sandbox, TextWriter output)
    {
        foreach (var note in sandbox.Hub.DatabaseNotes) await output.WriteLineAsync(note);
        await output.WriteLineAsync("Operators of this pretend London:");
        foreach (var each in london.Operators) await output.WriteLineAsync($"  {each.OperatorId,-22} {each.Protocol,-11} {each.BaseUrl}");
        foreach (var wish in london.Options.Outages) await output.WriteLineAsync($"  outage: {wish}");
        var ca = Path.GetRelativePath(Directory.GetCurrentDirectory(), london.CaFile);
        await output.WriteLineAsync(
            $"""

            The hub: {sandbox.Hub.BaseUrl}   its certificate authority: {ca}
            A key that opens everything: {sandbox.Key}

            Try:
              curl --cacert {ca} '{sandbox.Hub.BaseUrl}/v1/charge-points?limit=2'
              curl --cacert {ca} -H 'Authorization: Bearer {sandbox.Key}' '{sandbox.Hub.BaseUrl}/v1/charging-sessions?limit=2'
              curl --cacert {ca} '{sandbox.Hub.BaseUrl}/v1/gaps'

            Ctrl-C stops it.

            """);
    }

    /// <summary>Shows the first backfill until it is done, then waits: on a terminal one line that changes, else a line for each tenth.</summary>
    private static async Task FollowAsync(SandboxHub sandbox, TimeProvider time, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        var services = sandbox.Hub.Services;
        var progress = new BackfillProgress(services.GetRequiredService<LiveRegistry>(), services.GetRequiredService<CoverageStore>(), time);
        var isTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
        var told = -1.0;
        while (!stopping.IsCancellationRequested)
        {
            if (await ShareAsync(progress, stopping) is not { } share)
            {
                await Task.Delay(Step, time, stopping);
                continue;
            }

            if (isTerminal) await error.WriteAsync($"\r{progress.Line(share)}        ");
            else if (share - told >= 0.1 || share >= 1) await error.WriteLineAsync(progress.Line(told = share));
            if (share >= 1) break;
            await Task.Delay(Step, time, stopping);
        }

        if (isTerminal) await error.WriteLineAsync();
        await output.WriteLineAsync("All history is here; polling goes on.");
        await sandbox.Hub.WaitForShutdownAsync(stopping);
    }

    /// <summary>Null while the database is away: the hub waits for it, and so does the progress.</summary>
    private static async Task<double?> ShareAsync(BackfillProgress progress, CancellationToken stopping)
    {
        try
        {
            return await progress.ShareAsync(stopping);
        }
        catch (Exception away) when (DatabaseGone.Explains(away))
        {
            return null;
        }
    }
}
