using System.Diagnostics;
using System.Globalization;

namespace ChargePointHub.Store.Embedded;

/// <summary>
/// Folders of unpacked packages, shared by every hub of this account. A package is made beside its place and renamed when it is
/// whole, one hub at a time; the list of its files tells one that was damaged since.
/// </summary>
/// <param name="folders">The first that can be written is used.</param>
/// <param name="account">Runs what lies in them.</param>
internal sealed class PackageCache(IReadOnlyList<string> folders, ServerAccount account)
{
    private const string FileList = "files.txt";
    private const string LastLine = "whole";

    /// <summary>Low half of the error code of a file that another process has locked: Windows, macOS, Linux.</summary>
    private static readonly int HeldByAnother = OperatingSystem.IsWindows() ? 32 : OperatingSystem.IsMacOS() ? 35 : 11;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>The user's own cache, else below the hub's data; for root, whose home is closed to the server's account, the machine's cache.</summary>
    /// <param name="home">Folder that holds the server's data.</param>
    public static PackageCache Beside(string home, ServerAccount account) =>
        new([Path.Combine(Usual(), "chargepointhub", "postgresql"), Path.Combine(home, "programs")], account);

    /// <summary>The package's folder: found whole, or made whole by <paramref name="fill"/>.</summary>
    /// <param name="fill">Makes that folder, at a place that nobody else uses.</param>
    /// <param name="waiting">Told once, when another hub is at it.</param>
    /// <exception cref="EmbeddedPostgresException">No folder can be written, or it does not take all of it.</exception>
    public async Task<string> TakeAsync(string name, Func<string, Task> fill, Action waiting, CancellationToken cancellationToken)
    {
        if (folders.Select(f => Path.Combine(f, name)).FirstOrDefault(IsWhole) is { } found) return found;
        var cache = Writable();
        try
        {
            return await MakeAsync(cache, name, fill, waiting, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException($"{cache} could not take what npm fetches: {refused.Message}", refused);
        }
    }

    private static async Task<string> MakeAsync(string cache, string name, Func<string, Task> fill, Action waiting, CancellationToken cancellationToken)
    {
        var (place, beside) = (Path.Combine(cache, name), Path.Combine(cache, $"{name}.{Guid.NewGuid():N}.new"));
        await using var held = await LockAsync(Path.Combine(cache, $"{name}.lock"), waiting, cancellationToken);
        if (IsWhole(place)) return place;
        foreach (var left in Directory.EnumerateDirectories(cache, $"{name}.*.new")) Drop(left);
        try
        {
            await fill(beside);
            string[] list = [.. ListOf(beside), LastLine];
            await File.WriteAllLinesAsync(Path.Combine(beside, FileList), list, cancellationToken);
            if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
            Directory.Move(beside, place);
            return place;
        }
        finally
        {
            Drop(beside);
        }
    }

    /// <summary>True when every file of the list is there with its size: the list is written last.</summary>
    private static bool IsWhole(string folder)
    {
        var list = Path.Combine(folder, FileList);
        return File.Exists(list) && File.ReadAllLines(list) is [.. var files, LastLine] && !files.Except(ListOf(folder)).Any();
    }

    private static IEnumerable<string> ListOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(f => string.Create(CultureInfo.InvariantCulture, $"{(f.LinkTarget is null ? f.Length : 0)} {Path.GetRelativePath(folder, f.FullName)}"));

    private static string Usual()
    {
        if (OperatingSystem.IsWindows()) return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (Environment.IsPrivilegedProcess) return OperatingSystem.IsMacOS() ? "/Library/Caches" : "/var/cache";
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS()) return Path.Combine(home, "Library", "Caches");
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } named && Path.IsPathRooted(named) ? named : Path.Combine(home, ".cache");
    }

    private string Writable()
    {
        var reasons = new List<string>();
        foreach (var folder in folders.Where(Path.IsPathRooted))
        {
            try
            {
                account.MakeHome(folder);
                using var trial = new FileStream(Path.Combine(folder, $".{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
                return folder;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                reasons.Add(refused.Message);
            }
        }

        throw new EmbeddedPostgresException($"there is no folder to keep what npm fetches: {string.Join(' ', reasons)}");
    }

    private static async Task<FileStream> LockAsync(string file, Action waiting, CancellationToken cancellationToken)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(Look, cancellationToken))
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException taken) when ((taken.HResult & 0xFFFF) == HeldByAnother)
            {
                if (since.Elapsed < Look) waiting();
            }
        }
    }

    private static void Drop(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Somebody still writes there; its name is never used again, and the next fetch drops it.
        }
    }
}
