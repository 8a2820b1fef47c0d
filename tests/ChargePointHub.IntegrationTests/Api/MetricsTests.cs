using System.IO.Compression;
using System.Net;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class MetricsTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Metrics_are_read_under_a_key_and_count_answers_by_route_as_declared()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync("/metrics", key: null)).Status);
        await api.GetAsync("/v1/operators/alpha?secret=canary-in-a-query");
        await api.GetAsync("/a/path/of-canary-choosing", key: null);

        var answer = await api.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("text/plain; version=0.0.4", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Contains("# TYPE cph_api_requests_total counter\n", answer.Body, StringComparison.Ordinal);
        Assert.Contains("cph_api_requests_total{method=\"GET\",route=\"/v1/operators/{id}\",status=\"400\"}", answer.Body, StringComparison.Ordinal);
        Assert.Contains("cph_api_requests_total{method=\"GET\",route=\"none\",status=\"404\"}", answer.Body, StringComparison.Ordinal);
        Assert.Contains("route=\"/metrics\",status=\"401\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("db_client_connections{", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Username", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("assword", answer.Body, StringComparison.Ordinal);
        Assert.Equal("", (await api.GetAsync("/metrics", method: HttpMethod.Head)).Body);
    }

    [Fact]
    public async Task Streamed_records_are_counted_by_dataset()
    {
        await api.AddTariffAsync("alpha:T1");
        await api.TickAsync(1);
        Assert.Equal(2, (await api.GetAsync("/v1/tariffs?format=ndjson")).Body.Count(c => c == '\n'));

        Assert.Matches("(?m)^cph_stream_records_total\\{dataset=\"tariffs\"\\} [1-9]", (await api.GetAsync("/metrics")).Body);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Metrics_are_packed_as_they_say_and_have_a_tag(string coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Authorization", "Bearer " + ApiHost.Key);
        request.Headers.Add("Accept-Encoding", coding);
        using var answer = await api.Http.SendAsync(request);

        Assert.Equal(coding, Assert.Single(answer.Content.Headers.ContentEncoding));
        Assert.EndsWith($"~{coding}\"", answer.Headers.ETag!.Tag, StringComparison.Ordinal);
        var packed = new MemoryStream(await answer.Content.ReadAsByteArrayAsync());
        await using Stream unpacked = coding == "br" ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        using var text = new StreamReader(unpacked);
        Assert.StartsWith("# HELP ", await text.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
