using System.Net;
using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Api;

// Of the same world by the hours of London's week.
public sealed partial class UsageTests
{
    private static readonly string[] Summed = ["sessions", "energy_kwh", "plugged_minutes", "charging_minutes", "open_minutes"];

    [Fact]
    public async Task A_profile_has_every_hour_of_the_week_and_says_what_was_used_in_it()
    {
        var answer = await host.GetAsync("/v1/usage/profile?group_by=borough&borough=lambeth&period=2026-11-02");

        Assert.Equal(Enumerable.Range(1, 7).SelectMany(d => Enumerable.Range(0, 24).Select(h => $"{d} {h}")), answer.Data.Select(r => $"{Number(r, "weekday")} {Number(r, "hour")}"));
        Assert.Equal(
            """
            {"period":"2026-11-02","period_unit":"day","period_from":"2026-11-02T00:00:00.000Z","period_to":"2026-11-03T00:00:00.000Z","borough_gss":"E09000022","borough_name":"Lambeth",
            "weekday":1,"hour":10,"days":1,"hour_minutes":60,"sessions":1,"energy_kwh":5,"plugged_minutes":60,"charging_minutes":30,"open_minutes":180,"utilisation_percent":33.333,
            "charging_utilisation_percent":16.667,"average_occupied_charge_points":1,"coverage_percent":100}
            """.ReplaceLineEndings("").Trim(), answer.Data[10].GetRawText());
        Assert.Equal("1 3 60 60 120 50", string.Join(' ', Summed.Append("utilisation_percent").Select(m => Number(answer.Data[23], m))));

        // The session goes on on Tuesday, of which the window has nothing; nor has it of any other day.
        Assert.Equal("0 0 0 0 0 0 0 null null", string.Join(' ', new[] { "days", "hour_minutes" }.Concat(Summed).Append("utilisation_percent").Append("average_occupied_charge_points").Select(m => Number(answer.Data[24], m))));
        Assert.Equal("usage_profile", answer.Json.GetProperty("meta").GetProperty("dataset").GetString());
    }

    [Theory]
    [InlineData("period=2026-11&group_by=operator", "operator_id", null)]
    [InlineData("from=2026-10-20&to=2026-11-20&group_by=borough,power_band", "borough_gss,power_band", null)]
    [InlineData("period=2026-Q4&group_by=charge_point", "charge_point_id", null)]
    [InlineData("period=2026-11-03&group_by=location", "location_id", null)]
    [InlineData("period=2026&group_by=power_band&charge_point=alpha:P1,alpha:P2,beta:P1", "power_band", null)]
    [InlineData("period=2026-Q4&group_by=borough", "borough_gss", "lambeth")]
    [InlineData("from=2026-10-30&to=2026-11-21&group_by=borough", "borough_gss", "limited")]
    public async Task Hours_add_up_to_the_figures_of_the_same_days(string query, string columns, string? key)
    {
        var days = (await host.GetAsync("/v1/usage?" + query, key is null ? ApiHost.Key : KeyOf(key))).Data;
        var hours = (await host.GetAsync("/v1/usage/profile?limit=50000&" + query, key is null ? ApiHost.Key : KeyOf(key))).Data;

        Assert.Equal(168 * days.Count, hours.Count);
        Assert.Equal(
            days.Select(r => Told([r])).Order(StringComparer.Ordinal),
            hours.GroupBy(r => string.Join(' ', columns.Split(',').Select(c => r.GetProperty(c).GetString()))).Select(g => Told([.. g])).Order(StringComparer.Ordinal));

        string Told(IReadOnlyList<JsonElement> rows) => string.Join(' ', columns.Split(',').Select(c => rows[0].GetProperty(c).GetString() ?? "-")
            .Concat(Summed.Select(m => rows.All(r => r.GetProperty(m).ValueKind == JsonValueKind.Null) ? "null" : $"{rows.Sum(r => r.GetProperty(m).GetDecimal()):0.###}")).Append(Number(rows[0], "coverage_percent")));
    }

    [Fact]
    public async Task Without_groups_a_profile_is_of_all_and_of_the_newest_whole_month()
    {
        var answer = await host.GetAsync("/v1/usage/profile");
        Assert.Equal((168, "2026-10", "[]"), (answer.Data.Count, answer.Data[0].GetProperty("period").GetString(), answer.Json.GetProperty("meta").GetProperty("group_by").GetRawText()));

        // Saturday the 31st, from 10:00: half an hour. Five Saturdays are in the month.
        Assert.Equal("5 300 1 3 30 0.1", string.Join(' ', new[] { "days", "hour_minutes", "sessions", "energy_kwh", "plugged_minutes", "average_occupied_charge_points" }.Select(m => Number(answer.Data[(5 * 24) + 10], m))));
    }

    [Theory]
    [InlineData("2026-10-25", "7 0 1 60 60|7 1 1 120 120|7 2 1 60 60")]
    [InlineData("2026-03-29", "7 0 1 60 60|7 1 0 0 0|7 2 1 60 60")]
    public async Task On_days_on_which_clocks_change_an_hour_is_longer_or_none(string day, string expected)
    {
        var rows = (await host.GetAsync($"/v1/usage/profile?period={day}&charge_point=alpha:P2")).Data;
        Assert.Equal(expected, string.Join('|', rows.Skip(6 * 24).Take(3).Select(r => string.Join(' ', new[] { "weekday", "hour", "days", "hour_minutes", "open_minutes" }.Select(m => Number(r, m))))));
    }

