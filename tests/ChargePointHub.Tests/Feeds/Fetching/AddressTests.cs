using System.Net;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

public sealed class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("[::]")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:10.0.0.1]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("[ff02::1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("localhost")]
    public Task Addresses_that_are_not_public_are_refused(string host) => RefusedAsync(host, []);

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("224.0.0.1")]
    public Task Some_addresses_are_refused_even_when_the_file_allows_them(string host) => RefusedAsync(host, [host.Trim('[', ']')]);

    [Fact]
    public Task Allowing_one_host_allows_no_other() => RefusedAsync("127.0.0.1", ["localhost"]);

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void Public_addresses_are_allowed(string address) => Assert.True(new AddressGuard([]).Allows("api.example", IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("https://user:secret@localhost/")]
    [InlineData("ftp://localhost/")]
    public async Task Only_https_without_user_info_is_asked(string url)
    {
        var failure = await AskAsync(url, ["localhost"]);
        Assert.Equal(FailureKind.AddressRefused, failure.Kind);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(string host, string[] allowed)
    {
        var failure = await AskAsync($"https://{host}/", allowed);
        Assert.True(failure.Kind == FailureKind.AddressRefused, failure.ToString());
    }

    private static async Task<FeedFailure> AskAsync(string url, string[] allowed)
    {
        await using var server = await OperatorServer.StartAsync(null, context => context.Response.WriteAsync("[]"));
        using var factory = new FeedClientFactory(TimeProvider.System);
        using var client = factory.Create(server.Feed(null) with { AllowPrivateHosts = allowed });
        return Assert.IsType<FetchFailed>(await client.FetchAsync(new Uri(url), new Dictionary<string, string>(), default)).Failure;
    }
}
