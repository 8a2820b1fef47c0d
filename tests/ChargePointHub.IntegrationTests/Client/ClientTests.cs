using System.Reflection;
using ChargePointHub.Client;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Client;

/// <summary>The typed client against a hub.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    private HubClient hub = null!;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        hub = new HubClient(new HubRequests(host.Http, ApiHost.Key));
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:P2", status: null);
        for (var n = 0; n < 5; n++) await host.AddSessionAsync($"alpha:S{n}", ApiHost.Now.AddHours(-n));
        await host.AddAsync(Samples.Usage("alpha:P1"));
        await host.AddAsync(Samples.Outage("O1", "P1", ApiHost.Now.AddHours(-3), op: "alpha"));
        await WriteTariffAsync("alpha:T1");
        await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-1), Model.Status.Charging);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    /// <summary>Methods of the generated client, which are all that return an answer of a route.</summary>
    public static TheoryData<string> Calls => [.. Routes.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_reads_what_the_hub_answers(string call)
    {
        var method = Routes.Single(m => m.Name == call);
        var id = call switch
        {
            _ when call.Contains("OfChargePoint", StringComparison.Ordinal) => "alpha:P1",
            nameof(HubClient.GetChargePointAsync) or nameof(HubClient.ListChargePointVersionsAsync) => "alpha:P1",
            nameof(HubClient.GetTariffAsync) or nameof(HubClient.ListTariffVersionsAsync) => "alpha:T1",
            nameof(HubClient.GetChargingSessionAsync) or nameof(HubClient.ListChargingSessionVersionsAsync) => "alpha:S1",
            nameof(HubClient.GetOutageAsync) or nameof(HubClient.ListOutageVersionsAsync) => "alpha:O1",
            nameof(HubClient.GetReportedUsageAsync) or nameof(HubClient.ListReportedUsageVersionsAsync) => "alpha:charge_point/P1/2026-Q3",
            nameof(HubClient.GetErrorAsync) => "CPH-1001",
            nameof(HubClient.GetSchemaAsync) => "hub/v1/tariffs",
            _ => "alpha",
        };

        var asking = (Task)method.Invoke(hub, [.. method.GetParameters().Select(p => p.Name == "id" ? id : p.HasDefaultValue ? p.DefaultValue : null)])!;
        await asking;

        Assert.NotNull(asking.GetType().GetProperty("Result")!.GetValue(asking));
    }

    [Fact]
    public async Task A_list_is_read_whole_page_by_page_as_of_the_first()
    {
        var first = await hub.ListChargingSessionsAsync(limit: 2);
        await host.AddSessionAsync("alpha:S9", ApiHost.Now.AddHours(-2.5), tick: 2);

        Assert.Equal(["alpha:S4", "alpha:S3", "alpha:S2", "alpha:S1"], await hub.AllAsync(first).Select(s => s.SessionId).ToListAsync());
    }

    [Fact]
    public async Task Changes_come_as_they_happen_and_go_on_where_they_were()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var reader = new ChangeReader(hub, DatasetName.Tariffs);
        await using var told = reader.ListenAsync(null, patience.Token).GetAsyncEnumerator();
        var pages = new List<ChangesTold.Page>();

        await NextAsync();
        await NextAsync();
        await WriteTariffAsync("alpha:T2");
        await NextAsync();

        Assert.Equal(["alpha:T1", "", "alpha:T2"], pages.Select(p => p.Changes is [var one] ? one.As<Tariff>().TariffId : ""));
        Assert.Equal(["alpha:T2"], Assert.IsType<ChangesTold.Page>(await reader.ReadAsync(pages[1].Cursor)).Changes.Select(c => c.Key["tariff_id"]));

        async Task NextAsync()
        {
            Assert.True(await told.MoveNextAsync());
            pages.Add(Assert.IsType<ChangesTold.Page>(told.Current));
        }
    }

    private Task<PageWritten> WriteTariffAsync(string id) => new PageWriter(host.Database).WriteAsync(
        Samples.Page(new Model.RecordPage { Tariffs = [Samples.Accept(new Model.Tariff { TariffId = id, OperatorId = "alpha", Currency = "GBP" })] }, Model.Dataset.Tariffs, "alpha"), CancellationToken.None);

    private static IEnumerable<MethodInfo> Routes => typeof(HubClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m.IsVirtual && m.Name.EndsWith("Async", StringComparison.Ordinal));
}
