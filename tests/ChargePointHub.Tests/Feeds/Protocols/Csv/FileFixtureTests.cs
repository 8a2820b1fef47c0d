using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>Each folder of tests/Fixtures/csv-v1 is one point: <c>file</c> as it is handed in (of a workbook, its sheet), what is made of it, and one just clear of the rule.</summary>
public sealed class FileFixtureTests
{
    public static TheoryData<string> Cases() =>
        [.. Directory.GetDirectories(RepositoryRoot.Path("tests", "Fixtures", "csv-v1")).Select(f => Path.GetFileName(f)!).Where(f => f != "operators").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_becomes_exactly_the_expected_records_and_findings(string name)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(Place(name, "expected.json")));
        var root = expected.RootElement;
        var handed = Read(name, "file");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Equal(root.GetProperty("findings").EnumerateArray().Select(f => f.GetString()!).Order(StringComparer.Ordinal), handed.Findings.Select(f => $"{f.Rule} {f.Pointer}").Order(StringComparer.Ordinal));
        Assert.Equal((root.GetProperty("accepted").GetInt32(), root.GetProperty("refused").GetInt32()), (handed.Sessions.Count + handed.Usage.Count, handed.Refused.Count));
        Assert.All(handed.Findings, f => Assert.Equal(RuleCatalogue.Named(f.Rule)?.Severity, f.Severity));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_passing_sample_does_not_break_its_rule(string name)
    {
        var handed = Read(name, "passing");

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Empty(handed.Refused);
        Assert.DoesNotContain(handed.Findings, f => f.Rule == name);
    }

    private static HandedIn Read(string name, string file)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(Place(name, "expected.json")));
        string? Said(string property) => expected.RootElement.TryGetProperty(property, out var said) ? said.GetString() : null;
        var (feed, period) = (HandedIn.Operator(Said("operator") ?? "sessions").Feeds[0], Period.Parse(Said("period"))?.Window);
        return File.Exists(Place(name, $"{file}.csv")) ? HandedIn.Of(feed, File.ReadAllText(Place(name, $"{file}.csv")), period) : HandedIn.Of(feed, Workbook.Of(File.ReadAllText(Place(name, $"{file}.xml"))), period);
    }

    private static string Place(string name, string file) => RepositoryRoot.Path("tests", "Fixtures", "csv-v1", name, file);
}