    [Fact]
    public async Task Hours_of_today_count_up_to_now()
    {
        var rows = (await host.GetAsync("/v1/usage/profile?period=2026-11-20&charge_point=alpha:P1,alpha:P2")).Data;
        Assert.Equal([(7, "1 60"), (8, "1 120"), (11, "1 120"), (12, "0 0")], new[] { 7, 8, 11, 12 }.Select(h => (h, $"{Number(rows[(4 * 24) + h], "days")} {Number(rows[(4 * 24) + h], "open_minutes")}")));
    }

    [Fact]
    public async Task A_corrected_session_is_in_no_hour_and_of_days_still_to_be_made_nothing_is_told()
    {
        const string Question = "/v1/usage/profile?period=2026-11-03&charge_point=beta:Q1";
        Assert.Equal("1", Number((await host.GetAsync(Question)).Data[24 + 10], "sessions"));
        await host.ExecuteAsync("INSERT INTO session_correction VALUES ('beta', 'beta:s3', 'beta:s9')");
        var corrected = (await host.GetAsync(Question)).Data[24 + 10];
        await host.ExecuteAsync("DELETE FROM session_correction; INSERT INTO usage_unbuilt VALUES ('beta')");
        var unmade = (await host.GetAsync(Question)).Data[24 + 10];
        await host.ExecuteAsync("DELETE FROM usage_unbuilt");

        // Of beta's third of November nothing was covered: without the session nothing is known.
        Assert.Equal(("null", "null", "0"), (Number(corrected, "sessions"), Number(unmade, "sessions"), Number(unmade, "coverage_percent")));
    }

    [Fact]
    public async Task Pages_lines_and_tables_of_a_profile_are_the_same_rows()
    {
        const string Question = "/v1/usage/profile?group_by=charge_point&from=2026-10-28&to=2026-11-06";
        var (paged, path) = (new List<string>(), Question + "&limit=130");
        while (path is not null)
        {
            var page = await host.GetAsync(path);
            Assert.InRange(page.Data.Count, 1, 130);
            paged.AddRange(page.Data.Select(r => r.GetRawText()));
            path = page.Json.GetProperty("links").GetProperty("next").GetString();
        }

        var lines = (await host.GetAsync(Question + "&format=ndjson")).Body.TrimEnd('\n').Split('\n');
        var table = (await host.GetAsync(Question.Replace("profile", "profile.csv", StringComparison.Ordinal))).Body.TrimEnd().Split("\r\n");
        Assert.Equal(5 * 168, paged.Count);
        Assert.Equal(paged, (await host.GetAsync(Question + "&limit=840")).Data.Select(r => r.GetRawText()));
        Assert.Equal(paged, lines[..^1]);
        Assert.StartsWith("""{"summary":{"rows":840,"limited":false,"dataset":"usage_profile",""", lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("period,period_unit,period_from,period_to,operator_id,location_id,charge_point_id,weekday,hour,days,", table[0], StringComparison.Ordinal);
        Assert.Equal(paged.Select(l => string.Join(',', JsonSerializer.Deserialize<JsonElement>(l).EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.Null ? "" : p.Value.ToString()))), table[1..]);
    }

    [Theory]
    [InlineData("period=2026", "CPH-1110", "period=2026-Q4")]
    [InlineData("from=2026-08-01&to=2026-11-02&group_by=charge_point", "CPH-1110", "from=2026-08-02")]
    [InlineData("from=2025-01-01&to=2026-11-02&location=alpha:L-P1", "CPH-1110", "from=2025-11-01")]
    [InlineData("group_by=borough,day", "CPH-1003", null)]
    [InlineData("charge_point=alpha:P9", "CPH-1031", null)]
    public async Task What_is_wrong_with_a_question_about_hours_is_told(string query, string code, string? example)
    {
        var answer = await host.GetAsync("/v1/usage/profile?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.Code));
        if (example is null) return;
        Assert.Equal(example, answer.Fault.GetProperty("example").GetString());
        var name = example.Split('=')[0];
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/usage/profile?" + string.Join('&', query.Split('&').Select(p => p.StartsWith(name, StringComparison.Ordinal) ? example : p)))).Status);
    }

    [Fact]
    public async Task Rights_to_hours_are_those_to_days()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/v1/usage/profile", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/v1/usage/profile", KeyOf("statuses"))).Status);
        Assert.Equal("CPH-2011", (await host.GetAsync("/v1/usage/profile", KeyOf("hourly"))).Code);
        Assert.Equal("CPH-1031", (await host.GetAsync("/v1/usage/profile?charge_point=alpha:P1", KeyOf("beta"))).Code);
        var limited = (await host.GetAsync("/v1/usage/profile?group_by=borough&borough=lambeth&period=2026-11-02", KeyOf("limited"))).Data[10];
        Assert.Equal(("1", "null", "30"), (Number(limited, "sessions"), Number(limited, "energy_kwh"), Number(limited, "charging_minutes")));
    }
}
