using ChargePointHub.Client;

namespace ChargePointHub.Tests.Client;

/// <summary>The sample in the client's README is the one that stands here, and runs.</summary>
public sealed class ClientSampleTests
{
    [Fact]
    public async Task The_sample_of_the_readme_runs()
    {
        await using var pretend = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("TariffList", l => l["links"]!["next"] = null)), PretendHub.Json(PretendHub.Example("ChangeList")));
        var (address, caFile, key) = (pretend.Address, (string?)null, PretendHub.Key);
        string? cursor = null;

        using var http = HubHttp.Create(address, caFile);
        var hub = new HubClient(new HubRequests(http, key));

        await foreach (var tariff in hub.AllAsync(await hub.ListTariffsAsync(@operator: ["lamplight"])))
        {
            Console.WriteLine($"{tariff.TariffId}: {tariff.PencePerKwh} p/kWh");
        }

        var reader = new ChangeReader(hub, DatasetName.ChargePoints, DatasetName.Tariffs);
        switch (await reader.ReadAsync(cursor))
        {
            case ChangesTold.Page page:
                foreach (var change in page.Changes) Console.WriteLine($"{change.Dataset} {change.Operation}");
                cursor = page.Cursor;
                break;
            case ChangesTold.BeginAnew anew:
                Console.WriteLine(anew.Reason);
                cursor = null;
                break;
        }

        Assert.Equal(2, pretend.Asked.Count);
        Assert.NotNull(cursor);
    }

    [Fact]
    public void The_sample_of_the_readme_is_this_one()
    {
        var readme = Lines(RepositoryRoot.Path("src", "ChargePointHub.Client", "README.md"));
        var sample = readme.SkipWhile(l => l != "```csharp").Skip(1).TakeWhile(l => l != "```").Where(l => l.Length > 0).ToList();

        Assert.True(sample.Count > 10);
        Assert.Contains(string.Join('\n', sample), string.Join('\n', Lines(RepositoryRoot.Path("tests", "ChargePointHub.Tests", "Client", "ClientSampleTests.cs"))), StringComparison.Ordinal);
    }

    private static List<string> Lines(string file) => [.. File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0)];
}
