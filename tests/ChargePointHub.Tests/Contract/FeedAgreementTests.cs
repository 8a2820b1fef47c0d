using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Protocols;

namespace ChargePointHub.Tests.Contract;

/// <summary>
/// The loti-v1 schemas, judged by ajv, and the pipeline's checks agree. The schemas say what a conforming operator sends; the hub is lenient
/// and makes findings. So: a record without a finding fits its schema; a record that the hub refuses does not, but for what a schema cannot say.
/// </summary>
public sealed class FeedAgreementTests
{
    /// <summary>Findings about what JSON Schema cannot see, each with what it is.</summary>
    private static readonly Dictionary<string, string> BeyondSchemas = new()
    {
        [SessionRules.EndsBeforeStart.Code] = "Two fields are compared.",
        [OutageRules.EndsBeforeStart.Code] = "Two fields are compared.",
        [SessionRules.TooLong.Code] = "Two fields are compared.",
        [ValueRules.PlaceholderValue.Code] = "A stand-in such as n/a is a text like any other.",
        [ValueRules.TextUnstorable.Code] = "Half a surrogate pair counts as a character.",
    };

    public static TheoryData<string> Datasets => [.. Dataset.All.Where(d => !d.IsHandedIn).Select(d => d.Name)];

    [NodeTheory]
    [MemberData(nameof(Datasets))]
    public async Task Every_spoilt_record_is_judged_alike(string dataset) =>
        await AgreeAsync([.. SpoiltRecords.Of("feeds/loti-v1/" + dataset).Select(r => (dataset, r.What, r.Json))]);

    [NodeFact]
    public async Task Every_fixture_is_judged_alike()
    {
        var records = new List<(string Dataset, string What, string Json)>();
        foreach (var folder in Directory.GetDirectories(RepositoryRoot.Path("tests", "Fixtures", "loti-v1")))
        {
            using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json")));
            foreach (var file in Directory.GetFiles(folder).Where(f => Path.GetFileName(f) is "answer.json" or "passing.json"))
            {
                using var answer = JsonDocument.Parse(await File.ReadAllTextAsync(file));
                records.AddRange(answer.RootElement.GetProperty("data").EnumerateArray()
                    .Select((r, i) => (expected.RootElement.GetProperty("dataset").GetString()!, $"{Path.GetFileName(folder)}/{Path.GetFileName(file)}/{i}", r.GetRawText())));
            }
        }

        Assert.True(records.Count > 100);
        await AgreeAsync(records);
    }

    private static async Task AgreeAsync(List<(string Dataset, string What, string Json)> records)
    {
        var verdicts = await OutsideJudge.JudgeAsync([.. records.Select(r => ("feeds/loti-v1/" + r.Dataset, r.Json))]);
        var faults = new List<string>();
        foreach (var ((dataset, what, json), verdict) in records.Zip(verdicts))
        {
            var pulled = await new PretendFeed(_ => PretendFeed.Json($$"""{"data":[{{json}}],"next_cursor":null}""")).PullAsync(PretendFeed.Feed("loti-v1"), Dataset.Named(dataset)!);
            Assert.True(pulled.IsProven, $"{what}: {pulled.Failure?.Detail}");
            if (pulled.Findings.Count == 0 && verdict is not null) faults.Add($"{dataset}, {what}: the hub finds nothing, the schema says {verdict}");
            if (pulled.Refused.Count > 0 && verdict is null && !pulled.Findings.Any(f => BeyondSchemas.ContainsKey(f.Rule)))
                faults.Add($"{dataset}, {what}: the hub refuses it for {string.Join(", ", pulled.Findings.Select(f => f.Rule))}, the schema lets it through");
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {records.Count}:\n{string.Join('\n', faults)}");
    }
}
