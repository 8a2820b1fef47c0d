using System.CommandLine;

namespace ChargePointHub.Mirror;

/// <summary>The program's command line, and what each way to end is called.</summary>
internal static class MirrorCommand
{
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, bool isErrorRedirected, TimeProvider time)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the copies are kept: one CSV file a dataset, and beside it a small file that says where it stands." };
        var hub = new Option<string>("--hub") { HelpName = "URL", Required = true, Description = "Address of the hub, such as https://hub.example." };
        var key = new Option<string>("--key") { HelpName = "env:NAME|file:PATH", Description = "Where the key is. Without one, what is open is mirrored." };
        var caFile = new Option<string>("--ca-file") { HelpName = "FILE", Description = "PEM file of the only certificate authorities trusted, for a hub that has its own." };
        var datasets = new Option<string[]>("--dataset") { HelpName = "NAME", Description = "Mirror this dataset alone; may be given several times. All that the key holds, if left out. Of outages those that operators report: derived ones follow from status changes." };
        datasets.AcceptOnlyFromAmong([.. MirroredDataset.All.Select(d => d.Name)]);
        var every = new Option<int?>("--every") { HelpName = "SECONDS", Description = "Go on until stopped, and ask so often what changed. Once, if left out." };
        every.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var seconds) && seconds is >= 1 and <= 86_400)) given.AddError($"--every takes 1 to 86400 seconds, not '{text}'.");
        });
        var prove = new Option<bool>("--prove") { Description = "Compare each copy with the hub's own table, by hash: as of the same instant; charge points, and where times are cut, as of now." };
        var command = new RootCommand("Keeps CSV copies of what a key may read at a ChargePointHub, equal to the hub.") { folder, hub, key, caFile, datasets, every, prove };
        command.SetAction((given, cancellationToken) => RunAsync(
            () => new MirrorOptions(
                given.GetValue(folder)!, AddressOf(given.GetValue(hub)!), MirrorOptions.KeyOf(given.GetValue(key)), given.GetValue(caFile),
                given.GetValue(every) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, given.GetValue(datasets) ?? [], given.GetValue(prove)),
            new MirrorReport(output, error, isErrorRedirected), time, cancellationToken));

        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromSeconds(30), EnableDefaultExceptionHandler = false });
        foreach (var mistake in parsed.Errors) await error.WriteLineAsync(mistake.Message);
        await error.WriteLineAsync("--help shows what there is.");
        return (int)ExitCode.WrongUse;
    }

    private static async Task<int> RunAsync(Func<MirrorOptions> read, MirrorReport report, TimeProvider time, CancellationToken cancellationToken)
    {
        MirrorOptions? options = null;
        try
        {
            options = read();
            using var mirror = new FolderMirror(options, report, time);
            for (; options.Every is { } pause; await Task.Delay(pause, time, cancellationToken))
            {
                try
                {
                    if (await mirror.RoundAsync(cancellationToken) == ExitCode.Unreachable) report.Say($"Tried again in {pause.TotalSeconds} s.");
                }
                catch (Exception passing) when (Endings.CodeOf(passing, cancellationToken) == ExitCode.Unreachable)
                {
                    report.Say($"{Endings.MessageOf(passing)} Tried again in {pause.TotalSeconds} s.");
                }
            }

            return (int)await mirror.RoundAsync(cancellationToken);
        }
        catch (Exception end) when (Endings.CodeOf(end, cancellationToken) is { } code)
        {
            if (code != ExitCode.BrokenOff) report.Say(Endings.MessageOf(end));
            return (int)(code == ExitCode.BrokenOff && options?.Every is not null ? ExitCode.Done : code);
        }
    }

    private static Uri AddressOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        ? address : throw new MirrorException(ExitCode.WrongUse, $"--hub takes an https address, such as https://hub.example, not '{text}'.");
}
