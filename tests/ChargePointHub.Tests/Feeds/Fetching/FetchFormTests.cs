using System.Text;
using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Model;
using Microsoft.AspNetCore.Http;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Requests that are not a GET, and answers that are a document a line.</summary>
public sealed class FetchFormTests(Certificates certificates) : IClassFixture<Certificates>
{
    private static readonly FetchForm Lines = new(null, AnswersLines: true);

    [Fact]
    public async Task A_body_is_sent_by_POST_as_JSON_and_again_with_each_attempt()
    {
        var asked = new List<string>();
        await using var server = await OperatorServer.StartAsync(certificates.Good(), async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            asked.Add($"{context.Request.Method} {context.Request.ContentType} {await reader.ReadToEndAsync()}");
            context.Response.StatusCode = asked.Count == 1 ? 503 : 200;
            await context.Response.WriteAsync("[]");
        });
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));

        var result = await client.FetchAsync(server.Url, NoHeaders, default, new FetchForm("""{"a":1}"""u8.ToArray(), AnswersLines: false));

        Assert.IsType<Fetched>(result).Json.Dispose();
        Assert.Equal(["""POST application/json {"a":1}""", """POST application/json {"a":1}"""], asked);
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":\"x\\ny\"}\n", """[{"a":1},{"a":"x\ny"}]""")]
    [InlineData("\uFEFF{\"a\":1}\r\n\r\n  \n{\"b\":[1,2]}", """[{"a":1},{"b":[1,2]}]""")]
    [InlineData("", "[]")]
    public async Task Lines_come_as_an_array(string answer, string expected)
    {
        var json = Assert.IsType<Fetched>(await AskAsync(answer)).Json;
        using var wanted = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, json.RootElement), json.RootElement.GetRawText());
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":")]
    [InlineData("{\"a\":1}\n<html>")]
    [InlineData("{\"a\":1}\n{\"b\":1,\"b\":2}")]
    public async Task Half_a_line_and_a_line_that_is_none_are_told(string answer)
    {
        var failure = Assert.IsType<FetchFailed>(await AskAsync(answer)).Failure;
        Assert.Contains(failure.Kind, new[] { FailureKind.Truncated, FailureKind.NotJson });
        Assert.EndsWith("the operator must send whole JSON documents, one a line.", failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":2}\n", "it is one JSON document a line, which a mapping reads that says \"answer\": \"lines\" in its request.")]
    [InlineData("{\"a\":1}\n{\"a\":", "the operator must send one whole JSON document.")]
    [InlineData("hello\nworld", "the operator must send one whole JSON document.")]
    public async Task Lines_that_nobody_declared_are_told_from_what_is_no_JSON(string answer, string said)
    {
        var failure = Assert.IsType<FetchFailed>(await AskAsync(answer, null)).Failure;
        Assert.EndsWith(said, failure.Detail, StringComparison.Ordinal);
    }

    private Task<FetchResult> AskAsync(string answer) => AskAsync(answer, Lines);

    private async Task<FetchResult> AskAsync(string answer, FetchForm? form)
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask());
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        return await client.FetchAsync(server.Url, NoHeaders, default, form);
    }
}
