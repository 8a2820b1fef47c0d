using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Operators;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Server.Commands;
using ChargePointHub.Server.Hosting;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>The simulated OCPI operator, asked over TLS by what the hub asks with.</summary>
public sealed class OcpiOperatorTests
{
    private const string Id = "foxglove-power";

    [Theory]
    [InlineData("ocpi-2.2.1")]
    [InlineData("ocpi-2.3.0")]
    public async Task Sessions_and_CDRs_of_a_window_make_what_happened_and_nothing_of_a_driver(string protocol)
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { ChargePoints = 200, Faults = [$"{Id}=corrections:30"] });
        var feed = FeedOf(host) with { Protocol = protocol };
        var window = new Window(host.London.World.Epoch, sandbox.Time.Now.AddSeconds(1));

        var (sessions, refused) = await PullAsync(feed, window, sandbox.Time);

        Assert.Empty(refused);
        var joined = sessions.GroupBy(s => JoinedSession.KeyOf(s.Record, [.. sessions.Select(o => o.Record)]), StringComparer.Ordinal).Select(g => JoinedSession.Of(g.Key, [.. g])!.Record).OrderBy(s => s.SessionId, StringComparer.Ordinal);
        var truth = host.London.Operators.Single(o => o.Operator.OperatorId == Id);
        var expected = truth.Sessions(WindowAxis.PlugInAt, window, sandbox.Time.Now).OrderBy(v => v.Session.OwnId, StringComparer.Ordinal).ToList();
        Assert.Contains(expected, v => v.Stage == SessionStage.Corrected);
        Assert.Contains(expected, v => v.Stage == SessionStage.Open);
        Assert.Equal(expected.Select(v => Expected(truth.Operator, v)), joined.Select(Told));
        Assert.DoesNotContain(OcpiCharges.Driver, Text(sessions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_by_last_updated_has_what_changed_in_it_and_no_more()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { ChargePoints = 200 });
        var (from, to) = (host.London.World.Epoch.AddHours(20), host.London.World.Epoch.AddHours(44));

        var (sessions, _) = await PullAsync(FeedOf(host), new Window(from, to), sandbox.Time);

        Assert.NotEmpty(sessions);
        Assert.All(sessions, s => Assert.InRange(s.Record.LastUpdated, from, to.AddTicks(-1)));
    }

    [Fact]
    public async Task The_token_is_changed_and_given_anew_as_OCPI_has_it_and_stands_where_the_operator_file_says()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var file = Path.Combine(host.OperatorsFolder, "secrets", $"{Id}.token");
        var first = await File.ReadAllTextAsync(file);
        using var old = sandbox.Client(Id, "Token");

        var rotated = await RunAsync($"feeds rotate {Id}/ocpi --operators {host.OperatorsFolder}");

        var second = await File.ReadAllTextAsync(file);
        Assert.Equal((0, ""), (rotated.Code, rotated.Error.Replace("This ran as root, to whom the file now belongs: see that the hub's account can read it.", "", StringComparison.Ordinal).Trim()));
        Assert.Contains("The operator speaks for CPO GB*FXG Foxglove Power.", rotated.Output, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        Assert.DoesNotContain(second, rotated.Output + rotated.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.False(File.Exists($"{file}.next"));
        Assert.Equal(401, (await GetAsync(old, "/ocpi/versions")).Status);
        var client = sandbox.Client(Id, "Token");
        Assert.Equal(1000, (await GetAsync(client, "/ocpi/2.2.1/locations")).Body.GetProperty("status_code").GetInt32());

        var again = await RunAsync($"feeds register {Id}/ocpi --operators {host.OperatorsFolder}");
        Assert.Equal((int)ExitCode.Refused, again.Code);
        Assert.Contains("answered 405: the operator has registered the hub already. Run: feeds rotate", again.Error, StringComparison.Ordinal);
        Assert.Contains($"{file} is as it was.", again.Error, StringComparison.Ordinal);
        Assert.Equal(second, await File.ReadAllTextAsync(file));

        using (await client.DeleteAsync(new Uri("/ocpi/2.2.1/credentials", UriKind.Relative)))
        {
            Assert.Equal(2004, (await GetAsync(client, "/ocpi/2.2.1/locations")).Body.GetProperty("status_code").GetInt32());
        }

        Assert.Contains("answered 405: the operator has not registered the hub yet", (await RunAsync($"feeds rotate {Id}/ocpi --operators {host.OperatorsFolder}")).Error, StringComparison.Ordinal);
        await File.AppendAllTextAsync(file, "\n");
        Assert.Equal(0, (await RunAsync($"feeds register {Id}/ocpi --operators {host.OperatorsFolder}")).Code);
        Assert.Equal(200, (await GetAsync(sandbox.Client(Id, "Token"), "/ocpi/2.2.1/locations")).Status);
        Assert.Equal(401, (await GetAsync(client, "/ocpi/versions")).Status);
    }

    [Theory]
    [InlineData("foxglove-power/loti", "talks loti-v1; only OCPI registers.")]
    [InlineData("foxglove-power/ocpj", "Was foxglove-power/ocpi meant?")]
    public async Task What_cannot_register_is_said_before_anybody_is_asked(string feed, string said)
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var (code, _, error) = await RunAsync($"feeds register {feed} --operators {host.OperatorsFolder}");
        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_could_not_be_kept_is_never_asked_for()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var file = Path.Combine(host.OperatorsFolder, "secrets", $"{Id}.token");
        var before = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync($"{file}.next", "");

        var (code, _, error) = await RunAsync($"feeds rotate {Id}/ocpi --operators {host.OperatorsFolder}");

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("another registration is under way, or one was broken off", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file));
        Assert.Equal(200, (await GetAsync(sandbox.Client(Id, "Token"), "/ocpi/2.2.1/locations")).Status);
    }

    private static FeedDefinition FeedOf(PretendLondonHost host) =>
        ((LoadedRegistry)ChargePointHub.Server.Hosting.OperatorFiles.Registry.Load(host.OperatorsFolder)).Feeds.Single(f => f.OperatorId == Id && f.FeedId == "ocpi");

    private static async Task<(List<Judged<ChargingSession>> Sessions, List<RefusedRecord> Refused)> PullAsync(FeedDefinition feed, Window window, TimeProvider time)
    {
        using var factory = new FeedClientFactory(TimeProvider.System, FetchRules.Default);
        using var client = factory.Create(feed);
        var protocol = ProtocolCatalogue.Create(_ => client.FetchAsync, r => (Secrets.Resolve(r) as Secret)?.Value, time).Single(p => p.Name == feed.Protocol);
        var plan = new DatasetPlan { Dataset = Dataset.ChargingSessions, Axis = WindowAxis.LastUpdated };
        var (sessions, refused, isWhole) = (new List<Judged<ChargingSession>>(), new List<RefusedRecord>(), false);
        await foreach (var step in protocol.PullAsync(new PullRequest(feed, plan, window), CancellationToken.None))
        {
            var page = Assert.IsType<PulledPage>(step);
            sessions.AddRange(page.Records.ChargingSessions);
            refused.AddRange(page.Records.Refused);
            isWhole = page.IsLast;
        }

        Assert.True(isWhole);
        return (sessions, refused);
    }

    private static string Text(List<Judged<ChargingSession>> sessions)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        foreach (var (record, findings) in sessions)
        {
            HubJson.Write(buffer, record);
            HubJson.Write(buffer, findings);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Expected(SimulatedOperator owner, SessionVersion v)
    {
        var (s, isOpen) = (v.Session, v.Stage == SessionStage.Open);
        var point = owner.ChargePoints[s.ChargePoint];
        var cost = new OcpiCharges(owner, null!).Cost(v);
        var withVat = decimal.Round(cost * 1.2m, 2, MidpointRounding.AwayFromZero);
        var minutes = decimal.Round(OcpiCharges.Hours(s.ChargeEndAt - s.ChargeStartAt) * 60, 3, MidpointRounding.AwayFromZero);
        return FormattableString.Invariant(
            $"{Id}:{s.OwnId} {Id}:{point.OwnId} {At(s.PlugInAt)} {(isOpen ? "open" : At(s.PlugOutAt))} {(isOpen ? 0 : v.EnergyWh)} Wh {(isOpen ? null : minutes):0.000} {(isOpen ? null : cost):0.00} {(isOpen ? null : withVat):0.00} {Id}:{owner.TariffFor(point.Kind).OwnId} {At(v.LastUpdated)}");
    }

    private static string Told(ChargingSession s) => FormattableString.Invariant(
        $"{s.SessionId} {s.ChargePointId} {Instants.Format(s.PlugInAt)} {(s.PlugOutAt is { } end ? Instants.Format(end) : "open")} {s.EnergyKwh * 1000:0} Wh {s.ChargingMinutes:0.000} {s.CostExVat:0.00} {s.CostIncVat:0.00} {s.TariffId} {Instants.Format(s.LastUpdated)}");

    private static string At(long milliseconds) => Instants.Format(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    private static async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await HubCommands.RunAsync(line.Split(' '), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
