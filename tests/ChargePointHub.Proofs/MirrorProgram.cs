using ChargePointHub.Mirror;

namespace ChargePointHub.Proofs;

/// <summary>The mirror that users are given, run on one reader's folder, time and again; it proves its copies by itself.</summary>
internal sealed class MirrorProgram(string name, string? key, string folder, params string[] datasets)
{
    public string Name => name;

    public int Rounds { get; private set; }

    public int Beginnings { get; private set; }

    /// <summary>Brings the copies up to now.</summary>
    /// <param name="proves">And compares them with the hub's tables.</param>
    /// <returns>What differs, and what went wrong.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Uri hub, bool proves)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var mirror = new FolderMirror(new MirrorOptions(folder, hub, key, CaFile: null, Every: null, datasets, proves), new MirrorReport(output, error, isErrorRedirected: true), TimeProvider.System);
        var code = await mirror.RoundAsync(CancellationToken.None);
        Rounds++;
        Beginnings += error.ToString().Split(": begun anew").Length - 1;
        return code == ExitCode.Done ? [] : [$"{name}'s program ended with {code}: {output}{error}"];
    }
}
