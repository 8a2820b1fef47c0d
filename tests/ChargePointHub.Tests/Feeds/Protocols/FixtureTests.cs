using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>
/// Each folder below tests/Fixtures/{protocol} is one point: <c>answer.json</c> as an operator sends it, <c>expected.json</c> what
/// is made of it, and <c>passing.json</c>, which stays just clear of the rule that the folder is named after. Those of
/// <c>stored</c> are run against a database, by the tests of the store; those of <c>csv-v1</c> are files.
/// </summary>
public sealed class FixtureTests
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var protocol in new[] { "loti-v1", "ocpi-2.2.1", "ocpi-2.3.0" })
        {
            foreach (var folder in Directory.GetDirectories(RepositoryRoot.Path("tests", "Fixtures", protocol)).Order(StringComparer.Ordinal))
            {
                cases.Add(protocol, Path.GetFileName(folder));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_answer_becomes_exactly_the_expected_records_and_findings(string protocol, string name)
    {
        using var expected = JsonDocument.Parse(Read(protocol, name, "expected.json")!);
        var root = expected.RootElement;
        var pulled = await PullAsync(protocol, root, Read(protocol, name, "answer.json")!);

        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        Assert.Equal(
            root.GetProperty("findings").EnumerateArray().Select(f => f.GetString()!).Order(StringComparer.Ordinal),
            pulled.Findings.Select(f => $"{f.Rule} {f.Pointer}".Trim()).Order(StringComparer.Ordinal));
        Assert.Equal(root.GetProperty("refused").GetInt32(), pulled.Refused.Count);
        Assert.Equal(root.GetProperty("accepted").GetInt32(), pulled.Pages.Sum(p => p.Records.Count) - pulled.Refused.Count);
        Assert.All(pulled.Findings, f => Assert.Equal(RuleCatalogue.Named(f.Rule)?.Severity, f.Severity));
        Assert.All(pulled.Refused, r => Assert.Contains(r.Findings, f => f.Severity == Severity.Error));
        Assert.All(pulled.Refused, r => AssertNothingUnstorableOrPersonal(Encoding.UTF8.GetString(r.Document.Span)));
        if (!root.TryGetProperty("record", out var fields)) return;
        using var document = JsonDocument.Parse(Document(pulled));
        foreach (var field in fields.EnumerateObject())
        {
            Assert.True(
                JsonElement.DeepEquals(field.Value, document.RootElement.GetProperty(field.Name)),
                $"{field.Name}: expected {field.Value.GetRawText()}, got {document.RootElement.GetProperty(field.Name).GetRawText()}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_passing_sample_does_not_break_its_rule(string protocol, string name)
    {
        if (Read(protocol, name, "passing.json") is not { } passing)
        {
            Assert.Null(RuleCatalogue.Named(name));
            return;
        }

        using var expected = JsonDocument.Parse(Read(protocol, name, "expected.json")!);
        var pulled = await PullAsync(protocol, expected.RootElement, passing);

        Assert.DoesNotContain(pulled.Findings, f => f.Rule == name);
        Assert.Empty(pulled.Refused);
    }

    [Fact]
    public void Every_rule_has_a_fixture_of_its_name_with_a_passing_sample()
    {
        var folders = new[] { "loti-v1", "ocpi-2.2.1", "csv-v1", "stored", "dataset" }.SelectMany(p => Directory.GetDirectories(RepositoryRoot.Path("tests", "Fixtures", p))).ToList();
        Assert.All(RuleCatalogue.All, rule => Assert.Contains(folders, f => Path.GetFileName(f) == rule.Code && Directory.GetFiles(f, "passing.*").Length == 1));
    }

    private static void AssertNothingUnstorableOrPersonal(string document)
    {
        Assert.DoesNotContain("\\u0000", document, StringComparison.Ordinal);
        Assert.DoesNotContain("b.example", document, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", document, StringComparison.Ordinal);
        Assert.DoesNotContain("04AA", document, StringComparison.Ordinal);
    }

    private static string Document(Pulled pulled)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        if (pulled.ChargePoints.Count > 0) HubJson.Write(buffer, pulled.ChargePoints[0].Record);
        else if (pulled.Sessions.Count > 0) HubJson.Write(buffer, pulled.Sessions[0].Record);
        else if (pulled.StatusChanges.Count > 0) HubJson.Write(buffer, pulled.StatusChanges[0].Record);
        else if (pulled.Outages.Count > 0) HubJson.Write(buffer, pulled.Outages[0].Record);
        else HubJson.Write(buffer, pulled.Tariffs[0].Record);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static Task<Pulled> PullAsync(string protocol, JsonElement expected, string answer)
    {
        var dataset = Dataset.Named(expected.GetProperty("dataset").GetString()!)!;
        var settings = expected.TryGetProperty("settings", out var given) ? given : default;
        string? Setting(string name) => settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(name, out var value) ? value.ToString() : null;
        var words = settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty("status_words", out var w)
            ? w.EnumerateObject().ToDictionary(p => p.Name, p => Words<Status>.Parse(p.Value.GetString())!.Value)
            : [];
        var territory = Setting("territory") is { } box ? JsonSerializer.Deserialize<decimal[]>(box)! : null;
        IReadOnlyList<string> modules = settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty("session_modules", out var m)
            ? [.. m.EnumerateArray().Select(x => x.GetString()!)]
            : [];
        var feed = PretendFeed.Feed(protocol, f => f with
        {
            PartyIds = Setting("party_ids") is { } parties ? JsonSerializer.Deserialize<string[]>(parties)! : [],
            Territory = territory is [var west, var south, var east, var north] ? new Territory(west, south, east, north) : Territory.UnitedKingdom,
            FoldIsEarlier = Setting("fold_is_earlier") != "False",
            Ocpi = new OcpiSettings { Discovery = false, Paged = false, StatusWords = words, TariffsInEvses = Setting("tariffs_in_evses") == "True", SessionModules = modules, Access = Setting("access") is { } access ? Words<Access>.Parse(access) : null },
        });
        var window = Setting("from") is { } from
            ? new Window(DateTimeOffset.Parse(from, null), DateTimeOffset.Parse(Setting("to")!, null))
            : (Window?)null;
        WindowAxis? axis = Setting("axis") is { } word ? Enum.Parse<WindowAxis>(word) : null;
        return new PretendFeed(_ => PretendFeed.Json(answer)).PullAsync(feed, dataset, window: window, axis: axis);
    }

    private static string? Read(string protocol, string name, string file)
    {
        var path = RepositoryRoot.Path("tests", "Fixtures", protocol, name, file);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }
}
