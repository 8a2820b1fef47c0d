using System.Text.Json;
using ChargePointHub.Sandbox.Replay;

namespace ChargePointHub.Tests.Sandbox;

public sealed class ReplayTests
{
    private const string Recorded = """{ "data" : [ {"id":"L1"} ],  "status_code":1000 }""";

    [Fact]
    public async Task Recorded_answers_are_served_byte_for_byte_with_their_headers()
    {
        await using var sandbox = new SandboxFixture();
        var folder = Folder(sandbox, "old-mill", """
            { "operator_id": "old-mill", "name": "Old Mill", "protocol": "ocpi-2.2.1", "records_pointer": "/data", "ocpi": { "tariffs_in_evses": true, "token_is_raw": true },
              "answers": [
                { "dataset": "charge_points", "path": "/locations", "file": "x.json", "headers": { "X-Total-Count": "1", "Content-Length": "5" } },
                { "dataset": null, "path": "/versions", "file": "wrapped.json", "body_pointer": "/response/body" },
                { "dataset": null, "path": "/gone", "file": "x.json", "status": 410 } ] }
            """);
        await sandbox.StartAsync(sandbox.Options with { ReplayFolder = folder });
        var client = sandbox.Client("old-mill");
        using var response = await client.GetAsync(new Uri("/locations?offset=0&limit=50", UriKind.Relative));
        Assert.Equal(Recorded, await response.Content.ReadAsStringAsync());
        Assert.Equal("1", response.Headers.GetValues("X-Total-Count").Single());
        Assert.Equal("""{"versions": [2]}""", await client.GetStringAsync(new Uri("/versions", UriKind.Relative)));
        Assert.Equal(410, (int)(await client.GetAsync(new Uri("/gone", UriKind.Relative))).StatusCode);
        Assert.Equal(404, (int)(await client.GetAsync(new Uri("/other", UriKind.Relative))).StatusCode);

        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(sandbox.Options.DataFolder, "operators", "old-mill.json")));
        var feed = file.RootElement.GetProperty("feeds")[0];
        Assert.Equal("locations", feed.GetProperty("ocpi").GetProperty("paths").GetProperty("charge_points").GetString());
        Assert.False(feed.GetProperty("ocpi").GetProperty("discovery").GetBoolean());
        Assert.True(feed.GetProperty("ocpi").GetProperty("token_is_raw").GetBoolean());
        Assert.Equal(["charge_points", "tariffs"], feed.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("dataset").GetString()));
    }

    [Fact]
    public async Task The_short_form_needs_paths_and_files_only()
    {
        await using var sandbox = new SandboxFixture();
        var folder = Folder(sandbox, "short-one", """{ "paths": { "/locations": "x.json", "/tariffs": "x.json" }, "headers": { "X-Limit": "50" } }""");
        var faults = new List<string>();
        var read = Assert.Single(RecordedOperator.ReadAll(folder, faults));
        Assert.Empty(faults);
        Assert.Equal(("short-one", "ocpi-2.2.1"), (read.OperatorId, read.Protocol));
        Assert.Equal(["charge_points", "tariffs"], read.Answers.Select(a => a.Dataset!.Name));
        Assert.All(read.Answers, a => Assert.Equal("50", a.Headers["X-Limit"]));
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("""{ "paths": { "/locations": "missing.json" } }""", "/paths//locations/file")]
    [InlineData("""{ "answers": [ { "path": "/x", "file": "x.json" } ] }""", "dataset")]
    [InlineData("""{ "answers": [ { "path": "/locations" } ] }""", "/answers/0/file")]
    [InlineData("""{ "answers": [ { "path": "/locations", "file": "x.json", "body_pointer": "/no/such" } ] }""", "body_pointer")]
    [InlineData("""{ "operator_id": "Old Mill", "paths": { "/locations": "x.json" } }""", "/operator_id")]
    [InlineData("""{ "opertor_id": "old-mill", "paths": { "/locations": "x.json" } }""", "/opertor_id")]
    [InlineData("""{ "operator_id": "lamplight-two" }""", "answers")]
    public async Task A_wrong_manifest_is_refused_with_file_and_property(string manifest, string named)
    {
        await using var sandbox = new SandboxFixture();
        var faults = new List<string>();
        Assert.Empty(RecordedOperator.ReadAll(Folder(sandbox, "one", manifest), faults));
        Assert.Contains(faults, f => f.Contains("replay.json", StringComparison.Ordinal) && f.Contains(named, StringComparison.Ordinal));
    }

    private static string Folder(SandboxFixture sandbox, string name, string manifest)
    {
        var folder = Path.Combine(sandbox.Folder, "replay");
        var own = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllText(Path.Combine(own, "replay.json"), manifest);
        File.WriteAllText(Path.Combine(own, "x.json"), Recorded);
        File.WriteAllText(Path.Combine(own, "wrapped.json"), """{ "response": { "body": {"versions": [2]} } }""");
        return folder;
    }
}
