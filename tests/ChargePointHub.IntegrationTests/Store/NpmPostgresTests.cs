using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Store.Embedded;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>PostgreSQL from npm where none is installed.</summary>
public sealed class NpmPostgresTests : IDisposable
{
    /// <summary>Shell for: make the folder given with --cache, which lies in the hub's own cache.</summary>
    private const string FindCache = "for a; do [ \"$before\" = --cache ] && cache=$a; before=$a; done; mkdir -p \"$cache\"";

    private readonly string folder = Directory.CreateTempSubdirectory("cphtest-").FullName;
    private readonly List<StartStep> steps = [];
    private readonly HastyTime time = new();

    public NpmPostgresTests()
    {
        // As root the server runs as another account, which must be able to pass through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    private string Cache => Path.Combine(folder, "cache");

    [NpmFact]
    public async Task Where_no_PostgreSQL_is_installed_npm_brings_one_that_runs_and_is_kept()
    {
        await using (var server = await EmbeddedPostgres.StartAsync(FromNpm("a"), CancellationToken.None))
        {
            Assert.Equal(PostgresPackage.PinnedMajor, server.Major);
            Assert.Equal("18", await ServerMajorAsync(server));
        }

        Assert.True(steps[^1].Ends);
        var fetched = steps.Count;

        // Without npm, as it is kept.
        await using var second = await EmbeddedPostgres.StartAsync(FromNpm("b") with { NpmPath = "" }, CancellationToken.None);
        Assert.Equal("18", await ServerMajorAsync(second));
        Assert.Equal(fetched, steps.Count);
    }

    [ShellFact]
    public async Task What_is_fetched_is_unpacked_readable_with_its_links_and_fetched_once()
    {
        var package = Package("one");
        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Npm(package, Answering("one")).FolderAsync(CancellationToken.None)));
        var bin = Assert.Single(folders.Distinct());
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(bin, "postgres")));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(Path.Combine(bin, "postgres")).HasFlag(UnixFileMode.OtherExecute));
        var lib = Path.Combine(Path.GetDirectoryName(bin)!, "lib");
        Assert.Equal("libpq.so.5.18", new FileInfo(Path.Combine(lib, "libpq.so.5")).LinkTarget);
        Assert.Equal("pq", await File.ReadAllTextAsync(Path.Combine(lib, "libpq.so.5")));
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(folder, "calls")));
        Assert.Equal([Path.GetDirectoryName(bin)!], Directory.GetDirectories(Cache));
    }

    [ShellFact]
    public async Task Other_bytes_than_the_pinned_ones_are_refused_and_nothing_of_them_stays()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Npm(Package("one"), Answering("other")).FolderAsync(CancellationToken.None));
        Assert.Contains("not the package that this hub was built for", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Cache));
    }

    [ShellFact]
    public async Task A_fetch_that_was_cut_leaves_nothing_that_is_used()
    {
        var package = Package("one");
        var left = Path.Combine(Cache, $"{package.FolderName}.0123.new");
        Directory.CreateDirectory(Path.Combine(left, "bin"));
        await File.WriteAllTextAsync(Path.Combine(left, "bin", "postgres"), "half");
        using var cut = new CancellationTokenSource();
        var hanging = Npm(package, Script("hang", $"echo > '{folder}/begun'; exec sleep 600"));
        var fetch = hanging.FolderAsync(cut.Token);
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50)))
        {
            while (!File.Exists(Path.Combine(folder, "begun"))) await tick.WaitForNextTickAsync(CancellationToken.None);
        }

        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        var bin = await Npm(package, Answering("one")).FolderAsync(CancellationToken.None);
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(bin, "postgres")));
        Assert.Single(Directory.GetDirectories(Cache));
    }

    [ShellFact]
    public async Task A_fetch_that_fails_is_begun_again_by_itself_with_what_npm_has_in_its_cache()
    {
        var package = Package("one");
        var bin = await Npm(package, Cut("cut", times: 2)).FolderAsync(CancellationToken.None);
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(bin, "postgres")));
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)], time.Waits);
        Assert.Equal([Path.GetDirectoryName(bin)!], Directory.GetDirectories(Cache));
    }

    [ShellFact]
    public async Task It_is_begun_three_times_at_most_and_the_next_start_goes_on_with_npms_cache()
    {
        var package = Package("one");
        var npm = Cut("cut", times: 3);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => Npm(package, npm).FolderAsync(CancellationToken.None));
        Assert.Contains("npm error the line was cut", refused.Message, StringComparison.Ordinal);
        Assert.Equal("xxx", await File.ReadAllTextAsync(Path.Combine(folder, "calls")));
        await Npm(package, npm).FolderAsync(CancellationToken.None);
        Assert.Equal("xxxx", await File.ReadAllTextAsync(Path.Combine(folder, "calls")));
    }

    [ShellFact]
    public async Task How_much_has_come_is_told_while_npm_fetches()
    {
        var package = Package("one");
        var slow = Script("slow", $"{FindCache}; head -c 1500000 /dev/zero > \"$cache/part\"; n=0; while [ ! -e '{folder}/go' ] && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.1; done; cp '{Archive("one")}' example.tgz");
        var told = new TaskCompletionSource();
        var npm = new NpmPostgres(package, new NpmClient(slow, time), new PackageCache([Cache], new ServerAccount((string?)null)), step =>
        {
            if (step.Amount == "1.5 MB") told.TrySetResult();
        });
        var fetch = npm.FolderAsync(CancellationToken.None);
        await Task.WhenAny(told.Task, fetch);
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "");
        await fetch;
        Assert.True(told.Task.IsCompleted);
    }

    [ShellFact]
    public async Task A_lock_that_cannot_be_had_for_another_reason_than_another_hub_is_told_at_once()
    {
        var package = Package("one");
        var place = Path.Combine(Directory.CreateDirectory(Cache).FullName, $"{package.FolderName}.lock");
        File.CreateSymbolicLink(place, place);
        using var waited = new CancellationTokenSource();
        var npm = new NpmPostgres(package, new NpmClient(Answering("one"), time), new PackageCache([Cache], new ServerAccount((string?)null)), _ => waited.Cancel());
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => npm.FolderAsync(waited.Token));
        Assert.Contains("could not take what npm fetches", refused.Message, StringComparison.Ordinal);

        File.Delete(place);
        Directory.CreateDirectory(place);
        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => npm.FolderAsync(waited.Token));
    }

    [ShellFact]
    public async Task A_package_that_lost_a_file_in_the_cache_is_fetched_again()
    {
        var package = Package("one");
        var bin = await Npm(package, Answering("one")).FolderAsync(CancellationToken.None);
        File.Delete(Path.Combine(bin, "initdb"));
        await Npm(package, Answering("one")).FolderAsync(CancellationToken.None);
        Assert.True(File.Exists(Path.Combine(bin, "initdb")));
        Assert.Equal("xx", await File.ReadAllTextAsync(Path.Combine(folder, "calls")));
    }

    [ShellFact]
    public async Task With_neither_PostgreSQL_nor_npm_one_error_names_the_three_ways()
    {
        var said = await RefusalAsync(FromNpm("data") with { NpmPath = "" });
        Assert.Contains("npm, which could fetch PostgreSQL, is not on PATH", said, StringComparison.Ordinal);
        Assert.Contains("install PostgreSQL", said, StringComparison.Ordinal);
        Assert.Contains("--postgres-binaries", said, StringComparison.Ordinal);
        Assert.Contains("install Node.js with npm", said, StringComparison.Ordinal);
    }

    [ShellFact]
    public async Task What_npm_says_when_it_cannot_is_passed_on()
    {
        var said = await RefusalAsync(FromNpm("data") with { NpmPath = Script("offline", "echo 'npm error network is away' >&2; exit 1") });
        Assert.Contains("npm error network is away", said, StringComparison.Ordinal);
        Assert.Contains("install PostgreSQL", said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private EmbeddedPostgresOptions FromNpm(string data) => new()
    {
        DataFolder = Path.Combine(folder, data),
        Places = [],
        CacheFolder = Cache,
        Progress = steps.Add,
        Time = time,
    };

    private NpmPostgres Npm(PostgresPackage package, string path) =>
        new(package, new NpmClient(path, time), new PackageCache([Cache], new ServerAccount((string?)null)), steps.Add);

    private static async Task<string> RefusalAsync(EmbeddedPostgresOptions options) =>
        (await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, CancellationToken.None))).Message;

    /// <summary>A small archive of the same shape as the real one.</summary>
    private PostgresPackage Package(string content) =>
        new("@example/linux-x64", "1.0.0", Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(Archive(content)))), 1);

    private string Archive(string content)
    {
        var file = Path.Combine(folder, $"{content}.archive");
        if (File.Exists(file)) return file;
        using var zip = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        using var tar = new TarWriter(zip);
        foreach (var (name, text, mode) in new[]
        {
            ("package.json", "{}", "644"), ("native/bin/postgres", content, "755"), ("native/bin/initdb", content, "755"), ("native/lib/libpq.so.5.18", "pq", "644"),
            ("native/pg-symlinks.json", """[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]""", "644"),
        })
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"package/{name}")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                Mode = (UnixFileMode)Convert.ToInt32(mode, 8),
            });
        }

        return file;
    }

    /// <summary>PATH of an npm that brings that archive and counts its calls.</summary>
    private string Answering(string content) => Script(content, $"printf x >> '{folder}/calls'; cp '{Archive(content)}' example.tgz");

    /// <summary>PATH of an npm whose first calls fail; it counts them in the cache that it was told to use.</summary>
    private string Cut(string name, int times) => Script(
        name,
        $"{FindCache}; printf x >> '{folder}/calls'; if [ -e \"$cache/{times}\" ]; then cp '{Archive("one")}' example.tgz; exit; fi\n"
        + "n=1; while [ -e \"$cache/$n\" ]; do n=$((n + 1)); done; echo > \"$cache/$n\"; echo 'npm error the line was cut' >&2; exit 1");

    private string Script(string name, string line)
    {
        var bin = Directory.CreateDirectory(Path.Combine(folder, $"path-{name}")).FullName;
        var npm = Path.Combine(bin, "npm");
        File.WriteAllText(npm, $"#!/bin/sh\n{line}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(npm, (UnixFileMode)Convert.ToInt32("755", 8));
        return bin;
    }

    private static async Task<string> ServerMajorAsync(EmbeddedPostgres server)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT split_part(current_setting('server_version'), '.', 1)", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
