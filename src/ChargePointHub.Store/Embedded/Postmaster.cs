using System.Diagnostics;
using System.Globalization;

namespace ChargePointHub.Store.Embedded;

/// <summary>The server process that a data folder's <c>postmaster.pid</c> names; it may be long gone, or another program by now.</summary>
/// <param name="SocketFolder">Where it listens; null where the file does not say.</param>
internal sealed record Postmaster(int Pid, string? SocketFolder)
{
    /// <summary>How the name of a socket's folder in the temporary folder begins.</summary>
    public const string TemporaryPrefix = "cph-";

    /// <summary>Where the system shows its processes.</summary>
    internal string Processes { get; init; } = "/proc";

    /// <summary>Null when no server is named.</summary>
    public static Postmaster? NamedIn(string dataFolder)
    {
        try
        {
            var lines = File.ReadAllLines(FileOf(dataFolder));
            return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
                ? new Postmaster(pid, lines.Length > 4 && lines[4].Length > 0 ? lines[4] : null)
                : null;
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static string FileOf(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    /// <summary>True for any process of that number, also another program or one that has ended and was not waited for.</summary>
    public bool HasProcess
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(Pid);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>True while the process is this folder's server.</summary>
    /// <exception cref="EmbeddedPostgresException">There is a process, and it cannot be told what it is: it is to be left alone.</exception>
    public bool Serves(string dataFolder)
    {
        if (!HasProcess) return false;
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var words = File.ReadAllText(Path.Combine(Processes, Pid.ToString(CultureInfo.InvariantCulture), "cmdline")).Split('\0');
                return Path.GetFileName(words[0]) is "postgres" or "postmaster" && words.Contains(dataFolder);
            }

            using var process = Process.GetProcessById(Pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // Gone by now, it ended while it was looked at.
            if (!HasProcess) return false;
            throw new EmbeddedPostgresException(
                $"{FileOf(dataFolder)} names process {Pid}, and it cannot be told whether that is its server: {unreadable.Message} Nothing was changed; try again, or look at that process.", unreadable);
        }
    }

    /// <summary>Its socket's folder, where that was made in the temporary folder for it.</summary>
    public void DeleteTemporarySocket()
    {
        if (SocketFolder is { } folder && Path.GetFileName(folder).StartsWith(TemporaryPrefix, StringComparison.Ordinal) && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
