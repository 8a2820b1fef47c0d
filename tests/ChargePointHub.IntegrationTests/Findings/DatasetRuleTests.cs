using System.Globalization;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Findings;
using ChargePointHub.Store.Queries;
using ChargePointHub.Tests;

namespace ChargePointHub.IntegrationTests.Findings;

/// <summary>Each folder below tests/Fixtures/dataset is a rule over all that is stored of an operator, with a sample that breaks it and one that does not.</summary>
public sealed class DatasetRuleTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task Every_rule_finds_what_breaks_it_and_nothing_in_what_does_not()
    {
        var folders = Directory.GetDirectories(RepositoryRoot.Path("tests", "Fixtures", "dataset")).Select(f => Path.GetFileName(f)!);
        Assert.Equal(DatasetRule.All.Select(r => r.Code).Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
        var check = new FindingCheck(hub.Database, new ManualTime(StoredSample.Now));
        var queries = new FindingQueries(hub.Database);
        foreach (var rule in DatasetRule.All)
        {
            foreach (var file in new[] { "failing", "passing" })
            {
                var op = $"{rule.Code}-{file}";
                var sample = StoredSample.Read(rule.Code, $"{file}.json");
                await StoredSample.WriteAsync(hub, op, sample, StoredSample.AllOfIt);
                await check.RunAsync(StoredSample.Listed(op), null, CancellationToken.None);

                var state = Assert.Single(await queries.ReadOfDatasetsAsync(op, Scope.Everything, CancellationToken.None), s => s.Rule == rule);
                var wanted = sample.GetProperty("found").EnumerateArray().Select(f => f.GetString()!);
                Assert.Equal((op, string.Join(", ", wanted)), (op, string.Join(", ", state.Worst.Select(w => Told(op, w)).Order(StringComparer.Ordinal))));
                Assert.Equal(wanted.Count(), state.Open);
                Assert.True(state.JudgedPercent > 80, $"{op}: {state.JudgedPercent}");
            }
        }
    }

    private static string Told(string op, DatasetFinding found)
    {
        var what = (found.RecordId ?? found.ChargePointId)?[(op.Length + 1)..] ?? (found.From is { } from ? $"{ISOWeek.GetYear(from.DateTime)}-W{ISOWeek.GetWeekOfYear(from.DateTime)}" : "list");
        return string.Create(CultureInfo.InvariantCulture, $"{what} {found.Measured} {found.Threshold}{(found.Judged is { } judged ? $" of {judged}" : "")}");
    }
}
