using System.Text.Json;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols.Discovery;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>What is proposed for what stands at an address, and that a proposal is an operator file.</summary>
public sealed class FeedDiscoveryTests
{
    private const string Root = "https://operator.example/api";

    [Fact]
    public async Task OCPI_versions_become_a_feed_of_the_modules_that_are_there()
    {
        var (found, feed) = await DiscoverAsync($"{Root}/versions", new()
        {
            ["/api/versions"] = $$"""{"data": [{"version": "2.1.1", "url": "{{Root}}/2.1.1"}, {"version": "2.2.1", "url": "{{Root}}/2.2.1"}], "status_code": 1000}""",
            ["/api/2.2.1"] = $$"""{"data": {"version": "2.2.1", "endpoints": [{"identifier": "locations", "role": "SENDER", "url": "{{Root}}/l"}, {"identifier": "tariffs", "role": "SENDER", "url": "{{Root}}/t"}, {"identifier": "commands", "role": "RECEIVER", "url": "{{Root}}/c"}] }, "status_code": 1000}""",
            ["/api/l"] = """{"data": [], "status_code": 1000}""",
        });

        Assert.Equal("OCPI 2.1.1, 2.2.1, with locations, tariffs.", found.Found);
        Assert.Empty(found.ToFillIn);
        Assert.Equal(("ocpi-2.2.1", new Uri($"{Root}/versions")), (feed!.Protocol, feed.BaseUrl));
        Assert.Equal([Dataset.ChargePoints, Dataset.Tariffs], feed.Datasets.Select(d => d.Dataset));
    }

    [Theory]
    [InlineData("Token s3cret", true)]
    [InlineData("Token czNjcmV0", false)]
    public async Task The_form_in_which_a_token_is_accepted_is_found(string accepted, bool isRaw)
    {
        var (found, feed) = await DiscoverAsync($"{Root}/versions", new()
        {
            ["/api/versions"] = $$"""{"data": [{"version": "2.2.1", "url": "{{Root}}/2.2.1"}] }""",
            ["/api/2.2.1"] = $$"""{"data": {"endpoints": [{"identifier": "locations", "role": "SENDER", "url": "{{Root}}/l"}] } }""",
            ["/api/l"] = """{"data": []}""",
        }, (url, headers) => url.AbsolutePath != "/api/l" || headers.GetValueOrDefault("Authorization") == accepted, secret: "s3cret");

        Assert.Empty(found.ToFillIn);
        Assert.Equal(("env:KEY", isRaw), (feed!.Credential, feed.Ocpi.TokenIsRaw));
    }

