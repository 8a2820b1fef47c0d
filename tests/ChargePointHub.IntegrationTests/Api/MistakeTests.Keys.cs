using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Mistakes in how a key is given.</summary>
public sealed partial class MistakeTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/v1/charge-points/")]
    [InlineData("/v1/operators/alpha/")]
    public async Task A_key_in_a_path_is_not_repeated(string path)
    {
        var answer = await host.GetAsync(path + ApiHost.Key, key: null);

        Assert.Equal("CPH-1008", answer.Code);
        Assert.DoesNotContain("_secret", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-API-Key", ApiHost.Key)]
    [InlineData("Authorization", "bearer " + ApiHost.Key)]
    [InlineData("Authorization", "Basic dGVzdDpzZWNyZXQ=")]
    [InlineData("Authorization", "Basic dGVzdDpjcGhfbGl2ZV90ZXN0X3NlY3JldA==")]
    public async Task A_key_is_taken_in_each_of_its_three_ways(string header, string value) =>
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions", key: null, headers: (header, value))).Status);

    [Theory]
    [InlineData("Authorization", ApiHost.Key)]
    [InlineData("Authorization", "cph_live_other_secret")]
    public async Task A_key_without_Bearer_is_told_what_is_missing(string header, string value)
    {
        var answer = await host.GetAsync("/v1/charging-sessions", key: null, headers: (header, value));

        Assert.Equal("CPH-2002", answer.Code);
        Assert.Contains("Bearer and a space", answer.Fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(value, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Token cph_live_test_secret", "The scheme Token of Authorization is not known here; the schemes are Bearer")]
    [InlineData("cph-live-test secret", "Authorization names no scheme that is known here; the schemes are Bearer")]
    [InlineData("Basic cph_live_test_secret", "What stands behind Basic is not base64 of id:secret.")]
    [InlineData("Basic dGVzdA==", "What stands behind Basic is not base64 of id:secret.")]
    [InlineData("Bearer my-key", "What was sent does not have the form of a key. A key reads cph_live_<id>_<secret>")]
    public async Task A_wrong_scheme_is_told_as_such_and_what_may_be_a_key_is_not_repeated(string value, string message)
    {
        var answer = await host.GetAsync("/v1/charging-sessions", key: null, headers: ("Authorization", value));

        Assert.Equal("CPH-2002", answer.Code);
        Assert.StartsWith(message, answer.Fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(value.Split(' ')[1], answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Digest abc")]
    [InlineData("Basic !!!")]
    [InlineData("Basic dGVzdA==")]
    [InlineData("Bearer")]
    public async Task What_cannot_be_a_key_is_malformed(string value) =>
        Assert.Equal("CPH-2002", (await host.GetAsync("/v1/charge-points", key: null, headers: ("Authorization", value))).Code);
}
