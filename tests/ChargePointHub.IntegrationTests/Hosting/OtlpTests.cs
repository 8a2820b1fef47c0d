using System.Net;
using System.Text;
using ChargePointHub.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>Metrics on their way to a collector that speaks OTLP over HTTP.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-otlp-").FullName;
    private HubDatabase database = null!;

    public async Task InitializeAsync() => database = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_collector_receives_the_hub_s_metrics_and_each_pool_under_its_name()
    {
        var received = new TaskCompletionSource<(string? Type, byte[] Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collector = await CollectorAsync(received);
        var address = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await using (var hub = await HubOfItsOwn.StartAsync(folder, database.ConnectionString, new HubParts { Logging = log => log.ClearProviders() }, address + "/v1/metrics"))
        {
            using var http = HubOfItsOwn.ClientOf(hub);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(hub.BaseUrl + "/v1/charge-points"))).StatusCode);
        }

        // A hub that stops sends what it has.
        var (type, body) = await received.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var text = Encoding.UTF8.GetString(body);

        Assert.Equal("application/x-protobuf", type);
        foreach (var part in new[] { "cph.api.requests", "/v1/charge-points", "db.client.connection.pool.name", "serving", "reads" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> CollectorAsync(TaskCompletionSource<(string? Type, byte[] Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost("/v1/metrics", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.TrySetResult((context.Request.ContentType, body.ToArray()));
        });
        await app.StartAsync();
        return app;
    }
}
