using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>How feeds fare, to those who hold that of one operator: nothing of another, and never an empty answer that reads like "all is well".</summary>
public sealed class FeedQualityTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string OfAlpha = "cph_live_ofalpha_secret";

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        host.Granted[OfAlpha] = Scope.Of(OrganisationRole.Gla, null, [.. new[] { "status_changes", "charging_sessions", "feed_quality" }.Select(s => new Right("alpha", s, null))]);
        var missing = new Finding("id-missing", Severity.Error, "/charge_point_id", null, "A record has no id.");
        foreach (var operatorId in new[] { "alpha", "beta" })
            await host.WritePageAsync(operatorId, Dataset.Tariffs, new RecordPage { Refused = [new RefusedRecord(Dataset.Tariffs, "T", "{}"u8.ToArray(), [missing])] });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("/v1/quarantine?operator=beta")]
    [InlineData("/v1/gaps?state=closed&operator=beta")]
    [InlineData("/v1/gaps?state=discrepancy&operator=beta")]
    [InlineData("/v1/gaps?cause=operator_down&operator=beta")]
    [InlineData("/v1/gaps?state=lost&cause=beyond_look_back&operator=beta")]
    public async Task What_no_grant_meets_is_refused(string path)
    {
        var answer = await host.GetAsync(path, OfAlpha);

        Assert.Equal("CPH-2006", answer.Code);
        Assert.Equal(["alpha"], answer.Fault.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal("operator=alpha", answer.Fault.GetProperty("example").GetString());
    }

    [Theory]
    [InlineData("/v1/quarantine")]
    [InlineData("/v1/quarantine?operator=alpha,beta")]
    [InlineData("/v1/gaps?state=closed")]
    [InlineData("/v1/gaps?state=discrepancy")]
    public async Task What_is_left_out_is_named_by_what_is_not(string path)
    {
        Assert.Equal(["alpha"], Restriction(await host.GetAsync(path, OfAlpha)));
        Assert.Empty(Restriction(await host.GetAsync(path)));
    }

    [Theory]
    [InlineData("/v1/quarantine?operator=alpha")]
    [InlineData("/v1/gaps?state=closed&operator=alpha")]
    public async Task A_question_that_is_held_as_a_whole_is_not_narrowed(string path) => Assert.Empty(Restriction(await host.GetAsync(path, OfAlpha)));

    [Fact]
    public async Task Findings_of_another_operator_are_told_as_those_of_none_and_nothing_untrue_is_said()
    {
        var other = await host.GetAsync("/v1/operators/beta/findings", OfAlpha);
        var none = await host.GetAsync("/v1/operators/none/findings", OfAlpha);

        Assert.Equal("CPH-3003", other.Code);
        Assert.Equal(none.Fault.GetProperty("message").GetString(), other.Fault.GetProperty("message").GetString()!.Replace("beta", "none", StringComparison.Ordinal));
        Assert.DoesNotContain("registered", other.Body, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Restriction(Answer answer) => answer.Json.GetProperty("meta").GetProperty("restricted_to").EnumerateArray().Select(o => o.GetString()!);
}
