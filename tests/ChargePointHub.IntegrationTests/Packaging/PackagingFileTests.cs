using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.IntegrationTests.Packaging;

/// <summary>The files in <c>.packaging</c> judged without the engines that use them: no container is built and no unit is started here.</summary>
public sealed partial class PackagingFileTests
{
    // systemd's own scale: 0 is sealed, 10 is open; above 5 it says "exposed".
    private const int MostExposureTenths = 20;

    private static readonly string Packaging = Path.Combine(ReadmeFile.Read().Root, ".packaging");

    private static IReadOnlyList<(string Word, string Text)> Instructions =>
        [.. string.Join('\n', File.ReadLines(Path.Combine(Packaging, "Containerfile")).Where(l => !l.StartsWith('#'))).Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => (l.Split(' ')[0], l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim()))];

    [Fact]
    public void The_container_starts_from_tagged_images_as_an_ordinary_user_and_is_asked_whether_it_is_ready()
    {
        var stages = Instructions.Where(i => i.Word == "FROM").Select(i => i.Text).ToList();
        Assert.Equal(2, stages.Count);
        Assert.All(stages, s => Assert.Matches(@"^[a-z0-9./-]+:[0-9][a-z0-9.-]*( AS build)?$", s));
        Assert.True(int.Parse(Instructions.Last(i => i.Word == "USER").Text, CultureInfo.InvariantCulture) > 0);
        Assert.Contains(Instructions, i => i.Word == "HEALTHCHECK" && i.Text.Contains("/health/ready", StringComparison.Ordinal) && !i.Text.Contains("--insecure", StringComparison.Ordinal));
    }

    [Fact]
    public void The_container_runs_what_the_publish_script_makes()
    {
        var root = Path.GetDirectoryName(Packaging)!;
        var script = File.ReadAllText(Path.Combine(Packaging, "publish"));
        var run = Assert.Single(Instructions, i => i.Word == "RUN" && i.Text.Contains(".packaging/publish", StringComparison.Ordinal)).Text.Split(' ');
        Assert.Equal(["/build/.packaging/publish", "linux-x64", "/published"], run);
        Assert.Contains("for program in Server Sandbox; do", script, StringComparison.Ordinal);
        var copied = Assert.Single(Instructions, i => i.Word == "COPY" && i.Text.StartsWith("--from=build", StringComparison.Ordinal)).Text.Split(' ');
        Assert.Equal("/published/server", copied[1]);
        var entry = Assert.Single(Instructions, i => i.Word == "ENTRYPOINT").Text;
        Assert.EndsWith($"\"{copied[2]}/ChargePointHub.Server\"]", entry, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(root, "src", "ChargePointHub.Server", "ChargePointHub.Server.csproj")));
    }

    [Fact]
    public void Every_setting_that_the_packages_name_is_one_of_the_hubs()
    {
        var named = Directory.GetFiles(Packaging).SelectMany(f => Setting().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.Contains("Operators", named);
        Assert.All(named, n => Assert.NotNull(typeof(Server.Hosting.HubOptions).GetProperty(n)));
    }

    [Fact]
    public void The_unit_waits_for_the_longest_stop_and_does_not_start_what_was_told_to_be_wrong_again()
    {
        var unit = File.ReadAllLines(Path.Combine(Packaging, "chargepointhub.service")).Where(l => l.Contains('=', StringComparison.Ordinal)).Select(l => l.Split('=', 2)).ToLookup(l => l[0], l => l[1]);

        // PostgreSQL is asked twice, and each time has ten seconds more than it is given.
        var longest = TimeSpan.FromSeconds(HubOptions.LongestDrainSeconds) + (2 * (new EmbeddedPostgresOptions { DataFolder = "" }.StopLimit + TimeSpan.FromSeconds(10)));
        Assert.True(TimeSpan.FromSeconds(int.Parse(Assert.Single(unit["TimeoutStopSec"]), CultureInfo.InvariantCulture)) > longest);
        Assert.Equal(((int)ExitCode.WrongUse).ToString(CultureInfo.InvariantCulture), Assert.Single(unit["RestartPreventExitStatus"]));
    }

    [SystemdFact]
    public void Systemd_takes_the_unit_and_finds_little_that_it_could_harm()
    {
        var folder = Directory.CreateTempSubdirectory("cph-unit-").FullName;
        var unit = Path.Combine(folder, "chargepointhub.service");
        File.WriteAllText(unit, ExecStart().Replace(File.ReadAllText(Path.Combine(Packaging, "chargepointhub.service")), "ExecStart=/bin/true"));
        Assert.Equal("", Run("verify", unit).Said);
        var (code, said) = Run("security", "--offline=yes", "--no-pager", $"--threshold={MostExposureTenths}", unit);
        Assert.True(code == 0, said);
        Directory.Delete(folder, recursive: true);
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = process.StandardError.ReadToEnd() + output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    [GeneratedRegex("^ExecStart=.*$", RegexOptions.Multiline)]
    private static partial Regex ExecStart();

    [GeneratedRegex(@"\bHub__(\w+)")]
    private static partial Regex Setting();
}

/// <summary>A fact that systemd's own checker decides.</summary>
public sealed class SystemdFactAttribute : FactAttribute
{
    public SystemdFactAttribute()
    {
        if (!File.Exists("/usr/bin/systemd-analyze")) Skip = "systemd-analyze is not installed: the unit cannot be judged.";
    }
}
