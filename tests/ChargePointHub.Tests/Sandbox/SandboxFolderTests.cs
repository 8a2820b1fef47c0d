using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Areas;
using ChargePointHub.Sandbox.Certificates;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Tests.Sandbox;

public sealed class SandboxFolderTests
{
    [Fact]
    public async Task A_restart_goes_on_with_the_same_London_and_the_same_secrets()
    {
        await using var sandbox = new SandboxFixture();
        var first = await sandbox.StartAsync();
        var (epoch, authority, token) = (first.London.World.Epoch, await File.ReadAllTextAsync(first.CaFile), Token(first));
        Assert.Equal(0, (epoch - DateTimeOffset.UnixEpoch).Ticks % TimeSpan.TicksPerHour);
        sandbox.Time.Now += TimeSpan.FromHours(7);
        var second = await sandbox.StartAsync(new SandboxOptions { Port = 0, DataFolder = sandbox.Options.DataFolder });
        Assert.Equal((first.London.World, authority, token), (second.London.World, await File.ReadAllTextAsync(second.CaFile), Token(second)));

        static string Token(PretendLondonHost host) => File.ReadAllText(Path.Combine(host.OperatorsFolder, "secrets", "lamplight.token"));
    }

    [Fact]
    public async Task Another_London_in_a_folder_that_holds_one_is_refused_until_fresh_is_asked_for()
    {
        await using var sandbox = new SandboxFixture();
        await sandbox.StartAsync();
        var faults = await sandbox.RefusedAsync(sandbox.Options with { Seed = 5, Days = 9 });
        Assert.Equal(2, faults.Count);
        Assert.All(faults, f => Assert.Contains("--fresh", f, StringComparison.Ordinal));
        var fresh = await sandbox.StartAsync(sandbox.Options with { Seed = 5, Days = 9, Fresh = true });
        Assert.Equal(5, fresh.London.World.Seed);
    }

    [Fact]
    public async Task Fresh_never_empties_a_folder_that_is_not_a_sandboxs()
    {
        await using var sandbox = new SandboxFixture();
        var precious = Path.Combine(sandbox.Folder, "precious.txt");
        await File.WriteAllTextAsync(precious, "x");
        var faults = await sandbox.RefusedAsync(sandbox.Options with { DataFolder = sandbox.Folder, Fresh = true });
        Assert.Contains("--fresh", Assert.Single(faults), StringComparison.Ordinal);
        Assert.True(File.Exists(precious));
    }

