using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>What a grant that withholds fields or cuts times shows, beside what one who reads everything is shown of the same records.</summary>
public sealed class LimitedGrantTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Camden = "E09000007";

    private static readonly DateTimeOffset AskedAt = new(2026, 11, 20, 12, 34, 56, TimeSpan.Zero);

    private static readonly TimePrecision[] Units = [TimePrecision.QuarterHour, TimePrecision.Hour, TimePrecision.Day];

    private static readonly string[] Forms = ["/v1/charging-sessions?from=2026-11-18", "/v1/charging-sessions?from=2026-11-18&format=ndjson", "/v1/charge-points/alpha:P1/charging-sessions?from=2026-11-18&limit=2", "/v1/charging-sessions?from=2026-11-18&borough=camden&power_band=slow"];

    public async Task InitializeAsync()
    {
        host.AskedAt = AskedAt;
        if (host.Granted.Count > 0) return;
        await host.AddChargePointAsync("alpha:P1", Camden);
        await host.AddChargePointAsync("alpha:P2");
        for (var n = 0; n < 40; n++)
        {
            var at = AskedAt.AddMinutes(-31 * (n + 2)).AddSeconds(n * 7);
            await host.AddAsync(Session($"alpha:S{(n * 17) % 40:00}", n % 4 == 3 ? "alpha:P2" : "alpha:P1", at), tick: 1, null);
            await host.AddStatusChangeAsync("alpha:P1", at, n % 2 == 0 ? Status.Charging : Status.Available);
            await host.AddStatusChangeAsync("alpha:P1", at.AddMinutes(3), n % 2 == 0 ? Status.Charging : Status.Available);
        }

        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(AskedAt.AddDays(-20), AskedAt.AddMinutes(-20)));
        await host.TickAsync(1);
        await host.ExecuteAsync("UPDATE hub_tick SET recorded_at = @at", ("at", new DateTimeOffset(2026, 11, 19, 23, 59, 59, TimeSpan.Zero)));
        await host.ExecuteAsync("INSERT INTO hub_tick VALUES (2, @at); UPDATE hub_clock SET tick = 2, recorded_at = @at", ("at", AskedAt.AddMinutes(-1)));
        await host.AddAsync(Session("alpha:S-NEW", "alpha:P1", AskedAt.AddHours(-9)), tick: 2, null);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public static TheoryData<string> Fields => [.. Detail.Of("charging_sessions", [], TimePrecision.Exact).HiddenOf("charging_sessions")];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_withheld_field_is_null_in_every_form_and_the_answer_says_so(string field)
    {
        // What is made of others cannot be named: it goes with one of these.
        var named = field == "average_kw" ? "charging_minutes" : field;
        var key = Grant($"without_{field}", Sessions with { Fields = [.. RestrictedFields.Of("charging_sessions").Where(f => f != named)] });
        foreach (var path in Forms)
        {
            var (whole, limited) = (Records(await host.GetAsync(path)), Records(await host.GetAsync(path, key)));

            Assert.NotEmpty(limited);
            foreach (var (all, some) in whole.Zip(limited))
            {
                Assert.NotEqual("null", all[field]);
                Assert.Equal("null", some[field]);
                Assert.Equal(all.Where(p => p.Key != field && p.Key != "average_kw" && p.Key != named), some.Where(p => p.Key != field && p.Key != "average_kw" && p.Key != named));
                Assert.True(all["average_kw"] == some["average_kw"] || named is "energy_kwh" or "charging_minutes");
            }

            Assert.Contains(field, Limits(await host.GetAsync(path, key))[0].GetProperty("withheld").EnumerateArray().Select(w => w.GetString()));
        }

        var selected = await host.GetAsync($"/v1/charging-sessions?from=2026-11-18&select=session_id,{field}", key);
        Assert.All(selected.Data, r => Assert.Equal(JsonValueKind.Null, r.GetProperty(field).ValueKind));
    }

    public static TheoryData<TimePrecision> Precisions => [.. Units];

    [Theory]
    [MemberData(nameof(Precisions))]
    public async Task Every_time_is_cut_in_every_form_and_durations_lie_between_the_cut_times(TimePrecision precision)
    {
        var key = Grant($"by_{precision}", Sessions with { Precision = precision }, Statuses with { Precision = precision });
        foreach (var path in Forms)
        {
            var (whole, limited) = (Records(await host.GetAsync(path.Replace("&limit=2", "", StringComparison.Ordinal))).ToDictionary(r => r["session_id"]), Records(await host.GetAsync(path, key)));

            Assert.NotEmpty(limited);
            foreach (var some in limited)
            {
                var all = whole[some["session_id"]];
                foreach (var time in new[] { "plug_in_at", "plug_out_at", "charge_start_at", "charge_end_at", "last_updated" }) Assert.Equal(precision.Cut(At(all[time])), At(some[time]));
                Assert.Equal(LondonCalendar.ToLocal(At(some["plug_in_at"])), At(some["started_local"]));
                Assert.Equal((At(some["plug_out_at"]) - At(some["plug_in_at"])).TotalMinutes, double.Parse(some["plug_in_minutes"], CultureInfo.InvariantCulture));
                Assert.Equal((At(some["charge_end_at"]) - At(some["charge_start_at"])).TotalMinutes, double.Parse(some["charging_minutes"], CultureInfo.InvariantCulture));
                Assert.Equal("null", some["average_kw"]);
                Assert.Equal(all["energy_kwh"], some["energy_kwh"]);
            }

            Assert.Equal(limited.OrderBy(r => At(r["plug_in_at"])).ThenBy(r => r["session_id"], StringComparer.Ordinal).Select(r => r["session_id"]), limited.Select(r => r["session_id"]));
            var limits = Assert.Single(Limits(await host.GetAsync(path, key)));
            Assert.Equal($$"""{"operator_id":"alpha","boroughs":null,"withheld":["average_kw"],"time_precision":"{{Words<TimePrecision>.Of(precision)}}"}""", limits.GetRawText());
        }

        foreach (var path in new[] { "/v1/status-changes?from=2026-11-18", "/v1/status-changes?from=2026-11-18&format=ndjson", "/v1/charge-points/alpha:P1/status-changes?from=2026-11-18" })
        {
            var changes = Records(await host.GetAsync(path, key));
            Assert.All(changes, c => Assert.Equal(precision.Cut(At(c["at"])), At(c["at"])));
            Assert.NotEmpty(changes);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public async Task Pages_hold_every_record_once_in_the_order_of_the_whole_though_keys_are_alike_once_cut(TimePrecision precision)
    {
        var key = Grant($"by_{precision}", Sessions with { Precision = precision }, Statuses with { Precision = precision });
        foreach (var route in new[] { "/v1/charging-sessions?from=2026-11-18", "/v1/status-changes?from=2026-11-18" })
        {
            var whole = Records(await host.GetAsync(route + "&format=ndjson", key)).Select(Text).ToList();
            foreach (var limit in new[] { 1, 3, 7 })
            {
                var (paged, links) = (new List<string>(), new List<string>());
                for (var next = $"{route}&limit={limit}"; next is not null;)
                {
                    var page = await host.GetAsync(next, key);
                    paged.AddRange(Records(page).Select(Text));
                    if ((next = page.Json.GetProperty("links").GetProperty("next").GetString()) is not null) links.Add(page.NextCursor!);
                }

                Assert.Equal(whole, paged);
                Assert.All(links, c => Assert.DoesNotContain(Numbers(Base64Url.DecodeFromChars(c)), n => IsFinerTime(n, precision)));
            }

            Assert.Equal((whole.Count, whole.Count.ToString(CultureInfo.InvariantCulture)), (await host.GetAsync(route + "&count=exact&limit=1", key)) is var counted
                ? (counted.Json.GetProperty("meta").GetProperty("count").GetInt32(), counted.Headers["Hub-Count"]) : default);
        }

        static string Text(Dictionary<string, string> record) => string.Join('|', record.Values);
    }

    [Fact]
    public async Task An_answer_is_of_the_last_whole_unit_and_shows_what_came_since_when_the_next_has_begun()
    {
        var key = Grant("hourly", Sessions with { Precision = TimePrecision.Hour });

        var now = await host.GetAsync("/v1/charging-sessions", key);
        host.AskedAt = new DateTimeOffset(2026, 11, 20, 13, 0, 0, TimeSpan.Zero);
        var then = await host.GetAsync("/v1/charging-sessions", key);

        Assert.Equal("2026-11-20T12:00:00.000Z", now.Json.GetProperty("meta").GetProperty("as_of").GetString());
        Assert.Equal("""{"from":"2026-11-19T12:00:00.000Z","to":"2026-11-20T12:00:00.000Z"}""", now.Json.GetProperty("meta").GetProperty("window").GetRawText());
        Assert.Equal(JsonValueKind.Null, now.Json.GetProperty("meta").GetProperty("completeness").GetProperty("quarantined").ValueKind);
        Assert.Contains("quarantined=unknown", now.Headers["Hub-Completeness"], StringComparison.Ordinal);
        Assert.DoesNotContain("S-NEW", now.Body, StringComparison.Ordinal);
        Assert.Contains("S-NEW", then.Body, StringComparison.Ordinal);
        Assert.Contains("S-NEW", (await host.GetAsync("/v1/charging-sessions")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_that_is_finer_is_refused_at_each_bound_with_one_that_will_do()
    {
        var key = Grant("hourly", Sessions with { Precision = TimePrecision.Hour });

        var answer = await host.GetAsync("/v1/charging-sessions?from=2026-11-19T10:30:00Z&to=2026-11-20T11:30:00Z", key);

        Assert.Equal((HttpStatusCode.BadRequest, "CPH-1107"), (answer.Status, answer.Code));
        Assert.Equal(["from=2026-11-19T10:00:00.000Z", "to=2026-11-20T12:00:00.000Z"], answer.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("example").GetString()));
        Assert.Contains("told by the hour", answer.Json.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions?from=2026-11-19T10:00:00.000Z&to=2026-11-20T12:00:00.000Z", key)).Status);
        Assert.Equal("CPH-1107", (await host.GetAsync("/v1/charge-points/alpha:P1/charging-sessions?to=2026-11-20T11:30:00Z&format=ndjson", key)).Code);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charging-sessions?from=2026-11-19T10:30:00Z", ApiHost.Key)).Status);
    }

    [Theory]
    [InlineData("hour", "from=2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z")]
    [InlineData("hour", "from=2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z", "2026-11-20T12:00:00.000Z")]
    [InlineData("hour", "to=2026-11-20T09:00:00Z", "2026-11-19T09:00:00.000Z", "2026-11-20T09:00:00.000Z")]
    [InlineData("hour", "period=2026-11-20", "2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z")]
    [InlineData("15_min", "", "2026-11-19T12:30:00.000Z", "2026-11-20T12:30:00.000Z")]
    [InlineData("day", "", "2026-11-19T00:00:00.000Z", "2026-11-20T00:00:00.000Z")]
    [InlineData("day", "to=2026-10-26", "2026-10-24T23:00:00.000Z", "2026-10-26T00:00:00.000Z")]
    [InlineData("day", "from=2026-11-18", "2026-11-18T00:00:00.000Z", "2026-11-20T00:00:00.000Z")]
    public async Task A_window_that_is_left_open_consists_of_whole_units(string precision, string query, string from, string to)
    {
        var key = Grant("by_" + precision, Sessions with { Precision = Words<TimePrecision>.Parse(precision)!.Value });

        var answer = await host.GetAsync($"/v1/charging-sessions?{query}", key);
        var window = answer.Json.GetProperty("meta").GetProperty("window");

        Assert.Equal((from, to), (window.GetProperty("from").GetString(), window.GetProperty("to").GetString()));
        Assert.All(Records(answer), r => Assert.InRange(At(r["plug_in_at"]), At(from), At(to).AddTicks(-1)));
    }

    [Fact]
    public async Task Each_record_is_shown_by_the_grants_that_cover_it_and_who_asks_about_the_finer_alone_may_ask_more_finely()
    {
        var key = Grant("mixed", Sessions with { Precision = TimePrecision.Day, Fields = ["outcome"] }, Sessions with { Boroughs = [Camden] });

        var answer = await host.GetAsync("/v1/charging-sessions?from=2026-11-18", key);
        var records = Records(answer);

        Assert.All(records.Where(r => r["charge_point_id"] == "alpha:P2"), r => Assert.Equal(("2026-11-19T00:00:00.000Z", "null", "SUCCESS"), (r["plug_in_at"], r["energy_kwh"], r["outcome"])));
        Assert.All(records.Where(r => r["charge_point_id"] == "alpha:P1"), r => Assert.Equal(("12.4", false), (r["energy_kwh"], r["plug_in_at"].EndsWith("00:00:00.000Z", StringComparison.Ordinal))));
        Assert.Equal(records.Select(r => At(r["plug_in_at"])).Order(), records.Select(r => At(r["plug_in_at"])));
        Assert.Equal(2, records.Select(r => r["charge_point_id"]).Distinct().Count());
        Assert.Equal(
            $$"""[{"operator_id":"alpha","boroughs":null,"withheld":{{Withheld("outcome")}},"time_precision":"day"},{"operator_id":"alpha","boroughs":["{{Camden}}"],"withheld":[],"time_precision":"exact"}]""",
            answer.Json.GetProperty("meta").GetProperty("limits").GetRawText());
        Assert.Equal("CPH-1107", (await host.GetAsync("/v1/charging-sessions?from=2026-11-20T10:00:00Z", key)).Code);
        Assert.Contains("S-NEW", (await host.GetAsync("/v1/charging-sessions?from=2026-11-20T03:07:00Z&borough=camden", key)).Body, StringComparison.Ordinal);
        Assert.Equal("CPH-1107", (await host.GetAsync("/v1/charging-sessions?from=2026-11-20T10:00:00Z&borough=lambeth", key)).Code);
    }

    [Fact]
    public async Task Who_is_shown_everything_is_told_of_no_limits()
    {
        Assert.DoesNotContain("\"limits\"", (await host.GetAsync("/v1/charging-sessions")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"limits\"", (await host.GetAsync("/v1/charging-sessions", Grant("whole", Sessions))).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"limits\"", (await host.GetAsync("/v1/status-changes", Grant("fields", Sessions with { Fields = [] }, Statuses with { Fields = [] }))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Which_session_one_corrects_goes_out_with_every_grant_as_figures_tell_it()
    {
        var answer = await host.GetAsync("/v1/charging-sessions?from=2026-11-18", Grant("energy", Sessions with { Fields = ["energy_kwh"] }));

        Assert.All(Records(answer), r => Assert.Equal(("alpha:S-OLD", "null"), (r["corrects_session_id"], r["outcome"])));
        Assert.DoesNotContain("corrects_session_id", Limits(answer)[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_told_its_fields_and_precision()
    {
        var key = Grant("me", Sessions with { Precision = TimePrecision.Hour, Fields = ["outcome", "energy_kwh"] }, Statuses, new Right("alpha", Right.FeedQuality, null));

        Assert.Equal(
            """[{"operator_id":"alpha","dataset":"charging_sessions","boroughs":null,"fields":["energy_kwh","outcome"],"time_precision":"hour"},{"operator_id":"alpha","dataset":"feed_quality","boroughs":null,"fields":null,"time_precision":"exact"},{"operator_id":"alpha","dataset":"status_changes","boroughs":null,"fields":null,"time_precision":"exact"}]""",
            (await host.GetAsync("/v1/me", key)).Json.GetProperty("data").GetProperty("rights").GetRawText());
    }

    private static readonly Right Sessions = new("alpha", "charging_sessions", null);

    private static readonly Right Statuses = new("alpha", "status_changes", null);

    private static string Withheld(params string[] given) => JsonSerializer.Serialize(Detail.Of("charging_sessions", given, TimePrecision.Exact).HiddenOf("charging_sessions"));

    private static ChargingSession Session(string id, string point, DateTimeOffset at) => new ChargingSession
    {
        SessionId = id,
        OperatorId = "alpha",
        ChargePointId = point,
        ConnectorId = "1",
        PlugInAt = at,
        PlugOutAt = at.AddMinutes(97.7),
        ChargeStartAt = at.AddMinutes(1.3),
        ChargeEndAt = at.AddMinutes(61.1),
        ChargingMinutes = 55.5m,
        EnergyKwh = 12.4m,
        PeakKw = 7.4m,
        CostExVat = 4,
        CostIncVat = 5,
        Currency = "GBP",
        TariffId = "alpha:T1",
        PaymentMethod = PaymentMethod.App,
        UserType = UserType.Taxi,
        Outcome = Outcome.Success,
        EndedBy = "DRIVER",
        ErrorCode = "E1",
        StartSocPercent = 10,
        EndSocPercent = 80,
        CorrectsSessionId = "alpha:S-OLD",
        LastUpdated = at.AddMinutes(99.9),
    }.WithDerived();

    private string Grant(string name, params Right[] rights)
    {
        var key = $"cph_live_{name.Replace("_", "", StringComparison.Ordinal)}_secret";
        host.Granted[key] = Scope.Of(OrganisationRole.Borough, null, rights);
        return key;
    }

    /// <summary>Of a page or a stream, each value as text.</summary>
    private static List<Dictionary<string, string>> Records(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        var records = answer.Headers["Content-Type"].EndsWith("ndjson", StringComparison.Ordinal)
            ? answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(l => JsonDocument.Parse(l).RootElement) : answer.Data;
        return [.. records.Select(r => r.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Null ? "null" : p.Value.ToString()))];
    }

    private static List<JsonElement> Limits(Answer answer) => [.. (answer.Headers["Content-Type"].EndsWith("ndjson", StringComparison.Ordinal)
        ? JsonDocument.Parse(answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement.GetProperty("summary") : answer.Json.GetProperty("meta")).GetProperty("limits").EnumerateArray()];

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Every eight bytes that could be a number.</summary>
    private static IEnumerable<long> Numbers(byte[] bytes) => Enumerable.Range(0, bytes.Length - 7).Select(i => BitConverter.ToInt64(bytes, i));

    private static bool IsFinerTime(long ticks, TimePrecision precision) =>
        ticks > AskedAt.AddDays(-30).UtcTicks && ticks < AskedAt.AddDays(1).UtcTicks && precision.Cut(new DateTimeOffset(ticks, TimeSpan.Zero)).UtcTicks != ticks;
}
