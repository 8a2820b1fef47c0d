using System.Net;
using System.Net.Sockets;
using ChargePointHub.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>How a hub ends is told to whoever watches over it.</summary>
public sealed class HubEndTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-end-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, ExitCode.Refused)]
    [InlineData(false, ExitCode.Done)]
    public async Task A_part_that_ends_by_a_fault_is_no_stop_that_was_asked_for(bool fails, ExitCode expected)
    {
        var started = new TaskCompletionSource();
        await using var database = await HubDatabase.CreateDatabaseAsync();
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var options = new HubOptions
        {
            Data = Path.Combine(folder, "data"),
            Database = database.ConnectionString,
            Operators = Directory.CreateDirectory(Path.Combine(folder, "operators")).FullName,
            Port = port,
        };
        var parts = new HubParts
        {
            Logging = log =>
            {
                log.ClearProviders();
                if (fails) log.Services.AddHostedService(_ => new FailingPart(started.Task));
            },
        };
        using var asked = new CancellationTokenSource();
        await using var hub = await HubHost.StartAsync(options, parts, CancellationToken.None);
        started.SetResult();
        if (!fails) await asked.CancelAsync();

        Assert.Equal(expected, await hub.WaitForShutdownAsync(asked.Token).WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private sealed class FailingPart(Task started) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await started;
            throw new InvalidOperationException("A fault of our own.");
        }
    }
}
