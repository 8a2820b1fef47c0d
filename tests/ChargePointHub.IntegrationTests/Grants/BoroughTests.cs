using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>
/// Thirty-three boroughs, each with one charge point of operator alpha, its sessions and its statuses, and each with a grant for its own area:
/// every one is set upon every other's ids, filters, cursors, tags and counts.
/// </summary>
public sealed partial class BoroughTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const int Sessions = 3;

    private static readonly string[] All = [.. Enumerable.Range(1, 33).Select(n => string.Create(CultureInfo.InvariantCulture, $"E09{n:000000}"))];

    private static readonly string[] Routes = ["/v1/charging-sessions", "/v1/status-changes"];

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        foreach (var borough in All)
        {
            host.Granted[KeyOf(borough)] = Scope.Of(
                OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", [borough]), new Right("alpha", "status_changes", [borough])]);
            await host.AddChargePointAsync(PointOf(borough), borough);
            for (var n = 0; n < Sessions; n++)
            {
                await host.AddSessionAsync($"alpha:{borough}-S{n}", ApiHost.Now.AddHours(-2 - n), chargePoint: PointOf(borough));
                await host.AddStatusChangeAsync(PointOf(borough), ApiHost.Now.AddHours(-2 - n), Status.Charging);
            }
        }

        // The same charge point and times with an operator that granted nothing.
        await host.AddChargePointAsync("beta:P1", All[0]);
        await host.AddSessionAsync("beta:S1", ApiHost.Now.AddHours(-2), chargePoint: "beta:P1");
        await host.AddStatusChangeAsync("beta:P1", ApiHost.Now.AddHours(-2), Status.Charging);
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_reads_its_own_whole_and_nobody_elses_in_every_form()
    {
        foreach (var (borough, route) in Pairs())
        {
            foreach (var path in new[] { route, $"{route}?format=ndjson", $"{route}?operator=alpha", $"{route}?borough={borough}", $"{route}?power_band=slow&limit=50000", $"{route}?borough={string.Join(',', All)}&format=ndjson" })
            {
                var answer = await host.GetAsync(path, KeyOf(borough));

                Assert.Equal(HttpStatusCode.OK, answer.Status);
                var points = PointPattern().Matches(answer.Body).Select(m => m.Groups[1].Value).ToList();
                Assert.Equal(Enumerable.Repeat(PointOf(borough), Sessions), points);
                Assert.Contains($"\"restricted_to\":[\"alpha:{borough}\"]", answer.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("beta", answer.Body, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Figures_are_of_its_own_by_the_network_that_is_known_and_by_row_security_alone()
    {
        foreach (var operatorId in new[] { "alpha", "beta" }) await new UsageRollup(host.Database).RebuildAsync(operatorId, null, CancellationToken.None);
        var everybody = new UsageQuestion([.. All.Select(PointOf).Append("beta:P1").Select((id, i) => new UsagePoint(id.Split(':')[0], id, i, i, 0, 0, []))], [new DateOnly(2026, 11, 20)], new DateOnly(2026, 11, 20));
        foreach (var borough in All)
        {
            foreach (var path in new[] { "", "&operator=alpha", $"&borough={borough}", $"&charge_point={PointOf(borough)}" })
            {
                var answer = await host.GetAsync($"/v1/usage?group_by=charge_point,borough,operator,day&period=2026-11-20{path}", KeyOf(borough));
                Assert.Equal([(borough, PointOf(borough), Sessions)], answer.Data.Select(r => (r.GetProperty("borough_gss").GetString()!, r.GetProperty("charge_point_id").GetString()!, r.GetProperty("sessions").GetInt32())));
                Assert.DoesNotContain("beta", answer.Json.GetProperty("meta").GetRawText(), StringComparison.Ordinal);
            }

            var hours = await host.GetAsync($"/v1/usage/profile?group_by=charge_point&period=2026-11-20", KeyOf(borough));
            Assert.Equal([(PointOf(borough), Sessions)], hours.Data.GroupBy(r => r.GetProperty("charge_point_id").GetString()!).Select(p => (p.Key, p.Sum(r => r.GetProperty("sessions").GetInt32()))));
            var other = await host.GetAsync($"/v1/usage?period=2026-11-20&charge_point={PointOf(All[borough == All[0] ? 1 : 0])}", KeyOf(borough));
            Assert.Equal("CPH-1031", other.Code);

            // A question that should never be asked under these rights: the rows keep to themselves.
            var rows = await new UsageQueries(host.Database).ReadAsync(everybody, host.Granted[KeyOf(borough)], CancellationToken.None);
            Assert.Equal([(Array.IndexOf(All, borough), Sessions)], rows.Select(r => (r.Group, r.Figures.Sessions)));
            var week = await new ProfileQueries(host.Database).ReadAsync(everybody.Points, everybody.Points.Count, everybody.LastDay, everybody.LastDay, host.Granted[KeyOf(borough)], CancellationToken.None);
            Assert.Equal([(Array.IndexOf(All, borough), Sessions)], week.Select((hours, group) => (group, hours.Sum(h => h.Sessions))).Where(g => g.Item2 > 0));
        }
    }

    [Fact]
    public async Task Counts_are_of_its_own()
    {
        foreach (var (borough, route) in Pairs())
        {
            foreach (var query in new[] { "", "&operator=alpha", $"&borough={string.Join(',', All)}" })
            {
                var answer = await host.GetAsync($"{route}?count=exact{query}", KeyOf(borough));
                Assert.Equal((Sessions, "3"), (answer.Json.GetProperty("meta").GetProperty("count").GetInt32(), answer.Headers["Hub-Count"]));
            }
        }
    }

    [Fact]
    public async Task Another_boroughs_charge_point_has_no_history_just_as_one_that_is_not_there()
    {
        foreach (var borough in All)
        {
            foreach (var history in new[] { "charging-sessions", "status-changes" })
            {
                var own = await host.GetAsync($"/v1/charge-points/{PointOf(borough)}/{history}", KeyOf(borough));
                Assert.Equal((HttpStatusCode.OK, Sessions), (own.Status, own.Data.Count));

                var nothing = Told(await host.GetAsync($"/v1/charge-points/alpha:P-NONE/{history}", KeyOf(borough)), "alpha:P-NONE");
                foreach (var id in All.Where(b => b != borough).Select(PointOf))
                {
                    var other = await host.GetAsync($"/v1/charge-points/{id}/{history}?format=ndjson", KeyOf(borough), headers: ("If-None-Match", "*"));
                    Assert.Equal(HttpStatusCode.NotFound, other.Status);
                    Assert.Equal(nothing, Told(other, id));
                }

                var foreign = await host.GetAsync($"/v1/charge-points/beta:P1/{history}", KeyOf(borough));
                Assert.Equal(nothing, Told(foreign, "beta:P1"));
            }
        }
    }

    [Fact]
    public async Task A_filter_by_another_borough_or_operator_is_refused_in_words_of_its_own_grants()
    {
        foreach (var (borough, route) in Pairs())
        {
            var words = "";
            foreach (var query in All.Where(b => b != borough).Select(b => $"borough={b}").Append($"borough={string.Join(',', All.Where(b => b != borough))}&count=exact"))
            {
                var answer = await host.GetAsync($"{route}?{query}", KeyOf(borough));
                Assert.Equal((HttpStatusCode.Forbidden, "CPH-2006"), (answer.Status, answer.Code));
                Assert.Equal($"borough={borough}", answer.Fault.GetProperty("example").GetString());
                Assert.Contains(Told(answer, ""), (string[])[words = words.Length == 0 ? Told(answer, "") : words]);
            }

            var other = await host.GetAsync($"{route}?operator=beta", KeyOf(borough));
            Assert.Equal((HttpStatusCode.Forbidden, "operator=alpha"), (other.Status, other.Fault.GetProperty("example").GetString()));
        }
    }

    [Fact]
    public async Task Neither_cursor_nor_tag_of_one_opens_anything_for_another()
    {
        foreach (var route in Routes)
        {
            var first = new Dictionary<string, Answer>();
            foreach (var borough in All) first[borough] = await host.GetAsync($"{route}?limit=1", KeyOf(borough));
            Assert.Distinct(first.Values.Select(a => a.Headers["ETag"]));
            foreach (var (borough, other) in from a in All from b in All where a != b select (a, b))
            {
                var page = await host.GetAsync($"{route}?limit=1&cursor={first[other].NextCursor}", KeyOf(borough));
                Assert.Equal((HttpStatusCode.BadRequest, "CPH-1202"), (page.Status, page.Code));
                var tagged = await host.GetAsync($"{route}?limit=1", KeyOf(borough), headers: ("If-None-Match", first[other].Headers["ETag"]));
                Assert.Equal(HttpStatusCode.OK, tagged.Status);
                Assert.Equal(PointOf(borough), Assert.Single(tagged.Data).GetProperty("charge_point_id").GetString());
            }
        }
    }

    [Fact]
    public async Task Quality_of_feeds_is_not_told_to_those_who_hold_records_alone()
    {
        foreach (var borough in All)
        {
            Assert.Equal("CPH-2006", (await host.GetAsync("/v1/quarantine", KeyOf(borough))).Code);
            Assert.Equal("CPH-2006", (await host.GetAsync("/v1/operators/alpha/findings", KeyOf(borough))).Code);
            Assert.Equal("CPH-2006", (await host.GetAsync("/v1/gaps?cause=operator_down", KeyOf(borough))).Code);
            Assert.Equal("CPH-2006", (await host.GetAsync("/metrics", KeyOf(borough))).Code);
            Assert.DoesNotContain("to_do", (await host.GetAsync("/v1/operators/alpha/feed-health", KeyOf(borough))).Body, StringComparison.Ordinal);
            Assert.DoesNotContain("\"cause\"", (await host.GetAsync("/v1/gaps", KeyOf(borough))).Body, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Borough, string Route)> Pairs() => from borough in All from route in Routes select (borough, route);

    private static string KeyOf(string borough) => $"cph_live_{borough}_secret";

    private static string PointOf(string borough) => $"alpha:P-{borough}";

    /// <summary>Everything that an answer says, but for the request id, the time and the id that was asked for.</summary>
    internal static string Told(Answer answer, string id) => string.Join(
        '\n',
        answer.Headers.Where(h => h.Key is not ("X-Request-ID" or "X-Request-Id" or "Date" or "Content-Length" or "RateLimit" or "X-RateLimit-Remaining" or "X-RateLimit-Reset")).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}")
            .Append(RequestIdPattern().Replace(id.Length == 0 ? answer.Body : answer.Body.Replace(id, "ID", StringComparison.Ordinal), "")));

    [GeneratedRegex("\"charge_point_id\":\"([^\"]+)\"")]
    private static partial Regex PointPattern();

    [GeneratedRegex("\"request_id\":\"[0-9a-f]+\"")]
    private static partial Regex RequestIdPattern();
}
