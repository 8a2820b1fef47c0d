using System.Text;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Protocols;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Whatever an operator sends, asking it ends in an answer or in a failure of the closed list, and never throws.</summary>
public sealed class OddAnswerTests(Certificates certificates) : IClassFixture<Certificates>
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    private static readonly FetchRules Once = new() { Attempts = 1, Budget = TimeSpan.FromSeconds(20), LongestRetryAfter = TimeSpan.FromMilliseconds(1) };

    private static readonly string[] Values =
    [
        "NaN", "Infinity", "-Infinity", "-1", "1e400", "0x10", "1.5", new string('9', 400), "//:80", "///", "//[::/x", "//[::1%/", "https://", "http:",
        "https:////", "https://localhost:99999/", "//localhost:-1/", "\\\\x\\y", "%", "%ff%", "?", "#", "::", "a:b:c", "javascript:1", "https://xn--/",
        "https://a..b/", "https://\u007f/", "<>; rel=next", "<//:80>; rel=\"next\"", "<//[::/x>; rel=next", "Sat, 31 Feb 2026 00:00:00 GMT", ",", ";", "\"",
    ];

    private static readonly string[] Bodies =
    [
        """{"\ud800":1}""", """{"data":[{"\udc00":1}],"next_cursor":null}""", """{"data":["\ud800"],"next_cursor":null}""",
        """{"data":[{"charge_point_id":"\ud800","address":"\udfff","status":"\ud800","connectors":["\ud800",{"connector_id":"\ud800"}]}],"next_cursor":"\ud800"}""",
        """{"data":[{"id":"\ud800","evses":[{"uid":"\ud800","status":"\ud800","tariffs":[{"id":"\ud800"}]}]}],"status_code":1000}""",
        """{"data":[{"id":"L","opening_times":{"\ud800":[]},"evses":[{"uid":"\ud800\ud800"}]}],"status_code":1000}""",
        """{"data":[],"status_code":2000,"status_message":"\ud800"}""", """{"data":[],"next_cursor":null,"total":1e400}""",
        """{"data":[],"status_code":1e400}""", """{"data":[],"next_cursor":null,"window":{"from":"\ud800","to":"\ud800"}}""",
        """{"data":[{"charge_point_id":1e400,"latitude":1e400,"status_since":"0001-01-01T00:00:00+14:00","last_updated":"9999-12-31T23:59:59-14:00"}],"next_cursor":null}""",
        "{\"data\":[{\"\\u0000\":\"\\u0000\"}],\"next_cursor\":null}", """{"\u0064ata":[],"next_cursor":null,"d\ud800":[]}""", "[[[]]]", "{}", "[]", "[null]",
    ];

    [Fact]
    public async Task No_header_and_no_body_makes_asking_throw()
    {
        RequestDelegate answer = _ => Task.CompletedTask;
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context => answer(context));
        using var factory = new FeedClientFactory(TimeProvider.System, Once);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        foreach (var (status, name, value) in from value in Values
                                              from to in new[] { (429, "Retry-After"), (302, "Location"), (200, "Content-Type"), (200, "Link"), (200, "X-Total-Count") }
                                              select (to.Item1, to.Item2, value))
        {
            answer = context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers[name] = value;
                return status == 200 ? context.Response.WriteAsync("""{"data":[],"status_code":1000,"next_cursor":null}""") : Task.CompletedTask;
            };
            await AskAsync(client, server.Url, $"{name}: {value}");
        }

        foreach (var body in Bodies.Concat(Bodies.SelectMany(Mangled)))
        {
            answer = context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
            await AskAsync(client, server.Url, body);
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    public async Task A_Retry_After_that_is_no_number_of_seconds_is_not_understood(string value)
    {
        var failed = Assert.IsType<FetchFailed>(await AskAsync(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = value;
            return Task.CompletedTask;
        }));
        Assert.Equal((FailureKind.Throttled, null), (failed.Failure.Kind, failed.Failure.RetryAfter));
    }

    [Theory]
    [InlineData("//:80")]
    [InlineData("///")]
    [InlineData("//[::/x")]
    public async Task A_redirect_to_no_address_is_an_unexpected_status(string location)
    {
        var failed = Assert.IsType<FetchFailed>(await AskAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        }));
        Assert.Equal(FailureKind.UnexpectedStatus, failed.Failure.Kind);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"data":[{"id":"L","evses":[{"\udc00":1}]}]}""")]
    public async Task A_name_with_half_a_character_is_not_json(string body)
    {
        var failed = Assert.IsType<FetchFailed>(await AskAsync(context => context.Response.WriteAsync(body)));
        Assert.Equal(FailureKind.NotJson, failed.Failure.Kind);
    }

    private static IEnumerable<string> Mangled(string body)
    {
        var random = new Random(7);
        for (var i = 0; i < 8; i++)
        {
            var at = random.Next(body.Length);
            yield return body[..at] + Values[random.Next(Values.Length)] + body[Math.Min(body.Length, at + random.Next(4))..];
            yield return body[..at];
        }
    }

    /// <summary>Asks, and gives what came to each protocol and dataset.</summary>
    private static async Task AskAsync(FeedClient client, Uri url, string what)
    {
        try
        {
            if (await client.FetchAsync(url, NoHeaders, CancellationToken.None) is not Fetched fetched) return;
            var json = fetched.Json.RootElement.GetRawText();
            fetched.Json.Dispose();
            (string, string)[] headers = [.. fetched.Headers.Select(h => (h.Key, h.Value))];
            foreach (var (protocol, dataset) in new[]
                     {
                         ("loti-v1", Dataset.ChargePoints), ("loti-v1", Dataset.ChargingSessions), ("loti-v1", Dataset.StatusChanges),
                         ("loti-v1", Dataset.Tariffs), ("ocpi-2.2.1", Dataset.ChargePoints), ("ocpi-2.2.1", Dataset.Tariffs),
                     })
            {
                var window = dataset.IsSnapshot ? (Window?)null : PretendFeed.Day;
                await new PretendFeed(_ => PretendFeed.Json(json, headers)).PullAsync(PretendFeed.Feed(protocol), dataset, window: window);
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}\nthrew {e}");
        }
    }

    private async Task<FetchResult> AskAsync(RequestDelegate answer)
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), answer);
        using var factory = new FeedClientFactory(TimeProvider.System, Once);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        return await client.FetchAsync(server.Url, NoHeaders, CancellationToken.None);
    }
}
