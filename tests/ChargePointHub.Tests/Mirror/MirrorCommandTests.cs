using ChargePointHub.Mirror;
using ChargePointHub.Tests.Client;

namespace ChargePointHub.Tests.Mirror;

/// <summary>What the program says and how it ends when it cannot do what it was asked.</summary>
public sealed class MirrorCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-mirror-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("--hub http://hub.example", "https")]
    [InlineData("--hub hub.example", "https")]
    [InlineData("", "--hub")]
    [InlineData("--hub https://hub.example --every 0", "--every takes 1 to 86400 seconds, not '0'")]
    [InlineData("--hub https://hub.example --dataset locations", "charging_sessions")]
    [InlineData("--hub https://hub.example --key cph_live_a_b", "env:NAME or file:PATH")]
    [InlineData("--hub https://hub.example --key env:CPH_NO_SUCH_VARIABLE", "holds no key")]
    [InlineData("--hub https://hub.example --key file:no-such-file", "cannot be read")]
    [InlineData("--hub https://hub.example --ca-file no-such-file", "no-such-file")]
    public async Task Wrong_use_is_told_by_name(string arguments, string said)
    {
        var (code, _, error) = await RunAsync(arguments);

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "CPH-2003", 1)]
    [InlineData(503, "CPH-5003", 3)]
    public async Task A_key_that_the_hub_does_not_know_and_a_hub_that_is_busy_are_told_apart(int status, string problem, int expected)
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(status, problem));
        var key = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(key, PretendHub.Key + "\n");

        var (code, output, error) = await RunAsync($"--hub {hub.Address} --key file:{key}");

        Assert.Equal((expected, ""), (code, output));
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.Equal("Bearer " + PretendHub.Key, hub.Asked.First().Key);
        Assert.DoesNotContain(PretendHub.Key, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_told()
    {
        await using (var hub = await PretendHub.StartAsync(PretendHub.Json("{}")))
        {
            await hub.DisposeAsync();
            Assert.Equal((int)ExitCode.Unreachable, (await RunAsync($"--hub {hub.Address}")).Code);
        }
    }

    [Fact]
    public async Task Two_mirrors_do_not_share_a_folder()
    {
        using var held = new FileStream(Path.Combine(folder, "mirror.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var (code, _, error) = await RunAsync("--hub https://hub.example");

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("Another mirror", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await MirrorCommand.RunAsync([folder, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output, error, isErrorRedirected: true, new NoPauses());
        return (code, output.ToString(), error.ToString());
    }
}
