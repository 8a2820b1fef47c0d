using ChargePointHub.Client;

namespace ChargePointHub.Mirror;

/// <summary>All copies of a folder, one dataset after the other, once or until stopped.</summary>
internal sealed class FolderMirror : IDisposable
{
    /// <summary>Looks at a copy and the hub's table while the hub goes on learning.</summary>
    private const int MostLooks = 10;

    /// <summary>What the hub's clock alone changes, its changes tell a few seconds later.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private const string LockFile = "mirror.lock";

    private readonly MirrorOptions options;
    private readonly MirrorReport report;
    private readonly FileStream held;
    private readonly HttpClient http;
    private readonly HubClient hub;
    private readonly TimeProvider time;
    private readonly HashSet<string> shown = [];
    private bool isGreeted;

    /// <exception cref="MirrorException">The folder cannot be used.</exception>
    public FolderMirror(MirrorOptions options, MirrorReport report, TimeProvider time)
    {
        (this.options, this.report, this.time) = (options, report, time);
        Directory.CreateDirectory(options.Folder);
        held = Hold(options.Folder);
        http = HubHttp.Create(options.Hub, options.CaFile);
        hub = new HubClient(new HubRequests(http, options.Key, time));
    }

    public void Dispose()
    {
        http.Dispose();
        held.Dispose();
    }

    /// <summary>Brings every copy up to now, and proves it where that is asked; one that fails is said, and leaves the others alone. After the first round only what changed is told.</summary>
    /// <returns>The worst of all.</returns>
    public async Task<ExitCode> RoundAsync(CancellationToken cancellationToken)
    {
        await GreetAsync(cancellationToken);
        var codes = new List<ExitCode>();
        foreach (var dataset in MirroredDataset.All.Where(d => options.Datasets.Count == 0 || options.Datasets.Contains(d.Name)))
        {
            try
            {
                if (await KeepAsync(dataset, cancellationToken) is { } code) codes.Add(code);
            }
            catch (Exception fault) when (Endings.IsOfOneDataset(fault, cancellationToken))
            {
                report.Say($"{dataset.Name}: {Endings.MessageOf(fault)}");
                codes.Add(Endings.CodeOf(fault, cancellationToken)!.Value);
            }
        }

        return codes.Count > 0 ? Endings.WorstOf(codes) : ExitCode.Refused;
    }

    /// <summary>A key that the hub does not know ends everything before a copy is touched.</summary>
    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        if (options.Key is not null && !isGreeted) report.Say($"The hub knows this key as {(await hub.GetMeAsync(cancellationToken)).Data.Label}.");
        isGreeted = true;
    }

    /// <returns>Null: the key does not hold the dataset, nobody asked for it by name, and there is no copy that has grown old.</returns>
    private async Task<ExitCode?> KeepAsync(MirroredDataset dataset, CancellationToken cancellationToken)
    {
        var copy = new TableCopy(options.Folder, dataset);
        if (await copy.OpenAsync(cancellationToken) is { } fault) report.Say($"{dataset.Name}: begun anew. {fault}.");
        var mirror = new DatasetMirror(hub, dataset, copy, report);
        if (await mirror.FollowAsync(cancellationToken) is not { } told) return options.Datasets.Count > 0 || copy.IsThere ? ExitCode.Refused : null;
        if (shown.Add(dataset.Name) || told > 0) report.Result(FormattableString.Invariant($"{dataset.Name}: {copy.State!.Rows} rows as of {CopyState.TextOf(copy.State.AsOf)}, {told} changes"));
        return !options.Proves || await ProveAsync(copy, mirror, dataset, cancellationToken) ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>What is joined in the hub's table is as of now: where it differs, the copy is brought up to now and looked at again. Of other columns it is begun anew.</summary>
    private async Task<bool> ProveAsync(TableCopy copy, DatasetMirror mirror, MirroredDataset dataset, CancellationToken cancellationToken)
    {
        var equality = new Equality(hub, dataset, copy);
        for (var look = 1; ; look++)
        {
            var outcome = await equality.LookAsync(cancellationToken);
            if (outcome.IsEqual)
            {
                report.Result(FormattableString.Invariant($"{dataset.Name}: equal to the hub, {outcome.Rows} rows, digest {outcome.Digest}"));
                return true;
            }

            if (outcome.Fault is null && look < MostLooks)
            {
                if (outcome.HasSameColumns)
                {
                    await Task.Delay(BetweenLooks, time, cancellationToken);
                }
                else
                {
                    report.Say($"{dataset.Name}: begun anew, as the hub's table has other columns.");
                    copy.Forget();
                }

                if (await mirror.FollowAsync(cancellationToken) is null) return false;
                continue;
            }

            report.Result(FormattableString.Invariant($"{dataset.Name}: DIFFERS from the hub{(outcome.Fault is null ? "" : ": " + outcome.Fault)}"));
            foreach (var row in await equality.DifferencesAsync(cancellationToken)) report.Result("  " + row);
            return false;
        }
    }

    /// <summary>One mirror a folder.</summary>
    private static FileStream Hold(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, LockFile)))
        {
            throw new MirrorException(ExitCode.WrongUse, $"Another mirror is at work in {folder}.");
        }
    }
}
