using System.Text;
using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>What is kept of a refused record says enough to judge it again.</summary>
public sealed class JudgeAgainTests
{
    private static readonly FeedDefinition Feed = PretendFeed.Feed("loti-v1");

    public static TheoryData<string> Datasets => [.. Dataset.All.Where(d => !d.IsSnapshot && !d.IsHandedIn).Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Datasets))]
    public async Task Every_refused_record_is_refused_again_by_the_same_rules_and_under_the_same_id(string dataset)
    {
        var refused = 0;
        foreach (var (what, json) in SpoiltRecords.Of("feeds/loti-v1/" + dataset))
        {
            var pulled = await new PretendFeed(_ => PretendFeed.Json($$"""{"data":[{{json}}],"next_cursor":null}""")).PullAsync(Feed, Dataset.Named(dataset)!);
            if (pulled.Refused is not [var first]) continue;
            refused++;
            var again = ProtocolCatalogue.JudgeAgain(Feed, first.Dataset, first.Document, DateTimeOffset.UtcNow)!;
            Assert.True(again.Refused.Count == 1, $"{what}: passes when it is judged again");
            Assert.Equal((what, first.OwnId), (what, again.Refused[0].OwnId));
            Assert.Equal((what, Errors(first)), (what, Errors(again.Refused[0])));
        }

        Assert.True(refused > 50, $"{refused}");
    }

    [Theory]
    [InlineData("sessions", "good-ocpi-session")]
    [InlineData("cdrs", "good-cdr")]
    public async Task So_it_is_with_every_field_of_OCPI_spoilt(string module, string fixture)
    {
        var feed = PretendFeed.Feed("ocpi-2.2.1", f => f with { Ocpi = new OcpiSettings { Discovery = false, Paged = false, SessionModules = [module] } });
        var good = JsonNode.Parse(await File.ReadAllTextAsync(RepositoryRoot.Path("tests", "Fixtures", "ocpi-2.2.1", fixture, "answer.json")))!.AsObject();
        var refused = 0;
        foreach (var name in good["data"]![0]!.AsObject().Select(p => p.Key).ToList())
        {
            foreach (var value in new[] { "null", "-5", "{}", "[7]", "\"\"", $"\"{new string('x', 500)}\"", "\"2026-11-19T08:00:00Z\"", "\"\\u0000\"" })
            {
                var answer = good.DeepClone();
                answer["data"]![0]![name] = JsonNode.Parse(value);
                var pulled = await new PretendFeed(_ => PretendFeed.Json(answer.ToJsonString())).PullAsync(feed, Dataset.ChargingSessions);
                if (pulled.Refused is not [var first]) continue;
                refused++;
                var again = Assert.Single(ProtocolCatalogue.JudgeAgain(feed, first.Dataset, first.Document, PretendFeed.Now)!.Refused);
                Assert.Equal((name, value, first.OwnId, Errors(first)), (name, value, again.OwnId, Errors(again)));
            }
        }

        Assert.True(refused > 10, $"{refused}");
    }

    [Fact]
    public void What_other_settings_read_passes_and_has_another_version()
    {
        var document = Encoding.UTF8.GetBytes("""{"session_id":"S1","charge_point_id":"P1","plug_in_at":"2026-03-29T01:30:00","energy_kwh":7}""");
        var london = Feed with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London") };
        var utc = Feed with { Zone = TimeZoneInfo.Utc };

        Assert.Contains(ProtocolCatalogue.JudgeAgain(london, Dataset.ChargingSessions, document, DateTimeOffset.UtcNow)!.Refused[0].Findings, f => f.Rule == ValueRules.TimeInGap.Code);
        var session = Assert.Single(ProtocolCatalogue.JudgeAgain(utc, Dataset.ChargingSessions, document, DateTimeOffset.UtcNow)!.ChargingSessions);
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), session.Record.PlugInAt);
        Assert.NotEqual(JudgeVersion.Of(london), JudgeVersion.Of(utc));
        Assert.Equal(JudgeVersion.Of(utc), JudgeVersion.Of(utc with { BaseUrl = new Uri("https://elsewhere.example/") }));
    }

    [Fact]
    public void Records_that_each_crawl_brings_are_not_judged_again()
    {
        Assert.Null(ProtocolCatalogue.JudgeAgain(Feed, Dataset.ChargePoints, "{}"u8.ToArray(), DateTimeOffset.UtcNow));
        Assert.Null(ProtocolCatalogue.JudgeAgain(PretendFeed.Feed("ocpi-2.2.1"), Dataset.Tariffs, "{}"u8.ToArray(), DateTimeOffset.UtcNow));
    }

    private static string Errors(RefusedRecord refused) =>
        string.Join(' ', refused.Findings.Where(f => f.Severity == Severity.Error).Select(f => $"{f.Rule}{f.Pointer}").Order(StringComparer.Ordinal));
}
