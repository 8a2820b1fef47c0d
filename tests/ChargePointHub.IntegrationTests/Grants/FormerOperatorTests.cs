using System.Globalization;
using System.Net;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Server;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>Records outlive the files of their operators, and what a grant withholds of them stays withheld.</summary>
public sealed class FormerOperatorTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Some = "cph_live_some_secret";
    private const string Cut = "cph_live_cut_secret";

    private OperatorDirectory listed = null!;

    public async Task InitializeAsync()
    {
        listed = host.Directory;
        if (host.Granted.Count > 0) return;
        host.Granted[Some] = Scope.Of(OrganisationRole.Gla, null,
        [
            new("alpha", "charging_sessions", null, ["outcome"]), new("alpha", "outages", null, ["cause"]), new("alpha", "reported_usage", null, ["sessions"]), new("alpha", "status_changes", null),
        ]);
        host.Granted[Cut] = Scope.Of(OrganisationRole.Gla, null, [new("alpha", "charging_sessions", null, null, TimePrecision.Hour), new("alpha", "reported_usage", null)]);
        await host.WritePageAsync("alpha", Dataset.ChargePoints, new RecordPage { ChargePoints = [Accept(ChargePoint("P1", op: "alpha") with { CommissionedOn = new DateOnly(2026, 1, 1) })] });
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage
        {
            ChargingSessions =
            [
                Accept(new ChargingSession
                {
                    SessionId = "alpha:S1",
                    OperatorId = "alpha",
                    ChargePointId = "alpha:P1",
                    PlugInAt = At("2026-10-10T10:00:00Z"),
                    PlugOutAt = At("2026-10-10T11:01:30Z"),
                    EnergyKwh = 7.5m,
                    UserType = UserType.Taxi,
                    LastUpdated = At("2026-10-10T11:02:00Z"),
                }.WithDerived()),
            ],
        });
        await host.AddAsync(new Outage { OutageId = "alpha:O1", OperatorId = "alpha", ChargePointId = "alpha:P1", StartedAt = At("2026-10-12T10:00:00Z"), Category = OutageCategory.Comms });
        await host.WritePageAsync("alpha", Dataset.ReportedUsage, new RecordPage { ReportedUsage = [Accept(Usage("alpha:P1", "2026-10", 7.5m) with { Sessions = 1, PluggedMinutes = 60, ChargingMinutes = null })] });
        await host.TickAsync(9);
    }

    public Task DisposeAsync()
    {
        host.Directory = listed;
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("/v1/charging-sessions?period=2026-10", "energy_kwh__gte=7.5", Some, "CPH-2009")]
    [InlineData("/v1/charging-sessions?period=2026-10", "energy_kwh__lt=7.6", Some, "CPH-2009")]
    [InlineData("/v1/charging-sessions?period=2026-10", "user_type=TAXI", Some, "CPH-2009")]
    [InlineData("/v1/charging-sessions?period=2026-10&format=ndjson", "user_type=TAXI", Some, "CPH-2009")]
    [InlineData("/v1/charging-sessions.csv?period=2026-10", "user_type=TAXI", Some, "CPH-2009")]
    [InlineData("/v1/charge-points/alpha:P1/charging-sessions?period=2026-10", "energy_kwh__gte=7.5", Some, "CPH-2009")]
    [InlineData("/v1/outages?period=2026-10", "category=COMMS", Some, "CPH-2009")]
    [InlineData("/v1/charging-sessions?period=2026-10", "plug_in_minutes__gte=61", Cut, "CPH-1107")]
    [InlineData("/v1/charging-sessions?period=2026-10", "time_field=last_updated", Cut, "CPH-1107")]
    public async Task A_filter_that_would_tell_what_is_withheld_is_refused_whether_its_operator_has_a_file_or_not(string path, string filter, string key, string code)
    {
        foreach (var directory in new[] { listed, new OperatorDirectory([]) })
        {
            host.Directory = directory;
            var (open, refused) = (await host.GetAsync(path, key), await host.GetAsync($"{path}&{filter}", key));

            Assert.True(open.Status == HttpStatusCode.OK && open.Body.Contains("alpha:P1", StringComparison.Ordinal), open.Body);
            Assert.True(refused.Status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, refused.Body);
            Assert.Equal(code, refused.Code);
        }
    }

    [Theory]
    [InlineData("/v1/charging-sessions?period=2026-10", Some)]
    [InlineData("/v1/charge-points/alpha:P1/charging-sessions?period=2026-10", Some)]
    [InlineData("/v1/charging-sessions/alpha:S1", Some)]
    [InlineData("/v1/charging-sessions/alpha:S1/versions", Some)]
    [InlineData("/v1/outages?period=2026-10", Some)]
    [InlineData("/v1/outages/alpha:O1", Some)]
    [InlineData("/v1/reported-usage?period=2026-10", Some)]
    [InlineData("/v1/usage?period=2026-10", Some)]
    [InlineData("/v1/changes?dataset=charging_sessions", Some)]
    [InlineData("/v1/charging-sessions?period=2026-10", Cut)]
    public async Task An_answer_tells_its_limits_whether_its_operator_has_a_file_or_not(string path, string key)
    {
        var with = await host.GetAsync(path, key);
        host.Directory = new OperatorDirectory([]);
        var without = await host.GetAsync(path, key);

        Assert.Contains("\"limits\":[{\"operator_id\":\"alpha\"", with.Body, StringComparison.Ordinal);
        Assert.Equal(LimitsOf(with), LimitsOf(without));
    }

    [Theory]
    [InlineData("/v1/differences?period=2026-10")]
    [InlineData("/v1/usage?period=2026-10")]
    public async Task No_figures_are_made_of_cut_times_whether_their_operator_has_a_file_or_not(string path)
    {
        foreach (var directory in new[] { listed, new OperatorDirectory([]) })
        {
            host.Directory = directory;
            var (whole, cut) = (await host.GetAsync(path), await host.GetAsync(path, Cut));

            Assert.Contains("61.5", whole.Body, StringComparison.Ordinal);
            Assert.Equal((HttpStatusCode.Forbidden, "CPH-2011"), (cut.Status, cut.Code));
        }
    }

    private static string LimitsOf(Answer answer)
    {
        var meta = answer.Json.GetProperty("meta");
        return (meta.TryGetProperty("datasets", out var datasets) ? datasets[0] : meta).TryGetProperty("limits", out var limits) ? limits.GetRawText() : "";
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