    [Fact]
    public async Task Without_a_credential_it_is_said_that_one_is_needed()
    {
        var (found, feed) = await DiscoverAsync($"{Root}/versions", new()
        {
            ["/api/versions"] = $$"""{"data": [{"version": "2.2.1", "url": "{{Root}}/2.2.1"}] }""",
        }, (url, _) => url.AbsolutePath == "/api/versions");

        Assert.Equal("env:EXAMPLE_TOKEN", feed!.Credential);
        Assert.Contains(found.ToFillIn, l => l.StartsWith("/feeds/0/credential: part of it is refused without a credential", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Locations_without_versions_become_a_feed_without_discovery_with_their_words()
    {
        var (found, feed) = await DiscoverAsync($"{Root}/locations?limit=2", new()
        {
            ["/api/locations"] = """{"data": [{"id": "L", "coordinates": {}, "evses": [{"uid": "1", "status": "WORKING"}, {"uid": "2", "status": "Zzz"}]}], "status_code": 1000}""",
            ["/api/tariffs"] = """{"data": [{"id": "T", "currency": "GBP", "elements": []}], "status_code": 1000}""",
        });

        Assert.Equal(["/feeds/0/ocpi/status_words/WORKING: AVAILABLE is a guess; ask the operator.", "/feeds/0/ocpi/status_words: say what Zzz means."], found.ToFillIn);
        Assert.Equal((false, "/data", true), (feed!.Ocpi.Discovery, feed.Ocpi.RecordsPointer, feed.Ocpi.Envelope));
        Assert.Equal(Status.Available, feed.Ocpi.StatusWords["WORKING"]);
        Assert.Equal([Dataset.ChargePoints, Dataset.Tariffs], feed.Datasets.Select(d => d.Dataset));
        Assert.Equal($"{Root}/", feed.BaseUrl.ToString());
    }

    [Fact]
    public async Task Metadata_of_loti_v1_become_what_they_offer()
    {
        var (found, feed) = await DiscoverAsync(Root, new()
        {
            ["/api/metadata"] = """
                {"title": "t", "update_frequency": "PT1M", "earliest": "2026-01-01T00:00:00Z", "look_back_days": 400, "limits": [{"requests": 30, "interval_seconds": 3600}],
                 "datasets": [{"name": "charge_points"}, {"name": "charging_sessions", "look_back_days": 90}, {"name": "outages"}]}
                """,
        });

        Assert.Single(found.ToFillIn, l => l.StartsWith("/feeds/0/credential:", StringComparison.Ordinal));
        Assert.Equal("loti-v1", feed!.Protocol);
        Assert.Equal((30, TimeSpan.FromHours(1)), (feed.Limits[0].Requests, feed.Limits[0].Interval));
        var sessions = feed.Datasets.Single(d => d.Dataset == Dataset.ChargingSessions);
        Assert.Equal((WindowAxis.LastUpdated, TimeSpan.FromDays(90)), (sessions.Axis, sessions.LookBack));
    }

    [RealDataTheory]
    [InlineData("ncr/ncr_registry_london_sample.json", "charge_points", 5)]
    [InlineData("opendata-swiss/opendata_swiss_opendata_swiss_static.json", "charge_points", 0)]
    [InlineData("qualicharge/irve_static_head500.ndjson", "charge_points", 500)]
    [InlineData("qualicharge/sessions_head3000.ndjson", "charging_sessions", 0)]
    public async Task A_real_list_becomes_a_mapping_that_is_valid_or_says_what_is_missing(string file, string dataset, int kept)
    {
        var text = await File.ReadAllTextAsync(RealData.Path(["data", "feeds", .. file.Split('/')]));
        var isLines = file.EndsWith("ndjson", StringComparison.Ordinal);
        FetchResult Answer(FetchForm? form) => !isLines ? PretendFeed.Json(text)
            : form?.AnswersLines == true ? PretendFeed.Json($"[{string.Join(',', text.Trim().Split('\n'))}]") : PretendFeed.Fails(FailureKind.NotJson);

        var (found, feed) = await LookAsync($"{Root}/list", (url, _, form) => url.AbsolutePath == "/api/list" ? Answer(form) : PretendFeed.Fails(FailureKind.UnexpectedStatus));

        Assert.NotEmpty(found.ToFillIn);
        Assert.Equal(dataset, feed!.Datasets.Single().Dataset.Name);
        if (kept == 0) return;
        var pulled = await new PretendFeed(_ => Answer(new FetchForm(null, isLines))).PullAsync(feed, feed.Datasets.Single().Dataset);
        Assert.Equal(kept, pulled.ChargePoints.Count);
        var isSaid = !found.ToFillIn.Any(l => l.StartsWith("/feeds/0/datasets/0/mapping/fields/longitude:", StringComparison.Ordinal));
        Assert.Equal(isSaid ? kept : 0, pulled.ChargePoints.Count(c => c.Record.Longitude is not null));
    }

    [Fact]
    public async Task What_must_be_said_of_a_list_without_ids_has_its_place_in_the_proposal()
    {
        var (found, feed) = await DiscoverAsync($"{Root}/list", new() { ["/api/list"] = """{"next": "abc", "total": 9, "sites": [{"street": "x", "lat": 51.5, "lon": -0.1}]}""" });

        Assert.Equal("/FILL-IN", feed!.Datasets.Single().Mapping!.Fields.Fields.Single(f => f.Target.Name == "charge_point_id").Paths.Single().Text);
        Assert.Equal(
            ["/feeds/0/datasets/0/mapping/fields/charge_point_id", "/feeds/0/datasets/0/mapping/fields/connectors/fields", "/feeds/0/datasets/0/mapping/fields/status", "/feeds/0/datasets/0/mapping/paging", "/feeds/0/datasets/0/mapping/paging", "/feeds/0/zone"],
            found.ToFillIn.Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"hello": "world"}""")]
    [InlineData("[]")]
    [InlineData("""[1, 2, "\ud800"]""")]
    [InlineData("""{"data": [{"version": 1, "url": 2}], "datasets": 3, "update_frequency": null}""")]
    public async Task Where_nothing_stands_that_can_be_told_nothing_is_proposed(string answer)
    {
        var (found, feed) = await DiscoverAsync(Root, new() { ["/api"] = answer });

        Assert.True(found.Proposal is null || found.ToFillIn.Count > 0);
        Assert.True(feed is null || found.Proposal is not null);
        Assert.InRange(found.Asked.Count, 1, 16);
    }

    [Fact]
    public async Task An_operator_that_is_not_there_is_asked_once()
    {
        var (found, _) = await LookAsync(Root, (_, _, _) => PretendFeed.Fails(FailureKind.Unreachable));

        Assert.Equal(FailureKind.Unreachable, found.Failure?.Kind);
        Assert.Single(found.Asked);
    }

    private static Task<(Discovered Found, FeedDefinition? Feed)> DiscoverAsync(
        string url, Dictionary<string, string> answers, Func<Uri, IReadOnlyDictionary<string, string>, bool>? isAllowed = null, string? secret = null) =>
        LookAsync(
            url,
            (asked, headers, _) => isAllowed?.Invoke(asked, headers) == false ? PretendFeed.Fails(FailureKind.Unauthorised)
                : answers.TryGetValue(asked.AbsolutePath, out var answer) ? PretendFeed.Json(answer) : PretendFeed.Fails(FailureKind.UnexpectedStatus),
            secret);

    /// <summary>The proposal is read by the registry as it stands.</summary>
    private static async Task<(Discovered Found, FeedDefinition? Feed)> LookAsync(
        string url, Func<Uri, IReadOnlyDictionary<string, string>, FetchForm?, FetchResult> answer, string? secret = null)
    {
        var wish = new DiscoveryWish("example", "Example", secret is null ? null : "env:KEY", null, []);
        using var discovery = new FeedDiscovery(wish, (asked, headers, _, form) => Task.FromResult(answer(asked, headers, form)), secret);
        var found = await discovery.RunAsync(new Uri(url), CancellationToken.None);
        return (found, found.Proposal is null ? null : MappedJson.MappedFeed.Read(found.Proposal.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
    }
}
