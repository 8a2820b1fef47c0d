using ChargePointHub.Client;
using ChargePointHub.Tests.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Client;

/// <summary>What the client asks again, what it does not, and whom it shows its key.</summary>
public sealed class HubRequestTests
{
    private static readonly string Operators = PretendHub.Example("OperatorList");

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_is_refused_for_the_moment_is_asked_again_after_the_pause_that_the_hub_wants(int status)
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(status, "CPH-5003", "7"), PretendHub.Json(Operators));
        var begun = hub.Time.GetUtcNow();
        var asking = hub.Client().ListOperatorsAsync();

        await hub.Time.RunAsync(asking);

        Assert.Equal(2, hub.Asked.Count);
        Assert.InRange(hub.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task It_gives_up_after_six_attempts_each_after_a_longer_pause()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(503, "CPH-5003"));
        var begun = hub.Time.GetUtcNow();
        var asking = hub.Client().ListOperatorsAsync();

        var gaveUp = await Assert.ThrowsAsync<HubProblemException>(() => hub.Time.RunAsync(asking));

        Assert.Equal((6, 503, "CPH-5003"), (hub.Asked.Count, gaveUp.Status, gaveUp.Code));
        Assert.InRange(hub.Time.GetUtcNow() - begun, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(15.5));
    }

    [Fact]
    public async Task A_hub_that_asks_for_more_than_two_minutes_is_not_waited_for()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(429, "CPH-2005", "121"));

        var asking = hub.Client().ListOperatorsAsync();
        var refused = await Assert.ThrowsAsync<HubProblemException>(() => hub.Time.RunAsync(asking));

        Assert.Equal((1, TimeSpan.FromSeconds(121)), (hub.Asked.Count, refused.RetryAfter));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(500)]
    public async Task Any_other_refusal_is_told_at_once_with_all_that_the_hub_said(int status)
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(status, "CPH-1001"));

        var refused = await Assert.ThrowsAsync<HubProblemException>(() => hub.Client().ListOperatorsAsync());

        Assert.Equal((1, status, "CPH-1001", "0123"), (hub.Asked.Count, refused.Status, refused.Code, refused.RequestId));
        var fault = Assert.Single(refused.Errors);
        Assert.Equal((ProblemFaultIn.Query, "borogh", "borough", "borough=camden"), (fault.In, fault.Parameter, fault.DidYouMean, fault.Example));
        Assert.Contains("No 'borogh'.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PretendHub.Key, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_something_on_the_way_says_is_told_as_that()
    {
        await using var hub = await PretendHub.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("<html>Blocked</html>");
        });

        var refused = await Assert.ThrowsAsync<HubProblemException>(() => hub.Client().ListOperatorsAsync());

        Assert.Null(refused.Problem);
        Assert.Contains("no answer of a hub", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_cut_is_asked_for_again()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Cut(Operators[..20]), PretendHub.Json(Operators));
        var asking = hub.Client().ListOperatorsAsync();

        await hub.Time.RunAsync(asking);

        Assert.Equal(2, hub.Asked.Count);
        Assert.NotEmpty((await asking).Data);
    }

    [Fact]
    public async Task Who_gives_up_is_not_kept()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Problem(503, "CPH-5003", "60"));
        using var patience = new CancellationTokenSource();
        var asking = hub.Client().ListOperatorsAsync(patience.Token);
        while (hub.Asked.IsEmpty) await Task.Yield();

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Single(hub.Asked);
    }

    [Fact]
    public async Task An_answer_that_still_holds_is_not_sent_again()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(Operators, "\"one\""));
        var client = hub.Client();

        var first = await client.ListOperatorsAsync();
        var again = await client.ListOperatorsAsync();

        Assert.Equal([null, "\"one\""], hub.Asked.Select(a => a.Tag));
        Assert.Equal(first.Data.Select(o => o.OperatorId), again.Data.Select(o => o.OperatorId));
    }

    [Fact]
    public async Task Kept_answers_stay_within_16_MiB_and_those_asked_for_last_stay()
    {
        var large = new string('1', 3 * 1024 * 1024);
        await using var hub = await PretendHub.StartAsync(context => PretendHub.Json(large, $"\"{context.Request.Path}\"")(context));
        var requests = hub.Requests();
        foreach (var address in new[] { "/1", "/2", "/3", "/4", "/5", "/1", "/6" }) await GetAsync(address);
        hub.Asked.Clear();

        foreach (var address in new[] { "/6", "/1", "/2" }) await GetAsync(address);

        Assert.Equal(["\"/6\"", "\"/1\"", null], hub.Asked.Select(a => a.Tag));

        async Task GetAsync(string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
            using var answer = await requests.SendAsync(request, HttpCompletionOption.ResponseContentRead, CancellationToken.None);
        }
    }

    [Fact]
    public async Task The_key_goes_to_the_hub_and_nowhere_else()
    {
        await using var elsewhere = await PretendHub.StartAsync(PretendHub.Json("{}"));
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("TariffList", page => page["links"]!["next"] = $"//localhost:{elsewhere.Address.Port}/v1/tariffs")));
        var client = hub.Client();

        var page = await client.ListTariffsAsync();

        await Assert.ThrowsAsync<ArgumentException>(async () => await client.AllAsync(page).CountAsync());
        Assert.Equal("Bearer " + PretendHub.Key, Assert.Single(hub.Asked).Key);
        Assert.Empty(elsewhere.Asked);
    }

    [Theory]
    [InlineData("http://hub.example", "cph_live_a_b")]
    [InlineData("https://hub.example", "two words")]
    [InlineData("https://hub.example", "cph_live_a_b\n")]
    [InlineData("https://hub.example", "")]
    public void An_address_without_tls_and_what_is_no_key_are_refused(string hub, string key)
    {
        using var http = new HttpClient { BaseAddress = new Uri(hub) };

        var refused = Assert.Throws<ArgumentException>(() => new HubRequests(http, key));

        if (key.Length > 0) Assert.DoesNotContain(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hubs_own_authority_is_trusted_where_it_is_named_and_nowhere_else()
    {
        using var certificates = new Certificates();
        using var good = certificates.Good();
        await using var server = await OperatorServer.StartAsync(good, PretendHub.Json(Operators));
        var address = new Uri($"https://localhost:{server.Port}");
        using var trusting = HubHttp.Create(address, certificates.CaFile);
        using var others = HubHttp.Create(address);
        using var wrong = new Certificates();
        using var mistaken = HubHttp.Create(address, wrong.CaFile);

        Assert.NotEmpty((await new HubClient(new HubRequests(trusting)).ListOperatorsAsync()).Data);
        foreach (var http in new[] { others, mistaken })
        {
            var pauses = new NoPauses();
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new HubClient(new HubRequests(http, time: pauses)).ListOperatorsAsync());
            Assert.Equal((HttpRequestError.SecureConnectionError, 0), (refused.HttpRequestError, pauses.Count));
        }

        Assert.Equal(1, server.Requests);
    }
}
