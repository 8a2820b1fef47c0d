using System.Net;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class QuarantineRouteTests : IAsyncLifetime
{
    private static readonly Finding Negative = new("energy-negative", Severity.Error, "/energy_kwh", "-1", "Energy is negative.");
    private static readonly Finding Missing = new("id-missing", Severity.Error, "/session_id", null, "A record has no id.");

    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.AddChargePointAsync("alpha:P1");
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_refused_record_is_shown_as_it_was_sent_with_its_findings_and_where_it_came_from()
    {
        var run = await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("S1", Now.AddHours(-1), [Negative])));

        var entry = Assert.Single((await host.GetAsync("/v1/quarantine")).Data);

        Assert.Equal(
            ("alpha", "charging_sessions", "alpha:S1", "refused", "main", run.ToString(), 1),
            (entry.GetProperty("operator_id").GetString(), entry.GetProperty("dataset").GetString(), entry.GetProperty("record_id").GetString(), entry.GetProperty("state").GetString(),
                entry.GetProperty("feed_id").GetString(), entry.GetProperty("run_id").GetString(), entry.GetProperty("page").GetInt32()));
        Assert.Equal(Instants.Format(Now.AddHours(-1)), entry.GetProperty("event_at").GetString());
        Assert.Equal("S1", entry.GetProperty("record").GetProperty("session_id").GetString());
        var finding = Assert.Single(entry.GetProperty("findings").EnumerateArray());
        Assert.Equal(("energy-negative", "error", "-1"), (finding.GetProperty("rule").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task A_session_that_waits_names_its_charge_point_and_goes_when_that_comes()
    {
        var session = new ChargingSession { SessionId = "alpha:W", OperatorId = "alpha", ChargePointId = "alpha:P9", PlugInAt = Now.AddHours(-1), LastUpdated = Now };
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, new RecordPage { ChargingSessions = [new Judged<ChargingSession>(session, [])] });

        var entry = Assert.Single((await host.GetAsync("/v1/quarantine?rule=charge-point-unknown")).Data);
        Assert.Equal(("waiting", "alpha:P9", "alpha:W"), (entry.GetProperty("state").GetString(), entry.GetProperty("waits_for").GetString(), entry.GetProperty("record_id").GetString()));

        var point = new ChargePoint { ChargePointId = "alpha:P9", OperatorId = "alpha", OperatorName = "alpha", LocationId = "alpha:L" };
        await host.WritePageAsync("alpha", Dataset.ChargePoints, new RecordPage { ChargePoints = [new Judged<ChargePoint>(point, [])] });
        Assert.Empty((await host.GetAsync("/v1/quarantine")).Data);
        Assert.Single((await host.GetAsync("/v1/charging-sessions?operator=alpha")).Data);
    }

    [Fact]
    public async Task Filters_combine_and_none_opens_what_a_key_does_not()
    {
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("S1", Now.AddHours(-1), [Negative]), (null, Now.AddDays(-3), [Missing])));
        await host.WritePageAsync("beta", Dataset.StatusChanges, new RecordPage { Refused = [new RefusedRecord(Dataset.StatusChanges, "P", "{}"u8.ToArray(), [Missing])] });

        Assert.Equal(3, (await host.GetAsync("/v1/quarantine")).Data.Count);
        Assert.Equal(2, (await host.GetAsync("/v1/quarantine?operator=alpha")).Data.Count);
        Assert.Equal(2, (await host.GetAsync("/v1/quarantine?rule=id-missing")).Data.Count);
        Assert.Null(Assert.Single((await host.GetAsync("/v1/quarantine?rule=id-missing&dataset=charging_sessions")).Data).GetProperty("record_id").GetString());
        Assert.Single((await host.GetAsync("/v1/quarantine?operator=alpha&from=2026-11-20")).Data);
        Assert.Empty((await host.GetAsync("/v1/quarantine?operator=alpha&rule=energy-negative&to=2026-11-20")).Data);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/quarantine", key: null)).Status);
        Assert.Equal("CPH-2006", (await host.GetAsync("/v1/quarantine", key: "cph_live_narrow_secret")).Code);
        Assert.Equal("energy-negative", (await host.GetAsync("/v1/quarantine?rule=energy-negativ")).Fault.GetProperty("did_you_mean").GetString());
    }

    [Fact]
    public async Task Pages_follow_each_other_from_the_newest_and_miss_and_repeat_nothing_under_change()
    {
        for (var i = 0; i < 3; i++) await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused([.. Enumerable.Range(i * 100, 100).Select(n => ((string?)$"S{n}", (DateTimeOffset?)null, (Finding[])[Negative]))]));
        var seen = new List<string>();
        var next = "/v1/quarantine?limit=70";
        while (next is not null)
        {
            var page = await host.GetAsync(next);
            seen.AddRange(page.Data.Select(d => d.GetProperty("record_id").GetString()!));
            next = page.Json.GetProperty("links").GetProperty("next").GetString();
            Assert.Equal(next is not null, page.Headers.ContainsKey("Link"));
            if (seen.Count == 70) await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("LATER", null, [Negative])));
            if (seen.Count == 140) Assert.Equal("CPH-1202", (await host.GetAsync(next! + "&operator=alpha")).Code);
        }

        Assert.Equal(300, seen.Count);
        Assert.Equal(300, seen.Distinct().Count());
        Assert.StartsWith("alpha:S2", seen[0], StringComparison.Ordinal);
        Assert.StartsWith("alpha:S", seen[^1], StringComparison.Ordinal);
        Assert.Equal(301, (await host.GetAsync("/v1/quarantine")).Data.Count);
    }

    [Theory]
    [InlineData("/v1/charging-sessions", "operator=alpha", "dataset=charging_sessions&operator=alpha")]
    [InlineData("/v1/charging-sessions", "from=2026-11-18&to=2026-11-19", "dataset=charging_sessions&from=2026-11-18&to=2026-11-19")]
    [InlineData("/v1/status-changes", "period=2026-11", "dataset=status_changes&period=2026-11")]
    [InlineData("/v1/charge-points", "operator=alpha,beta", "dataset=charge_points&operator=alpha,beta")]
    [InlineData("/v1/tariffs", "limit=10", "dataset=tariffs")]
    public async Task Completeness_counts_exactly_what_the_list_shows(string route, string question, string listed)
    {
        foreach (var (id, at) in new (string, DateTimeOffset?)[] { ("a", Now.AddHours(-1)), ("b", Now.AddDays(-2)), ("c", Now.AddDays(-1.9)), ("d", null) })
        {
            foreach (var operatorId in new[] { "alpha", "beta", "gone" })
            {
                await host.WritePageAsync(operatorId, Dataset.ChargingSessions, Refused((id, at, [Negative])));
                foreach (var dataset in new[] { Dataset.StatusChanges, Dataset.ChargePoints, Dataset.Tariffs })
                    await host.WritePageAsync(operatorId, dataset, new RecordPage { Refused = [new RefusedRecord(dataset, id, Document(id, "at", at), [Missing])] });
            }
        }

        // These came without a time of their own, so their arrival counts; here it lies within what is asked.
        await host.ExecuteAsync("UPDATE quarantine SET recorded_at = @at", ("at", Now.AddDays(-1.95)));
        var counted = (await host.GetAsync($"{route}?{question}")).Json.GetProperty("meta").GetProperty("completeness").GetProperty("quarantined").GetInt32();
        var window = question.StartsWith("operator=alpha", StringComparison.Ordinal) && route.EndsWith("sessions", StringComparison.Ordinal)
            ? $"&from={Instants.Format(Now.AddDays(-1))}&to={Instants.Format(Now)}" : "";
        var list = (await host.GetAsync($"/v1/quarantine?{listed}{window}")).Data;

        Assert.True(counted > 0);
        Assert.Equal(counted, list.Count);
        Assert.DoesNotContain(list, e => e.GetProperty("operator_id").GetString() == "gone");
    }

    [Fact]
    public async Task What_made_way_is_told_and_the_same_question_is_answered_304_until_something_changes()
    {
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("S1", null, [Negative]), ("S2", null, [Negative])), bound: 1);

        var answer = await host.GetAsync("/v1/quarantine");
        Assert.Single(answer.Data);
        var overflow = Assert.Single(answer.Json.GetProperty("meta").GetProperty("overflow").EnumerateArray());
        Assert.Equal((1, "charging_sessions", "refused"), (overflow.GetProperty("dropped").GetInt32(), overflow.GetProperty("dataset").GetString(), overflow.GetProperty("state").GetString()));
        Assert.Empty((await host.GetAsync("/v1/quarantine?operator=beta")).Json.GetProperty("meta").GetProperty("overflow").EnumerateArray());
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync("/v1/quarantine", headers: ("If-None-Match", answer.Headers["ETag"]))).Status);
        await host.WritePageAsync("alpha", Dataset.Tariffs, new RecordPage { Refused = [new RefusedRecord(Dataset.Tariffs, "T", "{}"u8.ToArray(), [Missing])] });
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/quarantine", headers: ("If-None-Match", answer.Headers["ETag"]))).Status);
    }

    [Fact]
    public async Task An_answer_about_the_time_of_what_made_way_says_that_it_counts_too_few_and_others_do_not()
    {
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("S1", Now.AddHours(-2), [Negative])), bound: 1);
        await host.WritePageAsync("alpha", Dataset.ChargingSessions, Refused(("S2", Now.AddHours(-1), [Negative])), bound: 1);

        var about = await host.GetAsync("/v1/charging-sessions");
        var completeness = about.Json.GetProperty("meta").GetProperty("completeness");
        Assert.Equal((1, true), (completeness.GetProperty("quarantined").GetInt32(), completeness.GetProperty("quarantined_is_least").GetBoolean()));
        foreach (var other in new[] { $"from={Instants.Format(Now.AddMinutes(-90))}&to={Instants.Format(Now)}", "period=2026-10", "operator=beta" })
            Assert.DoesNotContain("quarantined_is_least", (await host.GetAsync($"/v1/charging-sessions?{other}")).Body, StringComparison.Ordinal);
    }

    private static RecordPage Refused(params (string? OwnId, DateTimeOffset? At, Finding[] Findings)[] records) => new()
    {
        Refused = [.. records.Select(r => new RefusedRecord(Dataset.ChargingSessions, r.OwnId, Document(r.OwnId, "plug_in_at", r.At), r.Findings))],
    };

    private static byte[] Document(string? id, string field, DateTimeOffset? at) =>
        Encoding.UTF8.GetBytes($$"""{"session_id":"{{id}}"{{(at is { } time ? $",\"{field}\":\"{Instants.Format(time)}\"" : "")}}}""");
}
