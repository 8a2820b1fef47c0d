using System.Globalization;

namespace ChargePointHub.Store.Embedded;

/// <summary>How a download that was continued came out.</summary>
internal enum DownloadEnd
{
    /// <summary>The server says that nothing is missing.</summary>
    Whole,

    /// <summary>It was cut, or never began; what came is kept, and the next one goes on from there.</summary>
    Cut,

    /// <summary>This address cannot be fetched in this way.</summary>
    Refused,
}

/// <summary>The curl of this machine: it goes on where a download was cut, which npm cannot.</summary>
/// <param name="searchPath">Folders to look for it in, as in PATH.</param>
internal sealed class CurlClient(string searchPath)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Name or server not found, no connection, partial file, timed out, TLS broken off, nothing received, not sent, not received,
    /// HTTP/2 stream broken: curl's exit codes that another attempt may change.
    /// </summary>
    private static readonly int[] Passing = [5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92];

    public bool IsThere => Program is not null;

    private string? Program => Tool.Find("curl", OperatingSystem.IsWindows() ? ".exe" : "", searchPath);

    /// <summary>Appends to <paramref name="file"/> what it lacks of an address; makes it if it is not there. HTTPS alone, also when sent on.</summary>
    /// <param name="atMost">Bytes; what is larger is refused.</param>
    /// <exception cref="EmbeddedPostgresException">curl could not be started, or did not end.</exception>
    public async Task<DownloadEnd> ContinueAsync(Uri address, string file, long atMost, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--fail", "--silent", "--show-error", "--location", "--proto", "=https", "--proto-redir", "=https",
            "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60",
            "--max-filesize", atMost.ToString(CultureInfo.InvariantCulture),
            "--continue-at", "-", "--output", file, "--url", address.AbsoluteUri,
        ];
        var said = await Tool.RunAsync(Program!, arguments, null, Limit, cancellationToken, Path.GetDirectoryName(file));
        if (new FileInfo(file) is { Exists: true } came && came.Length > atMost) return DownloadEnd.Refused;
        return said.ExitCode == 0 ? DownloadEnd.Whole : Passing.Contains(said.ExitCode) ? DownloadEnd.Cut : DownloadEnd.Refused;
    }
}
