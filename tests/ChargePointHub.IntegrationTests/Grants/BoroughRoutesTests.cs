using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>
/// What <see cref="BoroughTests"/> does to sessions and statuses: each of thirty-three boroughs asks for outages, reported usage, figures, changes, versions and single records,
/// and is told of its own charge point alone.
/// </summary>
public sealed partial class BoroughRoutesTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private static readonly string[] All = [.. Enumerable.Range(1, 33).Select(n => string.Create(CultureInfo.InvariantCulture, $"E09{n:000000}"))];

    public static TheoryData<string> Lists => new(
        "/v1/outages", "/v1/outages?format=ndjson", "/v1/outages?sort=-started_at&count=exact", "/v1/outages?operator=beta", "/v1/outages.csv", "/v1/reported-usage", "/v1/reported-usage.csv",
        "/v1/charging-sessions.csv", "/v1/status-changes.csv", "/v1/charging-sessions?as_of=2026-11-20T11:58:00Z", "/v1/outages?as_of=2026-11-20T11:58:00Z",
        "/v1/changes?dataset=charging_sessions", "/v1/changes?dataset=status_changes", "/v1/changes?dataset=outages", "/v1/changes?dataset=reported_usage", "/v1/changes?dataset=charging_sessions&history=all", "/v1/changes?dataset=reported_usage&history=all",
        "/v1/usage?group_by=charge_point,day&period=2026-11-20", "/v1/usage/profile?group_by=charge_point&period=2026-11-20", "/v1/usage.csv?group_by=charge_point&period=2026-11-20",
        "/v1/reliability?group_by=charge_point&period=2026-11-20", "/v1/reliability?group_by=charge_point,borough&period=2026-11", "/v1/differences?period=2026-Q3");

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        foreach (var borough in All)
        {
            string[] datasets = ["charging_sessions", "status_changes", "outages", "reported_usage"];
            host.Granted[KeyOf(borough)] = Scope.Of(OrganisationRole.Borough, null, [.. datasets.Select(d => new Right("alpha", d, [borough])), new Right("beta", "status_changes", [borough]), new Right("beta", "outages", [borough])]);
            foreach (var op in new[] { "alpha", "beta" })
            {
                await host.AddChargePointAsync($"{op}:P-{borough}", borough);
                await host.AddStatusChangeAsync($"{op}:P-{borough}", ApiHost.Now.AddHours(-4), Status.OutOfOrder);
                await host.AddStatusChangeAsync($"{op}:P-{borough}", ApiHost.Now.AddHours(-2), Status.Available);
            }

            await host.AddSessionAsync($"alpha:S-{borough}", ApiHost.Now.AddHours(-3), chargePoint: $"alpha:P-{borough}");
            await host.AddSessionAsync($"alpha:S-{borough}", ApiHost.Now.AddHours(-3), chargePoint: $"alpha:P-{borough}", table: "charging_session_version", tick: 0, tickTo: 1);
            await host.AddAsync(Samples.Outage($"O-{borough}", $"P-{borough}", ApiHost.Now.AddHours(-5), op: "alpha"));
            await host.AddAsync(Samples.Usage($"alpha:P-{borough}"));
        }

        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(ApiHost.Now.AddYears(-1), ApiHost.Now));
        await host.CoverAsync("alpha", Dataset.ReportedUsage, LondonCalendar.Quarter(2026, 3));
        await host.TickAsync(1);
        await new UsageRollup(host.Database).RebuildAsync("alpha", null, CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Each_is_told_of_its_own_alone(string path)
    {
        foreach (var borough in All)
        {
            var answer = await host.GetAsync(path, KeyOf(borough));

            Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Body}");
            Assert.Equal([borough], BoroughPattern().Matches(answer.Body).Select(m => m.Groups[1].Value).Distinct());
        }
    }

    [Fact]
    public async Task What_is_anothers_is_told_as_what_is_not_there()
    {
        var usage = (await host.GetAsync("/v1/reported-usage", KeyOf(All[0]))).Data.Single().GetProperty("reported_usage_id").GetString()!;
        var derived = (await host.GetAsync("/v1/outages?operator=beta", KeyOf(All[0]))).Data.Single().GetProperty("outage_id").GetString()!;
        foreach (var (route, id) in new[] { ("charging-sessions", $"alpha:S-{All[0]}"), ("outages", $"alpha:O-{All[0]}"), ("outages", derived), ("reported-usage", usage) })
        {
            foreach (var rest in new[] { "", "?as_of=2026-11-20T11:58:00Z", "/versions" })
            {
                string Of(string key) => $"/v1/{route}/{Uri.EscapeDataString(id.Replace(All[0], key, StringComparison.Ordinal))}{rest}";
                Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(Of(All[0]), KeyOf(All[0]))).Status);
                foreach (var borough in All.Skip(1))
                {
                    var (other, nothing) = (await host.GetAsync(Of(All[0]), KeyOf(borough)), await host.GetAsync(Of("E09000099"), KeyOf(borough)));

                    Assert.Equal(HttpStatusCode.NotFound, other.Status);
                    Assert.Equal(BoroughTests.Told(nothing, "E09000099"), BoroughTests.Told(other, All[0]));
                }
            }
        }
    }

    [Theory]
    [InlineData("/v1/usage?period=2026-11-20")]
    [InlineData("/v1/usage/profile?period=2026-11-20")]
    [InlineData("/v1/reliability?period=2026-11-20")]
    public async Task Figures_of_anothers_charge_point_are_refused_as_those_of_none(string path)
    {
        foreach (var borough in All.Skip(1))
        {
            var (other, nothing) = (await host.GetAsync($"{path}&charge_point=alpha:P-{All[0]}", KeyOf(borough)), await host.GetAsync($"{path}&charge_point=alpha:P-E09000099", KeyOf(borough)));

            Assert.Equal(HttpStatusCode.BadRequest, other.Status);
            Assert.Equal(BoroughTests.Told(nothing, "E09000099"), BoroughTests.Told(other, All[0]));
        }
    }

    private static string KeyOf(string borough) => $"cph_live_{borough}_secret";

    [GeneratedRegex("[POS]-(E09[0-9]{6})")]
    private static partial Regex BoroughPattern();
}
