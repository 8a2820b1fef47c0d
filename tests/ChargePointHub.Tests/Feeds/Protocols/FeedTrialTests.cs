using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Protocols.Trial;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Commands;
using ChargePointHub.Tests.Feeds.Protocols.MappedJson;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>What <c>feeds try</c> tells of a page.</summary>
public sealed class FeedTrialTests
{
    [Fact]
    public async Task Each_field_is_shown_beside_where_it_came_from_and_what_is_not_read_is_named_without_its_value()
    {
        var feed = MappedFeed.With("charge_points", """
            {"records": ["/sites", "/chargers"], "request": {"path": "sites"},
             "status": {"request": {"path": "states"}, "fields": {"charge_point_id": "/cp", "status": {"path": "/s", "words": {"on": "AVAILABLE"}}}},
             "fields": {"charge_point_id": "/id", "city": "../town", "max_power_kw": {"path": "/p", "unit": "W"}, "access": {"constant": "PUBLIC"}, "model": "/model",
             "connectors": {"at": "/plugs", "fields": {"standard": "/type"}}}}
            """);

        var tried = await TryAsync(feed, url => url.AbsolutePath.EndsWith("states", StringComparison.Ordinal)
            ? """[{"cp": "C1", "s": "on", "operator_note": "secret"}]"""
            : """{"asof": 1, "sites": [{"town": "Leeds", "phone": "secret", "chargers": [{"id": "C1", "p": 22000, "email": "secret@b.example", "serial": "x", "plugs": [{"type": "CHADEMO", "cable": 4}]}]}]}""");

        Assert.Null(tried.Failure);
        Assert.Equal((1, 0, 1, true), (tried.Kept, tried.Refused, tried.Statuses, tried.IsWhole));
        Assert.Contains(new TriedField("charge_point_id", "\"example:C1\"", "/id", "\"C1\""), tried.First);
        Assert.Contains(new TriedField("city", "\"Leeds\"", "../town", "\"Leeds\""), tried.First);
        Assert.Contains(new TriedField("max_power_kw", "22", "/p", "22000"), tried.First);
        Assert.Contains(new TriedField("model", "null", "/model", null), tried.First);
        Assert.Contains(new TriedField("access", "\"PUBLIC\"", "constant", null), tried.First);
        Assert.Contains(new TriedField("connectors/0/standard", "\"CHADEMO\"", "/type", "\"CHADEMO\""), tried.First);
        Assert.Contains(new TriedField("status", "\"AVAILABLE\"", "/s", "\"on\""), tried.First);
        Assert.Equal(["../../asof 1", "../phone 1", "/email 1", "/plugs/*/cable 1", "/serial 1", "status: /operator_note 1"], tried.Unread!.Select(f => $"{f.Path} {f.Count}").Order(StringComparer.Ordinal));
        var lines = TriedLines.Of(tried).ToList();
        Assert.All(lines, l => Assert.True(l.Length <= 80, l));
        Assert.DoesNotContain(lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loti-v1", "good-charge-point", "charge_points", "latitude", "/latitude")]
    [InlineData("loti-v1", "good-session", "charging_sessions", "plug_in_at", "/plug_in_at")]
    [InlineData("loti-v1", "good-tariff", "tariffs", "currency", "/currency")]
    [InlineData("ocpi-2.2.1", "good-location", "charge_points", "connectors/0/max_power_kw", "/max_electric_power")]
    [InlineData("ocpi-2.2.1", "good-location", "charge_points", "address", "../address")]
    [InlineData("ocpi-2.2.1", "good-tariff", "tariffs", "tariff_id", "/id")]
    [InlineData("ocpi-2.2.1", "good-ocpi-session", "charging_sessions", "energy_kwh", "/kwh")]
    [InlineData("ocpi-2.2.1", "good-cdr", "charging_sessions", "charge_point_id", "/cdr_location/evse_uid")]
    public async Task The_other_protocols_too_say_where_a_field_came_from(string protocol, string fixture, string dataset, string field, string path)
    {
        var feed = PretendFeed.Feed(protocol, f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = false } });
        var answer = await File.ReadAllTextAsync(RepositoryRoot.Path("tests", "Fixtures", protocol, fixture, "answer.json"));

        var lists = FeedTrial.Lists(feed, new DatasetPlan { Dataset = Dataset.Named(dataset)! });
        var tried = await TryAsync(fixture.EndsWith("cdr", StringComparison.Ordinal) ? lists[1] : lists[0], _ => answer, Dataset.Named(dataset)!);

        var told = Assert.Single(tried.First, f => f.Name == field);
        Assert.Equal(path, told.Path);
        Assert.NotNull(told.Sent);
        Assert.All(TriedLines.Of(tried), l => Assert.True(l.Length <= 80, l));
        Assert.DoesNotContain(tried.Unread!, f => f.Path == path);
    }

    [Fact]
    public async Task What_is_wrong_with_the_chain_behind_a_page_is_told_with_the_page()
    {
        var feed = MappedFeed.With("charge_points", """{"records": ["/rows"], "paging": {"by": "none", "total": "/total"}, "fields": {"charge_point_id": "/id"} }""");

        var tried = await TryAsync(feed, _ => """{"rows": [{"id": 1}], "total": 9}""");

        Assert.Equal(FailureKind.ProtocolError, tried.Failure?.Kind);
        Assert.Equal(1, tried.Kept);
        Assert.Contains(TriedLines.Of(tried), l => l.EndsWith("nothing would be claimed.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trial_stops_after_a_page_and_after_25_requests()
    {
        var asked = 0;
        var feed = MappedFeed.With("charge_points", """{"request": {"query": {"c": "{cursor}"} }, "records": ["/rows"], "paging": {"by": "cursor", "next": "/next"}, "fields": {"charge_point_id": "/id"} }""");
        var loop = MappedFeed.With("charge_points", """
            {"for_each": {"request": {"query": {"c": "{cursor}"}}, "records": ["/rows"], "paging": {"by": "cursor", "next": "/next"}, "id": "/id"}, "request": {"path": "{id}"}, "fields": {"charge_point_id": "#id"} }
            """);

        var tried = await TryAsync(feed, _ => $$"""{"rows": [{"id": {{++asked}}}], "next": "{{asked}}"}""");
        Assert.Equal((1, false, 1), (asked, tried.IsWhole, tried.Kept));
        tried = await TryAsync(loop, _ => $$"""{"rows": [{"id": {{++asked}}}], "next": "{{asked}}"}""");
        Assert.Equal((26, 0), (asked, tried.Kept));
        Assert.Equal("No page was complete after 25 requests, and a trial makes no more.", tried.Failure?.Detail);
    }

    private static Task<TriedDataset> TryAsync(FeedDefinition feed, Func<Uri, string> answer, Dataset? dataset = null)
    {
        var plan = feed.Datasets.Count > 0 ? feed.Datasets[0] : new DatasetPlan { Dataset = dataset!, Axis = dataset!.IsSnapshot ? null : WindowAxis.LastUpdated, Earliest = PretendFeed.Now.AddDays(-9) };
        return FeedTrial.RunAsync(feed, plan, (url, _, _, _) => Task.FromResult(PretendFeed.Json(Window(answer(url)))), _ => null, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>A loti answer to a window must state it.</summary>
    private static string Window(string answer) => answer.Replace("\"next_cursor\"", "\"window\": {\"from\": \"2000-01-01T00:00:00Z\", \"to\": \"2099-01-01T00:00:00Z\"}, \"next_cursor\"", StringComparison.Ordinal);
}
