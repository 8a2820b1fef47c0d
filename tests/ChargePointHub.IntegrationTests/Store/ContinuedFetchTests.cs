using System.Security.Cryptography;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>A package's archive that comes in pieces, by a curl and an npm that are shell scripts.</summary>
public sealed class ContinuedFetchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("chargepointhub-continued-").FullName;
    private readonly HastyTime time = new();
    private readonly byte[] archive = RandomNumberGenerator.GetBytes(600_000);

    public ContinuedFetchTests()
    {
        File.WriteAllBytes(Path.Combine(folder, "archive"), archive);
        Directory.CreateDirectory(Room);
        Script("npm", $"if [ $1 = view ]; then echo https://registry.example/one.tgz; else printf p >> '{folder}/calls'; cp '{folder}/archive' one.tgz; fi");
    }

    private string Room => Path.Combine(folder, "room");

    private PostgresPackage Package => new("@example/linux-x64", "1.0.0", Convert.ToBase64String(SHA512.HashData(archive)), 1);

    private string Calls => File.ReadAllText(Path.Combine(folder, "calls"));

    [ShellFact]
    public async Task A_cut_download_goes_on_where_it_ended_and_npm_packs_nothing()
    {
        Curl(bytes: 150_000, ending: 18);
        Assert.Equal(archive, await File.ReadAllBytesAsync(await FetchAsync()));
        Assert.Equal("[0][150000][300000][450000]", Calls);
        Assert.All(time.Waits, w => Assert.Equal(TimeSpan.FromSeconds(2), w));
    }

    [ShellFact]
    public async Task What_an_earlier_start_left_is_gone_on_with_and_what_is_whole_is_not_fetched()
    {
        await File.WriteAllBytesAsync(Path.Combine(Room, "archive.part"), archive[..400_000]);
        Curl(bytes: 600_000, ending: 0);
        var first = await FetchAsync();
        Assert.Equal(archive, await File.ReadAllBytesAsync(first));
        Assert.Equal(first, await FetchAsync());
        Assert.Equal("[400000]", Calls);
    }

    [ShellFact]
    public async Task Where_curl_is_refused_npm_fetches_it_whole()
    {
        foreach (var ending in (int[])[22, 33, 60])
        {
            Curl(bytes: 10, ending);
            Assert.Equal(archive, await File.ReadAllBytesAsync(await FetchAsync()));
            Assert.False(File.Exists(Path.Combine(Room, "archive.part")));
        }

        Assert.Equal("[0]p[0]p[0]p", Calls);
    }

    [ShellFact]
    public async Task Other_bytes_than_the_pinned_ones_are_not_gone_on_with()
    {
        await File.WriteAllBytesAsync(Path.Combine(Room, "archive.part"), new byte[100]);
        Curl(bytes: 600_000, ending: 0);
        Assert.Equal(archive, await File.ReadAllBytesAsync(await FetchAsync()));
        Assert.Equal("[100]p", Calls);
    }

    [ShellFact]
    public async Task A_line_that_brings_nothing_is_tried_three_times_before_npm_and_what_came_is_kept()
    {
        await File.WriteAllBytesAsync(Path.Combine(Room, "archive.part"), archive[..400_000]);
        Curl(bytes: 0, ending: 7);
        await FetchAsync();
        Assert.Equal("[400000][400000][400000]p", Calls);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)], time.Waits);
        Assert.Equal(400_000, new FileInfo(Path.Combine(Room, "archive.part")).Length);
    }

    [ShellFact]
    public async Task An_archive_that_does_not_end_is_refused()
    {
        Script("curl", $"{FindOutput}; printf c >> '{folder}/calls'; head -c 3000000 /dev/zero >> \"$out\"; exit 18");
        Assert.Equal(archive, await File.ReadAllBytesAsync(await FetchAsync()));
        Assert.Equal("cp", Calls);
    }

    [ShellFact]
    public async Task An_address_without_TLS_is_not_asked()
    {
        Script("npm", $"if [ $1 = view ]; then echo http://registry.example/one.tgz; else cp '{folder}/archive' one.tgz; fi");
        Curl(bytes: 600_000, ending: 0);
        await FetchAsync();
        Assert.False(File.Exists(Path.Combine(folder, "calls")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private const string FindOutput = "while [ $# -gt 0 ]; do if [ \"$1\" = --output ]; then out=$2; fi; shift; done";

    private Task<string> FetchAsync() => new NpmClient(Path.Combine(folder, "bin"), time).FetchAsync(Package, Room, CancellationToken.None);

    /// <summary>A curl that appends at most so many bytes of the archive, and ends with a code unless all of it is there.</summary>
    private void Curl(int bytes, int ending) => Script(
        "curl",
        $"{FindOutput}; touch \"$out\"; size=$(wc -c < \"$out\" | tr -d ' '); printf \"[$size]\" >> '{folder}/calls'\n"
        + $"tail -c +$((size + 1)) '{folder}/archive' | head -c {bytes} >> \"$out\"\n"
        + $"if [ $(wc -c < \"$out\") -ge {archive.Length} ]; then exit 0; fi; exit {ending}");

    private void Script(string name, string line)
    {
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, name);
        File.WriteAllText(program, $"#!/bin/sh\n{line}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32("755", 8));
    }
}
