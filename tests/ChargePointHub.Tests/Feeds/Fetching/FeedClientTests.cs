using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Answers: what is read, what is refused and how it is called, and where a redirect may lead.</summary>
public sealed class FeedClientTests(Certificates certificates) : IClassFixture<Certificates>
{
    private readonly FeedAsking asking = new(certificates);

    [Fact]
    public async Task A_whole_answer_over_trusted_tls_is_parsed_with_its_headers()
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = "Token abc", ["accept"] = "application/vnd.test+json" };
        var (result, server) = await asking.AskAsync(
            async context =>
            {
                context.Response.Headers["X-Total-Count"] = "7";
                context.Response.Headers.Append("Link", "<a>");
                context.Response.Headers.Append("Link", "<b>");
                await context.Response.WriteAsJsonAsync(new { token = context.Request.Headers.Authorization.ToString(), accept = context.Request.Headers.Accept.ToString() });
            },
            headers: headers);
        var fetched = Assert.IsType<Fetched>(result);
        using (fetched.Json)
        {
            Assert.Equal("Token abc", fetched.Json.RootElement.GetProperty("token").GetString());
            Assert.Equal("application/vnd.test+json", fetched.Json.RootElement.GetProperty("accept").GetString());
        }

        Assert.Equal("7", fetched.Headers["x-total-count"]);
        Assert.Equal("<a>, <b>", fetched.Headers["link"]);
        Assert.Equal(1, fetched.Requests);
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData(401, FailureKind.Unauthorised, 1)]
    [InlineData(403, FailureKind.Forbidden, 1)]
    [InlineData(404, FailureKind.UnexpectedStatus, 1)]
    [InlineData(204, FailureKind.UnexpectedStatus, 1)]
    [InlineData(304, FailureKind.UnexpectedStatus, 1)]
    [InlineData(408, FailureKind.TimedOut, 3)]
    [InlineData(429, FailureKind.Throttled, 3)]
    [InlineData(500, FailureKind.ServerError, 3)]
    [InlineData(503, FailureKind.ServerError, 3)]
    public async Task A_status_is_its_failure_and_is_asked_again_only_where_that_may_help(int status, FailureKind kind, int requests)
    {
        var (result, server) = await asking.AskAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var failure = Failure(result, kind);
        Assert.Contains($" {status}", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(requests, result.Requests);
        Assert.Equal(requests, server.Requests);
    }

    [Fact]
    public async Task What_fails_once_and_then_works_has_worked()
    {
        var times = 0;
        var (result, _) = await asking.AskAsync(context =>
        {
            if (++times < 3) context.Response.StatusCode = 502;
            return times < 3 ? Task.CompletedTask : context.Response.WriteAsync("[]");
        });
        Assert.Equal(3, Assert.IsType<Fetched>(result).Requests);
    }

    [Theory]
    [InlineData("{\"data\": [1, 2", FailureKind.Truncated)]
    [InlineData("{\"data\": \"caf", FailureKind.Truncated)]
    [InlineData("{\"data\": tr", FailureKind.Truncated)]
    [InlineData("<!DOCTYPE html><html>Maintenance</html>", FailureKind.NotJson)]
    [InlineData("{\"data\": 1} trailing", FailureKind.NotJson)]
    [InlineData("{\"data\": 1, \"data\": 2}", FailureKind.NotJson)]
    [InlineData("", FailureKind.NotJson)]
    [InlineData("12", FailureKind.NotJson)]
    public async Task An_answer_cut_short_is_told_from_one_that_never_was_json(string body, FailureKind kind)
    {
        var (result, _) = await asking.AskAsync(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(body);
        });
        Assert.Contains("text/html", Failure(result, kind).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_nested_deeper_than_32_levels_is_refused()
    {
        var (deep, _) = await asking.AskAsync(context => context.Response.WriteAsync(new string('[', 33) + new string(']', 33)));
        Assert.Contains("32", Failure(deep, FailureKind.NotJson).Detail, StringComparison.Ordinal);
        var (allowed, _) = await asking.AskAsync(context => context.Response.WriteAsync(new string('[', 32) + new string(']', 32)));
        Assert.IsType<Fetched>(allowed).Json.Dispose();
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_obstacle_and_bytes_that_are_no_utf8_are_refused()
    {
        var (marked, _) = await asking.AskAsync(context => context.Response.Body.WriteAsync(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'[', (byte)']' }).AsTask());
        Assert.IsType<Fetched>(marked).Json.Dispose();
        var (latin, _) = await asking.AskAsync(context => context.Response.Body.WriteAsync(new byte[] { (byte)'[', (byte)'"', 0xE9, (byte)'"', (byte)']' }).AsTask());
        Assert.Contains("UTF-8", Failure(latin, FailureKind.NotJson).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_on_the_same_host_is_followed_with_its_headers()
    {
        var (result, server) = await asking.AskAsync(
            context =>
            {
                if (context.Request.Path == "/there") return context.Response.WriteAsJsonAsync(new[] { context.Request.Headers.Authorization.ToString() });
                context.Response.Redirect("/there");
                return Task.CompletedTask;
            },
            headers: new() { ["Authorization"] = "Token abc" });
        var fetched = Assert.IsType<Fetched>(result);
        Assert.Equal("Token abc", fetched.Json.RootElement[0].GetString());
        Assert.Equal(2, fetched.Requests);
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData("https://another.example/", FailureKind.AddressRefused)]
    [InlineData("http://localhost/", FailureKind.AddressRefused)]
    [InlineData("https://127.0.0.1/", FailureKind.AddressRefused)]
    [InlineData("https://user:pw@localhost/", FailureKind.AddressRefused)]
    [InlineData("/locations", FailureKind.UnexpectedStatus)]
    [InlineData("", FailureKind.UnexpectedStatus)]
    public async Task A_redirect_elsewhere_or_without_end_is_not_followed(string location, FailureKind kind)
    {
        var (result, server) = await asking.AskAsync(context =>
        {
            context.Response.StatusCode = 302;
            if (location.Length > 0) context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        Assert.DoesNotContain("pw", Failure(result, kind).Detail, StringComparison.Ordinal);
        Assert.Equal(location == "/locations" ? 4 : 1, server.Requests);
    }

    [Fact]
    public async Task Secrets_in_the_address_show_in_no_failure()
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        var result = await client.FetchAsync(new Uri($"{server.Url}?apiKey=hidden1&limit=5&X-Amz-Signature=hidden2"), NoHeaders, default);
        var failure = Failure(result, FailureKind.UnexpectedStatus);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("?apiKey=***&limit=5&X-Amz-Signature=***", failure.Url, StringComparison.Ordinal);
    }
}
