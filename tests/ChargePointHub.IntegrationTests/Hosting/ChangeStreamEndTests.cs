using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>A stream of changes says nothing more once its key or its rights have ended, although nothing happens that it would have to tell.</summary>
public sealed class ChangeStreamEndTests : IAsyncLifetime, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-events-").FullName;
    private readonly ApiHost records = new();
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
    private HubHost hub = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        await records.InitializeAsync();
        await records.AddChargePointAsync("alpha:P1");
        await records.AddSessionAsync("alpha:S1", ApiHost.Now.AddHours(-2));
        await records.AddTariffAsync("alpha:T1");
        await records.TickAsync(1);
        hub = await HubOfItsOwn.StartAsync(folder, records.ConnectionString, new HubParts { Logging = log => log.ClearProviders() });
        http = HubOfItsOwn.ClientOf(hub);
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await hub.DisposeAsync();
        await records.DisposeAsync();
    }

    public void Dispose()
    {
        limit.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_stream_is_cut_when_its_key_is_revoked()
    {
        var keys = new AccessKeys(records.Database, TimeProvider.System);
        var key = Assert.IsType<KeyMade>(await keys.CreateAsync("GLA", Scope.Everything, limit.Token)).Key;
        using var stream = await OpenAsync(key, null);
        Assert.Contains("alpha:S1", await stream.UntilAllIsToldAsync(limit.Token));

        Assert.True(await keys.RevokeAsync(key.KeyId, limit.Token));

        await UntilCutAsync(stream);
        using var refused = await EventReader.SendAsync(http, Path, key.Token, stream.LastId, limit.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_stream_is_cut_when_a_grant_under_it_ends_and_who_comes_back_is_told_to_begin_anew()
    {
        var register = new AccessRegister(
            [new Organisation("gla", "GLA", OrganisationRole.Gla, null)], [new Agreement("alpha", "Alpha", "alpha", null, null)],
            [new Grant("sessions", "alpha", "gla", ["charging_sessions"], null, null, null), new Grant("statuses", "alpha", "gla", ["status_changes"], null, null, null)]);
        var store = new GrantStore(records.Database);
        await store.ApplyAsync(register, "a test", DateTimeOffset.UtcNow, limit.Token);
        var key = Assert.IsType<KeyMade>(await new AccessKeys(records.Database, TimeProvider.System).CreateForAsync("gla", "gla", limit.Token)).Key;
        using var stream = await OpenAsync(key, null);
        Assert.Contains("alpha:S1", await stream.UntilAllIsToldAsync(limit.Token));

        await store.ApplyAsync(register with { Grants = [register.Grants[1]] }, "a test", DateTimeOffset.UtcNow, limit.Token);

        await UntilCutAsync(stream);
        using var gone = await EventReader.SendAsync(http, Path, key.Token, stream.LastId, limit.Token);
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        Assert.Equal("CPH-1205", JsonDocument.Parse(await gone.Content.ReadAsStringAsync(limit.Token)).RootElement.GetProperty("code").GetString());
        using var anew = await OpenAsync(key, null);
        var told = await anew.UntilAllIsToldAsync(limit.Token);
        Assert.Contains("alpha:T1", told);
        Assert.DoesNotContain("alpha:S1", told);
    }

    private string Path => hub.BaseUrl + "/v1/changes";

    private Task<EventReader> OpenAsync(NewAccessKey key, string? last) => EventReader.OpenAsync(http, Path, key.Token, last, limit.Token);

    /// <summary>In order it would have ended after an hour.</summary>
    private async Task UntilCutAsync(EventReader stream)
    {
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (await stream.NextAsync(limit.Token) is { } last) Assert.NotEqual("alpha:S1", last);
        });
        Assert.True(failure is IOException, failure?.ToString() ?? "The stream ended as if in order.");
    }
}