    [Fact]
    public async Task Wishes_that_cannot_be_met_are_all_told_at_once()
    {
        await using var sandbox = new SandboxFixture();
        var faults = await sandbox.RefusedAsync(sandbox.Options with
        {
            Outages = ["nobody=-2h/-1h", "lamplight=yesterday/-1h", "lamplight=-1h/-2h", "lamplight"],
            LookBacks = ["lamplight=soon", "nobody=P1D"],
            ReplayFolder = Path.Combine(sandbox.Folder, "none"),
        });
        Assert.Equal(7, faults.Count);
        Assert.Contains(faults, f => f.Contains("thames-rapid", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--operators 0", "--operators")]
    [InlineData("--operators 51", "--operators")]
    [InlineData("--days x", "--days")]
    [InlineData("--port 70000", "--port")]
    [InlineData("--scale huge", "huge")]
    [InlineData("--oprators 3", "--oprators")]
    public void A_wrong_option_is_named(string arguments, string named)
    {
        Assert.Contains(SandboxCommand.ErrorsOf(arguments.Split(' ')), e => e.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_reach_the_sandbox_as_given()
    {
        SandboxOptions? given = null;
        var exit = await SandboxCommand.RunAsync("--port 9000 --data d --fresh --operators 7 --charge-points 70 --days 2 --seed 3 --scale london --outage a=-2h/-1h --outage b=+1s/+2s --oracle o --replay r".Split(' '), TextWriter.Null, TextWriter.Null, (options, _) =>
        {
            given = options;
            return Task.FromResult(0);
        });
        Assert.Equal(0, exit);
        Assert.Equal(["a=-2h/-1h", "b=+1s/+2s"], given!.Outages);
        Assert.Equal(
            (9000, "d", true, 7, 70, 2, 3L, SandboxScale.London, "o", "r"),
            (given.Port, given.DataFolder, given.Fresh, given.Operators, given.ChargePoints, given.Days, given.Seed, given.Scale, given.OracleFolder, given.ReplayFolder));
    }

    [Fact]
    public async Task The_oracle_holds_the_newest_version_of_everything_and_all_of_sessions_and_follows()
    {
        await using var sandbox = new SandboxFixture();
        var folder = Path.Combine(sandbox.Folder, "oracle");
        var host = await sandbox.StartAsync(sandbox.Options with { OracleFolder = folder });
        var truth = host.London.Operators[1];
        var before = Lines("charging_sessions").Count;
        sandbox.Time.Now += TimeSpan.FromHours(6);
        await sandbox.StopAsync();

        var lines = Lines("charging_sessions");
        var expected = truth.Sessions(WindowAxis.LastUpdated, new Window(truth.World.Epoch, sandbox.Time.Now.AddMilliseconds(1)), sandbox.Time.Now);
        Assert.True(before > 0 && lines.Count > before);
        var versions = lines.ToLookup(l => l.GetProperty("session_id").GetString()!, l => l.GetProperty("last_updated").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.All(expected, v => Assert.Equal(v.History.Select(h => h.LastUpdated), versions["kerbside-volt:" + v.Session.OwnId]));
        Assert.Contains(expected, v => v.Stage == SessionStage.Final);
        var last = lines.GroupBy(l => l.GetProperty("session_id").GetString()!).ToDictionary(g => g.Key, g => g.Last());
        Assert.Equal(expected.Count, last.Count);
        foreach (var version in expected)
        {
            var line = last["kerbside-volt:" + version.Session.OwnId];
            Assert.Equal(version.LastUpdated, line.GetProperty("last_updated").GetDateTimeOffset().ToUnixTimeMilliseconds());
            Assert.Equal(version.Stage == SessionStage.Open, line.GetProperty("plug_out_at").ValueKind == JsonValueKind.Null);
        }

        var changes = truth.StatusChanges(new Window(truth.World.Epoch, sandbox.Time.Now), sandbox.Time.Now);
        Assert.Equal(changes.Count, Lines("status_changes").Count);
        var statuses = Lines("charge_point_status").GroupBy(l => l.GetProperty("charge_point_id").GetString()!).ToDictionary(g => g.Key, g => g.Last().GetProperty("status").GetString());
        Assert.Equal(truth.Statuses(sandbox.Time.Now).Select(s => Words<Status>.Of(s.Status)), truth.Operator.ChargePoints.Select(p => statuses["kerbside-volt:" + p.OwnId]));
        Assert.Equal(truth.Operator.ChargePoints.Count, Lines("charge_points").Select(l => l.GetProperty("charge_point_id").GetString()).Distinct().Count());

        List<JsonElement> Lines(string name)
        {
            using var stream = new FileStream(Path.Combine(folder, "kerbside-volt", name + ".ndjson"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        }
    }

    [Fact]
    public async Task The_sandbox_file_names_the_hub_its_keys_and_the_operators()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        host.WriteSandboxFile(new Uri("https://localhost:8443"), new Dictionary<string, string> { ["gla"] = "k" });
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(host.DataFolder, "sandbox.json")));
        Assert.Equal("https://localhost:8443", json.RootElement.GetProperty("base_url").GetString());
        Assert.Equal("k", json.RootElement.GetProperty("keys").GetProperty("gla").GetString());
        Assert.Equal(5, json.RootElement.GetProperty("operators").GetArrayLength());
        Assert.True(File.Exists(json.RootElement.GetProperty("ca_file").GetString()));
    }

    [Fact]
    public void A_certificate_is_kept_until_it_nears_its_end()
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-tls-").FullName;
        try
        {
            var now = DateTimeOffset.UtcNow;
            using var first = SandboxCertificates.Open(folder, now);
            using var second = SandboxCertificates.Open(folder, now.AddDays(300));
            using var third = SandboxCertificates.Open(folder, now.AddDays(350));
            Assert.Equal(first.Localhost.Thumbprint, second.Localhost.Thumbprint);
            Assert.NotEqual(first.Localhost.Thumbprint, third.Localhost.Thumbprint);
            Assert.True(first.Localhost.MatchesHostname("localhost") && third.Localhost.HasPrivateKey);
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "ca.key")));
            using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(first.CaFile));
            Assert.Equal(authority.SubjectName.Name, third.Localhost.IssuerName.Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_simple_areas_are_33_and_cut_London_without_overlap()
    {
        var layer = SimpleAreas.Build();
        Assert.Equal(33, layer.Areas.Select(a => a.Code).Distinct().Count());
        foreach (var borough in BoroughFacts.All)
        {
            Assert.Equal([borough.Gss], layer.Areas.Where(a => a.Contains(new Place(borough.Longitude, borough.Latitude))).Select(a => a.Code));
        }

        var random = new Seeded(4);
        for (var i = 0; i < 2000; i++)
        {
            var place = new Place(random.Between(-0.4, 0.05), random.Between(51.38, 51.6));
            Assert.Single(layer.Areas, a => a.Contains(place));
        }

        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, SimpleAreas.ToGeoJson(layer));
        Assert.Equal(layer.Areas.Select(a => (a.Code, a.Name)), AreaLayer.Read(file, out _)!.Areas.Select(a => (a.Code, a.Name)));
        File.WriteAllText(file, """{"features":[{"properties":{"x":1},"geometry":null}]}""");
        Assert.Null(AreaLayer.Read(file, out var fault));
        Assert.Contains("area code", fault, StringComparison.Ordinal);
        File.Delete(file);
    }
}
