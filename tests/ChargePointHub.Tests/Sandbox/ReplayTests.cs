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
    [InlineData("""{ "protocol": "ocpi-3.0", "paths": { "/locations": "x.json" } }""", "ocpi-2.2.1")]
    [InlineData("""{ "records_pointer": "/items", "paths": { "/locations": "x.json" } }""", "one stands at \"/data\"")]
    [InlineData("""{ "answers": [ { "path": "/locations", "file": "x.json", "records_pointer": "/items" } ] }""", "/answers/0/records_pointer")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "ocpi": { "status_words": { "WORKING": "FINE" } } }""", "/ocpi/status_words/WORKING")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "ocpi": { "statuswordz": {} } }""", "/ocpi/statuswordz")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "ocpi": { "paged": "no" } }""", "/ocpi/paged")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "ocpi": { "page_overlap": "2" } }""", "/ocpi/page_overlap")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "headers": { "X-Total-Count": {} } }""", "/headers/X-Total-Count")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "headers": { "X Total": "1" } }""", "/headers/X Total")]
    [InlineData("""{ "paths": { "/locations": 5 } }""", "/paths//locations")]
    [InlineData("""{ "paths": "x.json" }""", "/paths is")]
    [InlineData("""{ "name": "A", "name": "B", "paths": { "/locations": "x.json" } }""", "name")]
    [InlineData("""{ "paths": { "/locations": "x.json" }, "files": { "/tariffs": "x.json" } }""", "/files says paths a second time")]
    public async Task A_wrong_manifest_is_refused_with_file_and_property(string manifest, string named)
    {
        await using var sandbox = new SandboxFixture();
        var faults = new List<string>();
        Assert.Empty(RecordedOperator.ReadAll(Folder(sandbox, "one", manifest), faults));
        Assert.Contains(faults, f => f.Contains("replay.json", StringComparison.Ordinal) && f.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "operator_id": "old-mill", "name": "Old Mill", "paths": { "/ocpi/2.2.1/locations": "x.json" } }""")]
    [InlineData("""{ "operator": { "id": "old-mill", "name": "Old Mill" }, "protocol": "OCPI 2.2.1", "files": { "locations": "x.json" } }""")]
    [InlineData("""{ "operator": "Old Mill", "records": "data", "responses": [ { "url": "https://old-mill.example/locations?limit=50", "body": "x.json" } ] }""")]
    [InlineData("""{ "operator": { "slug": "old-mill" }, "name": "Old Mill", "recordsPointer": "/data", "answers": { "/locations.json": { "file": "x.json" } }, "description": "As recorded", }""")]
    [InlineData("""{ "operator": "Old Mill", "protocol": "ocpi", "records pointer": "$.data", "dataset_note": null, "paths": { "/open": { "module": "locations", "file": "x.json", "headers": { "Link": "<https://old-mill.example/locations?offset=50>; rel=\"next\"" } } } }""", "/dataset_note")]
    [InlineData("""{ "operator": "Old Mill", "protocol": "ocpi-2.2.1", "path": "/locations", "file": "x.json", "headers": { "X-Limit": 50 } }""")]
    public async Task Sensible_spellings_mean_the_same(string manifest, string? refused = null)
    {
        await using var sandbox = new SandboxFixture();
        var faults = new List<string>();
        var read = RecordedOperator.ReadAll(Folder(sandbox, "folder", manifest), faults);
        if (refused is not null)
        {
            Assert.Contains(refused, Assert.Single(faults), StringComparison.Ordinal);
            return;
        }

        Assert.Empty(faults);
        var one = Assert.Single(read);
        Assert.Equal(("old-mill", "Old Mill", "ocpi-2.2.1"), (one.OperatorId, one.Name, one.Protocol));
        var answer = one.AnswerTo(one.Answers[0].Path, "offset=0&limit=1000");
        Assert.Equal(("charge_points", "/data", true), (answer?.Dataset?.Name, answer?.RecordsPointer, answer?.HasEnvelope));
    }

    [Fact]
    public async Task Recordings_whose_records_stand_at_different_places_become_feeds_of_their_own()
    {
        await using var sandbox = new SandboxFixture();
        var folder = Folder(sandbox, "old-mill", """
            { "records_pointer": "/response/body/data", "status_words": { "WORKING": "available" }, "licence": "OGL-UK-3.0",
              "paths": { "/open/locations": "page.json", "/tariffs": "x.json" } }
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "old-mill", "page.json"), """{ "response": { "body": { "data": [ { "id": "L1", "evses": [] } ] } } }""");
        await sandbox.StartAsync(sandbox.Options with { ReplayFolder = folder });

        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(sandbox.Options.DataFolder, "operators", "old-mill.json")));
        Assert.Equal("OGL-UK-3.0", file.RootElement.GetProperty("licence").GetString());
        Assert.Equal(
            ["replay-charge-points /response/body/data False open/locations AVAILABLE", "replay-tariffs /data True tariffs AVAILABLE"],
            file.RootElement.GetProperty("feeds").EnumerateArray().Select(f => (Feed: f, Ocpi: f.GetProperty("ocpi"))).Select(f =>
                $"{f.Feed.GetProperty("feed_id").GetString()} {f.Ocpi.GetProperty("records_pointer").GetString()} {f.Ocpi.GetProperty("envelope").GetBoolean()} {f.Ocpi.GetProperty("paths").EnumerateObject().Single().Value.GetString()} {f.Ocpi.GetProperty("status_words").GetProperty("WORKING").GetString()}"));
    }

    [Fact]
    public async Task Addresses_of_the_operators_host_lead_to_the_replay()
    {
        await using var sandbox = new SandboxFixture();
        var folder = Folder(sandbox, "old-mill", """
            { "ocpi": { "discovery": true },
              "answers": [ { "path": "/ocpi/versions", "file": "versions.json" },
                           { "path": "/ocpi/locations?offset=0&limit=2", "file": "x.json", "headers": { "Link": "<https://old-mill.example/ocpi/locations?offset=2&limit=2>; rel=\"next\"" } },
                           { "path": "/ocpi/locations?offset=2&limit=2", "file": "wrapped.json", "records_pointer": "/response/body/versions" } ] }
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "old-mill", "versions.json"), """{ "data": [ { "version": "2.2.1", "url": "https://old-mill.example/ocpi/2.2.1" } ], "status_code": 1000 }""");
        await sandbox.StartAsync(sandbox.Options with { ReplayFolder = folder });
        var client = sandbox.Client("old-mill");

        var here = client.BaseAddress!.ToString();
        Assert.Contains($"\"{here}ocpi/2.2.1\"", await client.GetStringAsync(new Uri("/ocpi/versions", UriKind.Relative)), StringComparison.Ordinal);
        using var first = await client.GetAsync(new Uri("/ocpi/locations?limit=50&offset=0", UriKind.Relative));
        Assert.Equal($"<{here}ocpi/locations?offset=2&limit=2>; rel=\"next\"", first.Headers.GetValues("Link").Single());
        Assert.Equal(Recorded, await first.Content.ReadAsStringAsync());
        Assert.Contains("versions", await client.GetStringAsync(new Uri("/ocpi/locations?limit=50&offset=2", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await client.GetAsync(new Uri("/ocpi/locations?offset=4", UriKind.Relative))).StatusCode);
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(sandbox.Options.DataFolder, "operators", "old-mill.json")));
        Assert.EndsWith("/ocpi/versions", file.RootElement.GetProperty("feeds")[0].GetProperty("base_url").GetString(), StringComparison.Ordinal);
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
