using System.Net;
using System.Net.Sockets;
using ChargePointHub.Feeds.Fetching;
using static ChargePointHub.Tests.Feeds.Fetching.FeedAsking;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Connections that are cut, closed, silent, or speak something else.</summary>
public sealed class FeedClientConnectionTests(Certificates certificates) : IClassFixture<Certificates>
{
    private readonly FeedAsking asking = new(certificates);

    [Theory]
    [InlineData("Content-Length: 100")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    public async Task A_connection_cut_in_the_body_is_truncated_after_three_attempts(string framing)
    {
        var chunk = framing.EndsWith("chunked", StringComparison.Ordinal) ? "A\r\n{\"data\": [\r\n" : "{\"data\": [";
        var result = await asking.AskAndCutAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing}\r\n\r\n{chunk}", times: 3);
        Failure(result, FailureKind.Truncated);
        Assert.Equal(3, result.Requests);
    }

    [Fact]
    public async Task A_connection_cut_before_the_answer_is_unreachable_after_three_attempts()
    {
        var result = await asking.AskAndCutAsync("", times: 3);
        Failure(result, FailureKind.Unreachable);
        Assert.Equal(3, result.Requests);
    }

    [Fact]
    public async Task What_is_not_http_is_a_protocol_error()
    {
        Failure(await asking.AskAndCutAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n", times: 1), FailureKind.ProtocolError);
        Failure(await asking.AskAndCutAsync($"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 70_000)}\r\n\r\n[]", times: 1), FailureKind.ProtocolError);
    }

    [Fact]
    public async Task A_server_that_accepts_and_then_says_nothing_is_given_up_on_before_the_budget_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var factory = new FeedClientFactory(TimeProvider.System, Quick with { ConnectTimeout = TimeSpan.FromMilliseconds(200), Attempts = 1 });
        using var client = factory.Create(OperatorServer.Feed(UrlOf(listener), certificates.CaFile));
        Assert.Contains("0.2 seconds", Failure(await client.FetchAsync(UrlOf(listener), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_and_a_name_that_does_not_exist_are_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var server = await OperatorServer.StartAsync(null, _ => Task.CompletedTask);
        using var factory = new FeedClientFactory(TimeProvider.System, Quick);
        using var client = factory.Create(server.Feed(null));
        Assert.Contains("refused", Failure(await client.FetchAsync(new Uri($"https://localhost:{port}/"), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
        Assert.Contains("resolve", Failure(await client.FetchAsync(new Uri("https://nowhere.invalid/"), NoHeaders, default), FailureKind.Unreachable).Detail, StringComparison.Ordinal);
    }
}
