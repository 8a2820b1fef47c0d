using ChargePointHub.Feeds.Registry;
using ChargePointHub.Sandbox.Agreements;
using ChargePointHub.Server.Commands;
using ChargePointHub.Server.Findings;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Sandbox;

/// <summary>From the command line to a running pretend London and back: start, say where everything is, show progress, stop.</summary>
public static class SandboxSession
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns one of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(SandboxOptions options, TimeProvider time, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        var progress = new ProgressLine(error);
        var isUp = false;
        try
        {
            progress.Show("Making a pretend London");
            var start = await PretendLondonHost.StartAsync(options, time, stopping);
            if (start is SandboxStart.Refused refused) throw new StartException(refused.Faults);

            await using var london = ((SandboxStart.Started)start).Host;
            await using var sandbox = await SandboxHub.StartAsync(london, new HubParts { Time = time }, stopping);
            progress.Clear();
            isUp = true;
            await SayAsync(london, sandbox, output);
            var ended = await FollowAsync(sandbox, time, output, progress, stopping);
            await output.WriteLineAsync("Stopping: the next start goes on where this one ends.");
            return (int)ended;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            progress.Clear();
            return (int)(isUp ? ExitCode.Done : ExitCode.Interrupted);
        }
        catch (Exception failure) when (StartFailures.Of(failure) is { } faults)
        {
            progress.Clear();
            foreach (var reason in faults.Reasons) await error.WriteLineAsync(reason);
            return (int)faults.ExitCode;
        }
    }

    private static async Task SayAsync(PretendLondonHost london, SandboxHub sandbox, TextWriter output)
    {
        foreach (var note in sandbox.Hub.DatabaseNotes) await output.WriteLineAsync(note);
        await output.WriteLineAsync("Operators of this pretend London:");
        foreach (var each in london.Operators) await output.WriteLineAsync($"  {each.OperatorId,-22} {each.Protocol,-11} {each.BaseUrl}");
        foreach (var wish in london.Options.Outages) await output.WriteLineAsync($"  outage: {wish}");
        foreach (var wish in london.Options.Faults) await output.WriteLineAsync($"  fault: {wish}");
        var ca = Path.GetRelativePath(Directory.GetCurrentDirectory(), london.CaFile);
        await output.WriteLineAsync(
            $"""

            The hub: {sandbox.Hub.BaseUrl}   its certificate authority: {ca}
            A key for each role, as the agreements in {Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.Combine(london.DataFolder, PretendAgreements.FileName))} have it:
            {string.Join(Environment.NewLine, sandbox.Keys.Select(k => $"  {k.Key,-16} {k.Value}"))}

            Documentation: {sandbox.Hub.BaseUrl}/docs

            Try:
              curl --cacert {ca} '{sandbox.Hub.BaseUrl}/v1/charge-points?limit=2'
              curl --cacert {ca} -H 'Authorization: Bearer {sandbox.Key}' '{sandbox.Hub.BaseUrl}/v1/charging-sessions?limit=2'
              curl --cacert {ca} '{sandbox.Hub.BaseUrl}/v1/gaps'

            Ctrl-C stops it.

            """);
    }

    /// <summary>Follows the first backfill until it is done, for whoever looks on, then waits.</summary>
    private static async Task<ExitCode> FollowAsync(SandboxHub sandbox, TimeProvider time, TextWriter output, ProgressLine line, CancellationToken stopping)
    {
        var services = sandbox.Hub.Services;
        var progress = new BackfillProgress(services.GetRequiredService<LiveRegistry>(), services.GetRequiredService<CoverageStore>(), time);
        while (!stopping.IsCancellationRequested)
        {
            var share = await ShareAsync(progress, stopping);
            if (share >= 1) break;
            if (share is { } part) line.Show(progress.Line(part));
            await Task.Delay(Step, time, stopping);
        }

        line.Show("Judging what is stored");
        await services.GetRequiredService<FindingRounds>().RunAsync(stopping);
        line.Clear();
        await output.WriteLineAsync("All history is here; polling goes on.");
        return await sandbox.Hub.WaitForShutdownAsync(stopping);
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
