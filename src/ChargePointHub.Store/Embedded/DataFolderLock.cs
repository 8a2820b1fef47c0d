using System.Globalization;

namespace ChargePointHub.Store.Embedded;

/// <summary>Held as long as the hub lives and freed by the system when it dies: two hubs never share a data folder.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream held;

    private DataFolderLock(FileStream held) => this.held = held;

    /// <exception cref="EmbeddedPostgresException">Another hub has it; the message names its process.</exception>
    /// <exception cref="IOException">The folder's files cannot be written.</exception>
    public static DataFolderLock Take(string home)
    {
        // The holder's number stands in a second file, because a locked file cannot be read everywhere.
        var pidFile = Path.Combine(home, "hub.pid");
        try
        {
            var held = new DataFolderLock(new FileStream(Path.Combine(home, "hub.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            try
            {
                File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return held;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (IOException taken) when (IsAnothers(taken))
        {
            var pid = File.Exists(pidFile) ? File.ReadAllText(pidFile).Trim() : "unknown";
            throw new EmbeddedPostgresException(
                $"The data folder {home} is in use by another hub (process {pid}). Stop that one, or give this one its own data folder.", taken);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new EmbeddedPostgresException(
                $"This account may not write to the data folder {home}, perhaps made by a hub run as another. Run as that one, or choose another folder.",
                refused);
        }
    }

    /// <summary>True while some hub has it. Leaves no mark.</summary>
    public static bool IsHeld(string home)
    {
        try
        {
            using var free = new FileStream(Path.Combine(home, "hub.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException taken)
        {
            return IsAnothers(taken);
        }
    }

    /// <summary>A full disk, a broken one or a strange file is no other hub. The system's number of "would block", or of a sharing violation.</summary>
    private static bool IsAnothers(IOException failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xFFFF) is 32 or 33 : failure.HResult == (OperatingSystem.IsLinux() ? 11 : 35);

    public void Dispose() => held.Dispose();
}
