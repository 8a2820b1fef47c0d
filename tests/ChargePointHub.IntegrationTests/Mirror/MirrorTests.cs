using System.Diagnostics;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Mirror;
using ChargePointHub.Model;
using ChargePointHub.Store;
using HubClient = ChargePointHub.Client.HubClient;
using HubRequests = ChargePointHub.Client.HubRequests;

namespace ChargePointHub.IntegrationTests.Mirror;

/// <summary>The mirror program on a hub: whatever happens there, and however the program ends, its copies are the hub's tables.</summary>
public sealed class MirrorTests : IAsyncLifetime
{
    private const string OfLambeth = "cph_live_lambeth_secret";

    private readonly ApiHost host = new();
    private readonly string folder = Directory.CreateTempSubdirectory("cph-mirror-").FullName;
    private int hours;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        // The database's clock is real, and nobody asks as of the future.
        host.AskedAt = DateTimeOffset.UtcNow.AddHours(1);
        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000022"])]);
        await WriteAsync(new RecordPage { ChargePoints = [.. new[] { "P1", "P2" }.Select(p => Samples.Accept(Samples.ChargePoint(p, op: "alpha")))] }, "E09000022");
        await WriteAsync(new RecordPage { ChargingSessions = [Session("S1", "P1"), Session("S2", "P2"), Session("=S3", "P2")] });
        await WriteAsync(new RecordPage { Tariffs = [Samples.Accept(new Tariff { TariffId = "alpha:T1", OperatorId = "alpha", Currency = "GBP" })] });
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Copies_follow_corrections_and_removals_and_are_proved_equal()
    {
        await WriteAsync(new RecordPage { Outages = [Samples.Accept(Samples.Outage("O1", "P1", minutes: null, op: "alpha"))] });
        var begun = await MirrorAsync(ApiHost.Key);
        Assert.Equal(
            ["charge_points: 2 rows, 2 changes", "charge_points: equal", "tariffs: 1 rows, 0 changes", "tariffs: equal", "status_changes: 0 rows, 0 changes", "status_changes: equal", "charging_sessions: 3 rows, 0 changes", "charging_sessions: equal", "outages: 1 rows, 0 changes", "outages: equal", "reported_usage: 0 rows, 0 changes", "reported_usage: equal"],
            begun.Said);

        await WriteAsync(new RecordPage { ChargingSessions = [Session("S1", "P1", kwh: 9.9m), Session("S4", "P1")] });
        await new PurgeStore(host.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "alpha", "alpha:S2", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        await WriteAsync(new RecordPage { Outages = [Samples.Accept(Samples.Outage("O1", "P1", op: "alpha") with { LastUpdated = Samples.Noon.AddHours(2) }), Samples.Accept(Samples.Outage("O2", "P2", op: "alpha"))] });
        await host.WritePageAsync("beta", Dataset.StatusChanges, new RecordPage
        {
            StatusChanges = [Samples.Accept(new StatusChange { ChargePointId = "beta:P1", OperatorId = "beta", Status = Status.OutOfOrder, At = ApiHost.Now, Evidence = Evidence.Event })],
        });
        var followed = await MirrorAsync(ApiHost.Key);

        // One that the hub derives is in neither.
        Assert.Equal(["alpha:O1", "alpha:O2", "beta:P1/2026-11-20T12:00:00.000Z"], (await host.GetAsync("/v1/outages?period=2026")).Data.Select(o => o.GetProperty("outage_id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(["alpha:O1", "alpha:O2"], Ids("outages"));
        Assert.Contains("outages: equal", followed.Said);

        Assert.Contains("charging_sessions: 3 rows, 3 changes", followed.Said);
        Assert.Contains("charging_sessions: equal", followed.Said);
        Assert.Equal(["alpha:=S3", "alpha:S1", "alpha:S4"], Ids("charging_sessions"));
        Assert.Contains(",9.9,", File.ReadAllLines(Table("charging_sessions")).Single(l => l.StartsWith("alpha:S1,", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(0, followed.Code);
    }

    [Fact]
    public async Task Pages_of_one_change_make_the_same_copy()
    {
        var hub = new HubClient(new HubRequests(host.Http, ApiHost.Key));
        var points = MirroredDataset.All.Single(d => d.Name == "charge_points");
        var copy = new TableCopy(folder, points);
        await copy.OpenAsync(CancellationToken.None);

        var told = await new DatasetMirror(hub, points, copy, new MirrorReport(TextWriter.Null, TextWriter.Null, isErrorRedirected: true)) { PageLimit = 1 }.FollowAsync(CancellationToken.None);

        Assert.Equal(2, told);
        Assert.True((await new Equality(hub, points, copy).LookAsync(CancellationToken.None)).IsEqual);
    }

    [Fact]
    public async Task Rights_that_change_begin_the_copy_anew_and_a_place_that_leaves_them_takes_its_sessions_along()
    {
        await MirrorAsync(OfLambeth);
        Assert.Equal(["alpha:=S3", "alpha:S1", "alpha:S2"], Ids("charging_sessions"));

        await new AreaStore(host.Database).WriteAsync([new PlacedChargePoint("alpha", "alpha:P2", new AreaCodes("E09000007", "Camden", null, null, "1"))], CancellationToken.None);
        Assert.Contains("charging_sessions: equal", (await MirrorAsync(OfLambeth)).Said);
        Assert.Equal(["alpha:S1"], Ids("charging_sessions"));

        host.Granted[OfLambeth] = Scope.Of(OrganisationRole.Borough, null, [new("alpha", "charging_sessions", ["E09000007"])]);
        var anew = await MirrorAsync(OfLambeth);

        Assert.Contains("charging_sessions: begun anew, CPH-1205.", anew.Errors, StringComparison.Ordinal);
        Assert.Contains("charging_sessions: equal", anew.Said);
        Assert.Equal(["alpha:=S3", "alpha:S2"], Ids("charging_sessions"));
    }

    [Fact]
    public async Task A_dataset_that_is_no_longer_held_is_said_and_its_copy_is_left_to_its_keeper()
    {
        await MirrorAsync(OfLambeth);
        host.Granted[OfLambeth] = Scope.Public;

        var without = await MirrorAsync(OfLambeth);

        Assert.Equal((int)ExitCode.Refused, without.Code);
        Assert.Contains("charging_sessions: left out. CPH-2006", without.Errors, StringComparison.Ordinal);
        Assert.Contains("delete it if the agreement has ended", without.Errors, StringComparison.Ordinal);
        Assert.Equal(3, Ids("charging_sessions").Count);
    }

    [Fact]
    public async Task A_copy_that_another_hand_changed_is_told_by_the_proof_and_one_that_differs_is_shown_row_by_row()
    {
        await MirrorAsync(ApiHost.Key);
        var text = await File.ReadAllTextAsync(Table("tariffs"));
        await File.WriteAllTextAsync(Table("tariffs"), text.Replace("GBP", "EUR", StringComparison.Ordinal));

        var (code, said, _) = await MirrorAsync(ApiHost.Key);

        Assert.Equal(1, code);
        Assert.Contains(said, l => l.StartsWith("tariffs: DIFFERS from the hub: ", StringComparison.Ordinal));
        Assert.Contains(said, l => l.StartsWith("  only the hub has   alpha:T1,", StringComparison.Ordinal) && l.Contains("GBP", StringComparison.Ordinal));
        Assert.Contains(said, l => l.StartsWith("  only the copy has  alpha:T1,", StringComparison.Ordinal) && l.Contains("EUR", StringComparison.Ordinal));
        Assert.Contains("charging_sessions: equal", said);
    }

    [Fact]
    public async Task A_folder_of_another_hub_is_told_to_be_one()
    {
        await MirrorAsync(ApiHost.Key);
        var state = Path.ChangeExtension(Table("tariffs"), ".json");
        await File.WriteAllTextAsync(state, System.Text.RegularExpressions.Regex.Replace(await File.ReadAllTextAsync(state), "\"cursor\": \"[^\"]+\"", "\"cursor\": \"of-another-hub\""));

        var (code, said, errors) = await MirrorAsync(ApiHost.Key);

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("CPH-1201", errors, StringComparison.Ordinal);
        Assert.Contains("take a new FOLDER", errors, StringComparison.Ordinal);
        Assert.Contains("charging_sessions: equal", said);
    }

    [Fact]
    public async Task A_mirror_that_is_killed_while_it_writes_goes_on_and_is_equal()
    {
        var (caught, attempts) = (0, 0);
        for (; caught < 3 && attempts < 40; attempts++)
        {
            await WriteAsync(new RecordPage { ChargingSessions = [.. Enumerable.Range(0, 3_000).Select(n => Session("K" + n, "P1", kwh: 1 + attempts))] });
            using var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(MirrorCommand).Assembly.Location, folder, "--hub", host.Http.BaseAddress!.ToString(), "--key", "file:" + await KeyFileAsync(ApiHost.Key), "--dataset", "charging_sessions"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            while (!program.HasExited && !File.Exists(Table("charging_sessions") + ".next")) await Task.Yield();
            program.Kill();
            await program.WaitForExitAsync();
            if (File.Exists(Table("charging_sessions") + ".next")) caught++;
        }

        Assert.True(caught == 3, $"Ended {caught} times within a write, in {attempts} attempts.");
        var (code, said, errors) = await MirrorAsync(ApiHost.Key);
        Assert.True(code == 0, errors);
        Assert.Contains("charging_sessions: equal", said);
        Assert.Equal(3_003, Ids("charging_sessions").Count);
        Assert.DoesNotContain(Directory.GetFiles(folder), f => f.EndsWith(".next", StringComparison.Ordinal));
    }

    private string Table(string dataset) => Path.Combine(folder, dataset + ".csv");

    private IReadOnlyList<string> Ids(string dataset) => [.. File.ReadAllLines(Table(dataset)).Skip(1).Select(l => l.Split(',')[0]).Order(StringComparer.Ordinal)];

    /// <summary>Runs the program, proving; what it says is cut to what is the same each time.</summary>
    private async Task<(int Code, IReadOnlyList<string> Said, string Errors)> MirrorAsync(string key)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await MirrorCommand.RunAsync([folder, "--hub", host.Http.BaseAddress!.ToString(), "--key", "file:" + await KeyFileAsync(key), "--prove"], output, error, isErrorRedirected: true, TimeProvider.System);
        var said = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Contains(": equal", StringComparison.Ordinal) ? l[..(l.IndexOf(": equal", StringComparison.Ordinal) + 7)] : l.IndexOf(" as of ", StringComparison.Ordinal) is > 0 and var at ? l[..at] + l[l.LastIndexOf(',')..] : l);
        return (code, [.. said], error.ToString());
    }

    private async Task<string> KeyFileAsync(string key)
    {
        var file = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(file, key);
        return file;
    }

    private Judged<ChargingSession> Session(string own, string point, decimal kwh = 7.123m) =>
        Samples.Accept(Samples.Session(own, point, Samples.Noon.AddHours(3 + hours), kwh, op: "alpha"));

    private Task<PageWritten> WriteAsync(RecordPage records, string? borough = null)
    {
        hours++;
        return new PageWriter(host.Database).WriteAsync(
            Samples.Page(records, Dataset.ChargePoints, "alpha") with
            {
                Areas = borough is null ? new Dictionary<string, AreaCodes>() : records.ChargePoints.ToDictionary(p => p.Record.ChargePointId, _ => new AreaCodes(borough, "Lambeth", null, null, "1")),
            },
            CancellationToken.None);
    }
}
