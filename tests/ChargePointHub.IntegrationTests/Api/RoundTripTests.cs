using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Proofs;
using ChargePointHub.Tests.Feeds.Protocols;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What the mapping accepts of spoilt input is served as it was mapped: each property, by bytes of JSON.</summary>
public sealed class RoundTripTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const int Inputs = 4000;

    /// <summary>So that there are thousands of different ones, each under an id of its own.</summary>
    private const int Seed = 20261126;

    /// <summary>The window that the sample of sessions states.</summary>
    private static readonly Window Sent = new(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Charge_points()
    {
        var records = (await AcceptedAsync(Dataset.ChargePoints, r => r.ChargePoints)).Index().Select(r => r.Item with { ChargePointId = $"alpha:P{r.Index}" }).ToList();
        await WriteAsync(Dataset.ChargePoints, records, r => new RecordPage { ChargePoints = r });

        await EqualAsync("/v1/charge-points?operator=alpha", records.Where(r => r.Published), r => r.ChargePointId, "charge_point_id");
    }

    [Fact]
    public async Task Tariffs()
    {
        var records = (await AcceptedAsync(Dataset.Tariffs, r => r.Tariffs)).Index().Select(r => r.Item with { TariffId = $"alpha:T{r.Index}" }).ToList();
        await WriteAsync(Dataset.Tariffs, records, r => new RecordPage { Tariffs = r });

        await EqualAsync("/v1/tariffs?operator=alpha", records, r => r.TariffId, "tariff_id");
    }

    [Fact]
    public async Task Charging_sessions()
    {
        await WriteAsync(Dataset.ChargePoints, [new ChargePoint { ChargePointId = "alpha:S", OperatorId = "alpha", OperatorName = "Alpha", LocationId = "alpha:L" }], r => new RecordPage { ChargePoints = r });
        var records = (await AcceptedAsync(Dataset.ChargingSessions, r => r.ChargingSessions)).Index().Select(r => r.Item with { SessionId = $"alpha:S{r.Index}", ChargePointId = "alpha:S" }).ToList();
        await WriteAsync(Dataset.ChargingSessions, records, r => new RecordPage { ChargingSessions = r });

        // A window holds what plugs in within it.
        await EqualAsync(
            $"/v1/charging-sessions?operator=alpha&from=2000-01-01&to=2030-01-01", records.Where(r => r.PlugInAt.Year is >= 2001 and < 2030), r => r.SessionId, "session_id");
    }

    private static async Task<List<T>> AcceptedAsync<T>(Dataset dataset, Func<RecordPage, IReadOnlyList<Judged<T>>> of)
    {
        var feed = PretendFeed.Feed("loti-v1", f => f with { OperatorId = "alpha", OperatorName = "Alpha" });
        var accepted = new List<T>();
        for (var number = 0; number < Inputs; number++)
        {
            var input = HostileInput.Json(InputSamples.Loti(dataset), Seed, number);
            try
            {
                JsonDocument.Parse(input, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 }).Dispose();
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                continue;
            }

            var pulled = await new PretendFeed(_ => PretendFeed.Json(System.Text.Encoding.UTF8.GetString(input))).PullAsync(feed, dataset, window: dataset.IsSnapshot ? null : Sent, axis: dataset.IsSnapshot ? null : WindowAxis.PlugInAt);
            accepted.AddRange(pulled.Pages.SelectMany(p => of(p.Records)).Select(r => r.Record));
        }

        Assert.True(accepted.Count > Inputs / 6, $"{accepted.Count}");
        return accepted;
    }

    private async Task WriteAsync<T>(Dataset dataset, IReadOnlyList<T> records, Func<IReadOnlyList<Judged<T>>, RecordPage> page)
    {
        foreach (var chunk in records.Chunk(1000)) await host.WritePageAsync("alpha", dataset, page([.. chunk.Select(r => new Judged<T>(r, []))]));
    }

    /// <summary>What is joined when it is served stands last and is no part of the record.</summary>
    private async Task EqualAsync<T>(string path, IEnumerable<T> records, Func<T, string> idOf, string id)
    {
        var expected = records.ToDictionary(idOf, Document);
        for (string? next = $"{path}&limit=1000"; next is not null;)
        {
            var answer = await host.GetAsync(next);
            Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Body);
            foreach (var served in answer.Data)
            {
                if (!expected.Remove(served.GetProperty(id).GetString()!, out var document)) continue;
                Assert.All(document.EnumerateObject(), p => Assert.Equal(p.Value.GetRawText(), served.GetProperty(p.Name).GetRawText()));
            }

            next = answer.NextCursor is { } cursor ? $"{path}&limit=1000&cursor={cursor}" : null;
        }

        Assert.Empty(expected.Keys);
    }

    private static JsonElement Document<T>(T record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        HubJson.Write(buffer, record);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
