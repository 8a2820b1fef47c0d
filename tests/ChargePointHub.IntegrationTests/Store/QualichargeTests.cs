using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Tests;
using ChargePointHub.Tests.Feeds.Protocols;
using ChargePointHub.Tests.Feeds.Protocols.MappedJson;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Real sessions that were handed out to charge points at random, so that many take more than theirs can give. Counts were made by another program.</summary>
public sealed class QualichargeTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [RealDataTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sessions_are_held_against_the_power_of_their_charge_point_whichever_of_the_two_comes_first(bool chargePointsFirst)
    {
        var chargePoints = await PullAsync(Dataset.ChargePoints, "irve_static_head500.ndjson");
        var sessions = await PullAsync(Dataset.ChargingSessions, "sessions_head3000.ndjson");
        var writer = new PageWriter(hub.Database);
        foreach (var page in chargePointsFirst ? [chargePoints, sessions] : new[] { sessions, chargePoints }) await writer.WriteAsync(page, CancellationToken.None);

        Assert.Equal("35", await hub.OneAsync("SELECT count(*)::text FROM charging_session"));
        Assert.Equal("2965", await hub.OneAsync("SELECT count(*)::text FROM quarantine WHERE waits_for IS NOT NULL"));
        Assert.Equal(
            ["energy-above-rating 16", "energy-excessive 3"],
            await hub.ManyAsync("SELECT (f->>'rule') || ' ' || count(*) FROM charging_session, json_array_elements(findings) f WHERE f->>'rule' LIKE 'energy-%' AND f->>'rule' <> 'energy-low' GROUP BY f->>'rule' ORDER BY 1"));
    }

    private static async Task<PageToWrite> PullAsync(Dataset dataset, string file)
    {
        var path = RealData.Path("data", "feeds", "qualicharge", file);
        FetchResult answer = PretendFeed.Json($"[{string.Join(',', await File.ReadAllLinesAsync(path))}]");
        var feed = MappedFeed.Of("qualicharge");
        var pulled = await new PretendFeed(_ => answer).PullAsync(feed, dataset);
        Assert.True(pulled.IsProven, pulled.Failure?.Detail);
        return Page(Assert.Single(pulled.Pages).Records, dataset, feed.OperatorId);
    }
}
