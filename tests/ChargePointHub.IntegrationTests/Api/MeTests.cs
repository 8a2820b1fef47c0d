using System.Net;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class MeTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_key_is_told_whose_it_is_what_it_opens_and_what_is_left()
    {
        var answer = await host.GetAsync("/v1/me");

        Assert.Equal(
            """{"key_id":"test","label":"GLA","expires_at":null,"organisation_id":null,"role":null,"scope":"everything","datasets":["charge_points","tariffs","status_changes","charging_sessions","outages","reported_usage"],"restricted":true,"rights":[],"quota":{"of":"key","units":600000,"remaining":599999,"window_seconds":60,"answers_at_once":64}}""",
            answer.Json.GetProperty("data").GetRawText());
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cph_live_narrow_secret", "\"narrow\"", "\"Narrow\"", "\"2026-12-20T12:00:00.000Z\"", "key")]
    [InlineData(null, "null", "null", "null", "address")]
    public async Task A_key_of_few_rights_and_none_at_all_open_what_is_open(string? key, string id, string label, string expires, string quota)
    {
        var answer = await host.GetAsync("/v1/me", key);

        var me = answer.Json.GetProperty("data");
        Assert.Equal((id, label, expires), (me.GetProperty("key_id").GetRawText(), me.GetProperty("label").GetRawText(), me.GetProperty("expires_at").GetRawText()));
        Assert.Equal("""["charge_points","tariffs"]""", me.GetProperty("datasets").GetRawText());
        Assert.False(me.GetProperty("restricted").GetBoolean());
        Assert.Equal(quota, me.GetProperty("quota").GetProperty("of").GetString());
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("cph_live_expired_secret", "CPH-2004")]
    [InlineData("cph_live_revoked_secret", "CPH-2005")]
    public async Task A_key_that_opens_nothing_is_told_why(string key, string code)
    {
        var answer = await host.GetAsync("/v1/me", key);

        Assert.Equal((HttpStatusCode.Unauthorized, code), (answer.Status, answer.Code));
    }
}
