using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Tests;
using ChargePointHub.Tests.Feeds.Protocols;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Each folder below tests/Fixtures/stored is a rule by which the store refuses, here beside the one charge point CP-1.</summary>
public sealed class StoredRuleTests : IAsyncLifetime
{
    private static readonly string[] Codes = [.. RuleCatalogue.All.Select(r => r.Code).Where(c => Directory.Exists(Folder(c)))];

    private HubDatabase hub = null!;

    public static TheoryData<string> Rules() => [.. Codes];

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public void What_the_store_refuses_by_is_in_the_catalogue() =>
        Assert.Equal([QuarantineRules.Wait, QuarantineRules.OutOfRange], Codes);

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task An_answer_breaks_its_rule_and_no_other(string rule)
    {
        using var expected = JsonDocument.Parse(Read(rule, "expected.json"));
        var (accepted, findings) = await WriteAsync(rule, "answer.json");

        Assert.Equal(expected.RootElement.GetProperty("accepted").GetInt32(), accepted);
        Assert.Equal(expected.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetString()), findings.Select(f => $"{f.Rule} {f.Pointer}"));
        Assert.All(findings, f => Assert.Equal(RuleCatalogue.Named(rule)!.Severity, f.Severity));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_passing_sample_does_not(string rule)
    {
        var (accepted, findings) = await WriteAsync(rule, "passing.json");
        Assert.Equal((1, 0), (accepted, findings.Count));
    }

    /// <summary>What was taken, and what was found in what was not.</summary>
    private async Task<(int Accepted, IReadOnlyList<Finding> Findings)> WriteAsync(string rule, string file)
    {
        using var expected = JsonDocument.Parse(Read(rule, "expected.json"));
        var dataset = Dataset.Named(expected.RootElement.GetProperty("dataset").GetString()!)!;
        var feed = PretendFeed.Feed("loti-v1");
        var pulled = await new PretendFeed(_ => PretendFeed.Json(Read(rule, file))).PullAsync(feed, dataset);
        var writer = new PageWriter(hub.Database);
        await writer.WriteAsync(
            Page(new RecordPage { ChargePoints = [Accept(ChargePoint("CP-1", op: feed.OperatorId))] }, Dataset.ChargePoints, feed.OperatorId), CancellationToken.None);
        var written = await writer.WriteAsync(Page(Assert.Single(pulled.Pages).Records, dataset, feed.OperatorId), CancellationToken.None);
        var found = Encoding.UTF8.GetBytes(await hub.OneAsync("SELECT coalesce(json_agg(f), '[]')::text FROM quarantine, json_array_elements(findings) f"));
        return (written.Added, HubJson.Read<IReadOnlyList<Finding>>(found));
    }

    private static string Read(string rule, string file) => File.ReadAllText(Path.Combine(Folder(rule), file));

    private static string Folder(string rule) => RepositoryRoot.Path("tests", "Fixtures", "stored", rule);
}
