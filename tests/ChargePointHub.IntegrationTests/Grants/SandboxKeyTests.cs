using ChargePointHub.Sandbox;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using Microsoft.Extensions.DependencyInjection;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>Keys of a pretend London over a restart.</summary>
public sealed class SandboxKeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-keys-").FullName;

    [Fact]
    public async Task What_somebody_has_put_into_a_program_still_opens_after_a_restart_and_what_was_revoked_is_made_anew()
    {
        IReadOnlyDictionary<string, string> first = await StartAsync((_, _) => Task.CompletedTask);
        var second = await StartAsync((hub, keys) => hub.Hub.Services.GetRequiredService<AccessKeys>().RevokeAsync(keys["tfl"].Split('_')[2], CancellationToken.None));
        var third = await StartAsync(async (hub, keys) =>
        {
            var live = (await hub.Hub.Services.GetRequiredService<AccessKeys>().ListAsync(CancellationToken.None)).Where(k => k.RevokedAt is null).Select(k => k.KeyId);
            Assert.Equal(keys.Values.Select(k => k.Split('_')[2]).Order(StringComparer.Ordinal), live.Order(StringComparer.Ordinal));
        });

        Assert.Equal(first, second);
        Assert.Equal(first.Where(k => k.Key != "tfl"), third.Where(k => k.Key != "tfl"));
        Assert.NotEqual(first["tfl"], third["tfl"]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<IReadOnlyDictionary<string, string>> StartAsync(Func<SandboxHub, IReadOnlyDictionary<string, string>, Task> meanwhile)
    {
        var options = new SandboxOptions { Port = 0, DataFolder = Path.Combine(folder, "data"), Operators = 1, ChargePoints = 5, Days = 1 };
        await using var london = Assert.IsType<SandboxStart.Started>(await PretendLondonHost.StartAsync(options, TimeProvider.System, CancellationToken.None)).Host;
        await using var hub = await SandboxHub.StartAsync(london, new HubParts { Time = TimeProvider.System }, CancellationToken.None);
        await meanwhile(hub, hub.Keys);
        return hub.Keys;
    }
}
