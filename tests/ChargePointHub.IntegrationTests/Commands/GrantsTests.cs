using System.Globalization;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>grants apply</c>, <c>grants list</c> and <c>grants show</c>.</summary>
public sealed class GrantsTests : IAsyncLifetime, IDisposable
{
    private const string Camden = """{"organisation_id": "camden", "name": "Camden", "role": "borough"}""";

    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        hub.WriteOperator("old-mill");
        Write("""["E09000007"]""");
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task Apply_shows_what_would_change_and_changes_it_only_when_told_to()
    {
        var (dryCode, dry, dryRemarks) = await hub.RunAsync(Line("grants apply grants.json"));
        var (_, _, none) = await hub.RunAsync(Line("grants list"));
        var (code, applied, remarks) = await hub.RunAsync(Line("grants apply grants.json --yes --by 'access board'"));
        var (_, again, _) = await hub.RunAsync(Line("grants apply grants.json --yes"));
        var (_, listed, _) = await hub.RunAsync(Line("grants list"));

        Assert.Equal((int)ExitCode.Done, dryCode);
        Assert.Contains("+ organisation camden: Camden, borough\n", dry, StringComparison.Ordinal);
        Assert.Contains("+ grant mill-camden: camden reads charging_sessions in E09000007 under mill", dry, StringComparison.Ordinal);
        Assert.EndsWith("new: 5, changed: 0, ended: 0. Nothing has been changed; --yes brings it into force.", dry.Trim(), StringComparison.Ordinal);
        Assert.Equal("There are no grants: `grants apply FILE` brings them.", none.Trim());
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Equal(dry.Replace("Nothing has been changed; --yes brings it into force.", "In force from now on.", StringComparison.Ordinal), applied);
        Assert.EndsWith("new: 0, changed: 0, ended: 0. All of it is in force already.", again.Trim(), StringComparison.Ordinal);
        Assert.Matches(@"mill-camden\s+camden\s+old-mill\s+holds\s+2026-03-31T23:00:00.000Z\s+for good\s+charging_sessions\s+E09000007", listed);
        Assert.Matches(@"new-camden\s+camden\s+new-mill\s+to come\s+2027-03-31T23:00:00.000Z\s+for good\s+status_changes\s+london", listed);
        foreach (var said in new[] { dryRemarks, remarks })
        {
            Assert.Matches("note: no operator file in .+ has the operator_id new-mill\\.", said);
            Assert.DoesNotContain("operator_id old-mill", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Show_and_list_tell_what_is_what_was_and_who_changed_it()
    {
        await hub.RunAsync(Line("grants apply grants.json --yes --by 'access board'"));
        Write("""["london"]""");
        var (_, widened, _) = await hub.RunAsync(Line("grants apply grants.json --yes --by 'data office'"));
        var (_, shown, _) = await hub.RunAsync(Line("grants show mill-camden"));
        var listed = (await hub.JsonAsync(Line("grants list"))).EnumerateArray().Single(g => g.GetProperty("agreement_id").GetString() == "mill");
        File.WriteAllText(Path.Combine(hub.Folder, "grants.json"), $$"""{"organisations": [{{Camden}}], "agreements": []}""");
        await hub.RunAsync(Line("grants apply grants.json --yes --by 'data office'"));
        var ended = await hub.JsonAsync(Line("grants show mill-camden"));
        var (unknown, _, what) = await hub.RunAsync(Line("grants show mill-camdn"));

        Assert.Matches("~ grant mill-camden\n    was: .+ in E09000007 .+\n    now: .+", widened);
        Assert.Matches("^grant mill-camden: camden reads charging_sessions in (?!E09).+\n.+ by data office: grant changed\n(    .+\n)+.+ by access board: grant new\n", shown);
        Assert.Equal(("mill-camden", "holds", "london"), (listed.GetProperty("grant_id").GetString(), listed.GetProperty("state").GetString(), listed.GetProperty("areas")[0].GetString()));
        Assert.Empty(ended.GetProperty("in_force").EnumerateArray());
        Assert.Equal(["data office", "data office", "access board"], ended.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("changed_by").GetString()));
        Assert.Equal(((int)ExitCode.Refused, "Nothing has or had the id 'mill-camdn'; `grants list` shows the grants."), (unknown, what.Trim()));
    }

    [Fact]
    public async Task Fields_and_precision_are_told_in_difference_list_and_history()
    {
        await hub.RunAsync(Line("grants apply grants.json --yes"));
        Write("""["E09000007"]""", limits: """, "fields": ["outcome", "energy_kwh"], "time_precision": "hour" """);
        var (_, difference, _) = await hub.RunAsync(Line("grants apply grants.json --yes"));
        var (_, listed, _) = await hub.RunAsync(Line("grants list"));
        var json = (await hub.JsonAsync(Line("grants list"))).EnumerateArray().Single(g => g.GetProperty("agreement_id").GetString() == "mill");
        var (_, shown, _) = await hub.RunAsync(Line("grants show mill-camden"));
        Write("""["E09000007"]""", limits: """, "fields": [], "time_precision": "hours" """);
        var (code, _, faults) = await hub.RunAsync(Line("grants apply grants.json --yes"));

        Assert.Matches("~ grant mill-camden\n    was: camden reads charging_sessions in E09000007 under .+\n    now: camden reads charging_sessions in E09000007, ids, places and times with energy_kwh, outcome alone, times by hour under", difference);
        Assert.Matches(@"mill-camden\s.+\s+E09000007\s+energy_kwh, outcome\s+hour", listed);
        Assert.Matches(@"new-camden\s.+\s+london\s+all\s+exact", listed);
        Assert.Equal(("""["energy_kwh","outcome"]""", "hour"), (json.GetProperty("fields").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), json.GetProperty("time_precision").GetString()));
        Assert.Matches("was: .+\"fields\":null,\"time_precision\":\"exact\".+\n.+now: .+\"fields\":\\[\"energy_kwh\",\"outcome\"\\],\"time_precision\":\"hour\"", shown);
        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains("/agreements/0/grants/0/time_precision", faults, StringComparison.Ordinal);
        Assert.Contains("15_min", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_file_is_told_with_all_its_faults_and_changes_nothing()
    {
        Write("""["E09000099"]""", dataset: "sessions");
        var (code, output, error) = await hub.RunAsync(Line("grants apply grants.json --yes"));
        var (missingCode, _, missing) = await hub.RunAsync(Line("grants apply grant.json --yes"));
        var (blankCode, _, blank) = await hub.RunAsync(Line("grants apply grants.json --yes --by ' '"));
        var (_, _, none) = await hub.RunAsync(Line("grants list"));

        Assert.Equal(((int)ExitCode.WrongUse, ""), (code, output));
        Assert.Contains("/agreements/0/grants/0/datasets/0", error, StringComparison.Ordinal);
        Assert.Contains("/agreements/0/grants/0/areas/0", error, StringComparison.Ordinal);
        var lines = error.Trim().Split('\n');
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"grants.json: faults: {lines.Length - 1}. Nothing has been changed."), lines[^1]);
        Assert.Equal((int)ExitCode.WrongUse, missingCode);
        Assert.Contains("grant.json is no file. Name a file of grants: `grants apply grants.json`.", missing, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.WrongUse, blankCode);
        Assert.Contains("--by must not be blank.", blank, StringComparison.Ordinal);
        Assert.Equal("There are no grants: `grants apply FILE` brings them.", none.Trim());
    }

    private string Line(string arguments) => $"{arguments} --database '{database.ConnectionString}'";

    private void Write(string areas, string dataset = "charging_sessions", string limits = "") => File.WriteAllText(
        Path.Combine(hub.Folder, "grants.json"),
        $$"""
        {"organisations": [{{Camden}}], "agreements": [
            {"agreement_id": "mill", "title": "Sharing", "operator_id": "old-mill", "valid_from": "2026-04-01T00:00:00+01:00", "grants": [
                {"grant_id": "mill-camden", "organisation_id": "camden", "datasets": ["{{dataset}}"], "areas": {{areas}}{{limits}}}]},
            {"agreement_id": "new", "title": "To come", "operator_id": "new-mill", "valid_from": "2026-04-01T00:00:00+01:00", "grants": [
                {"grant_id": "new-camden", "organisation_id": "camden", "datasets": ["status_changes"], "areas": ["london"], "valid_from": "2027-04-01T00:00:00+01:00"}]}]}
        """);
}
