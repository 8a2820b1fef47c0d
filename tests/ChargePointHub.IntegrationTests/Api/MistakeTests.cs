using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What people get wrong, all asked of one host.</summary>
public sealed partial class MistakeTests(ApiHost host) : IClassFixture<ApiHost>
{
    /// <summary>A request that reaches each code: address, key, code.</summary>
    public static TheoryData<string, string?, string> Mistakes => new()
    {
        { "/v1/charging-sessions?limit=0&form=2026-11-20", ApiHost.Key, "CPH-1000" },
        { "/v1/charging-sessions?form=2026-11-20", ApiHost.Key, "CPH-1001" },
        { "/v1/charge-points?operator=alpha&operator=beta", null, "CPH-1002" },
        { "/v1/charge-points?status=AVAILIBLE", null, "CPH-1003" },
        { "/v1/tariffs?limit=ten", null, "CPH-1004" },
        { "/v1/tariffs?limit=-1", null, "CPH-1004" },
        { "/v1/charging-sessions?limit=1000000", ApiHost.Key, "CPH-1005" },
        { "/v1/charging-sessions?limit=99999999999999999999", ApiHost.Key, "CPH-1005" },
        { "/v1/charge-points?operator=alfa", null, "CPH-1006" },
        { "/v1/charge-points?borough=lambert", null, "CPH-1007" },
        { "/v1/charging-sessions?api_key=" + ApiHost.Key, null, "CPH-1008" },
        { "/v1/charge-points?operator=" + ApiHost.Key, null, "CPH-1008" },
        { "/v1/charge-points?cph_live_x", null, "CPH-1008" },
        { $"/v1/charge-points/{ApiHost.Key}", null, "CPH-1008" },
        { "/v1/operators/CPH%5Flive_x/findings", ApiHost.Key, "CPH-1008" },
        { "/v1/charge-points?select=charge_point", null, "CPH-1009" },
        { "/v1/charge-points?operator=", null, "CPH-1010" },
        { "/v1/charge-points?operator=alpha,,beta", null, "CPH-1010" },
        { "/v1/charge-points?operator=" + string.Join(',', Enumerable.Repeat("alpha", Parameter.LongestList + 1)), null, "CPH-1018" },
        { "/v1/charge-points?operator=" + new string('a', 9_000), null, "CPH-1021" },
        { "/v1/charging-sessions?from=yesterday", ApiHost.Key, "CPH-1101" },
        { "/v1/charging-sessions?from=2026-11-31", ApiHost.Key, "CPH-1101" },
        { "/v1/charging-sessions?from=0001-01-01T00:00:00Z", ApiHost.Key, "CPH-1101" },
        { "/v1/charging-sessions?from=2026-11-20T24:00:00Z", ApiHost.Key, "CPH-1101" },
        { "/v1/charging-sessions?from=2026-11-20T08:00:00", ApiHost.Key, "CPH-1102" },
        { "/v1/charging-sessions?from=2026-11-20&to=2026-11-19", ApiHost.Key, "CPH-1103" },
        { "/v1/charging-sessions?from=2026-11-20&to=2026-11-20", ApiHost.Key, "CPH-1103" },
        { "/v1/charging-sessions?from=2027-01-01", ApiHost.Key, "CPH-1104" },
        { "/v1/charging-sessions?period=2027", ApiHost.Key, "CPH-1104" },
        { "/v1/charging-sessions?period=2026-11&from=2026-11-01", ApiHost.Key, "CPH-1105" },
        { "/v1/charging-sessions?period=2026-13", ApiHost.Key, "CPH-1106" },
        { "/v1/charging-sessions?from=2026-11-20T08:30:00Z", "cph_live_hourly_secret", "CPH-1107" },
        { "/v1/charge-points/alpha:P1/status-changes?to=2026-11-20T08:30:00Z", "cph_live_hourly_secret", "CPH-1107" },
        { "/v1/charge-points?max_power_kw__gte=7kW", null, "CPH-1025" },
        { "/v1/charging-sessions?energy_kwh__lt=-1", ApiHost.Key, "CPH-1025" },
        { "/v1/charge-points?near=51.5,-0.1&radius_m=0", null, "CPH-1025" },
        { "/v1/charge-points?max_power_kw__gte=50&max_power_kw__lt=7", null, "CPH-1026" },
        { "/v1/tariffs?last_updated__gte=2026-11-20&last_updated__lt=2026-11-20", null, "CPH-1026" },
        { "/v1/charge-points?bbox=1,2,3", null, "CPH-1027" },
        { "/v1/charge-points?near=London", null, "CPH-1027" },
        { "/v1/charge-points?radius_m=100", null, "CPH-1028" },
        { "/v1/charging-sessions?as_of=2026-11-21", ApiHost.Key, "CPH-1108" },
        { "/v1/tariffs?cursor=abc", null, "CPH-1201" },
        { "/v1/changes?cursor=abc", null, "CPH-1201" },
        { "/v1/changes?since=2027-01-01", null, "CPH-1104" },
        { "/v1/changes?dataset=charging_sessions&since=2026-11-20T08:30:00Z", "cph_live_hourly_secret", "CPH-1107" },
        { "/v1/changes?dataset=status_changes", "cph_live_hourly_secret", "CPH-2010" },
        { "/v1/changes?dataset=charging_sessions&history=all", "cph_live_hourly_secret", "CPH-2010" },
        { "/v1/changes?history=some", null, "CPH-1003" },
        { "/v1/changes?dataset=charging_sessions,tariffs", "cph_live_hourly_secret", "CPH-2010" },
        { "/v1/changes?dataset=charging_sessions", null, "CPH-2001" },
        { "/v1/changes?dataset=charging_sessions", "cph_live_narrow_secret", "CPH-2006" },
        { "/v1/charging-sessions", null, "CPH-2001" },
        { "/v1/usage?group_by=day,month", ApiHost.Key, "CPH-1030" },
        { "/v1/usage?charge_point=alpha:NONE", ApiHost.Key, "CPH-1031" },
        { "/v1/usage", "cph_live_hourly_secret", "CPH-2011" },
        { "/v1/usage?from=2026-11-01T08:00:00Z", ApiHost.Key, "CPH-1109" },
        { "/v1/usage/profile?period=2025", ApiHost.Key, "CPH-1110" },
        { "/v1/gaps?cause=operator_down", null, "CPH-2001" },
        { "/v1/gaps?state=closed", "cph_live_narrow_secret", "CPH-2006" },
        { "/v1/charging-sessions", "nonsense", "CPH-2002" },
        { "/v1/charge-points", "cph_live_other_secret", "CPH-2003" },
        { "/v1/charging-sessions", "cph_live_other_secret", "CPH-2003" },
        { "/v1/charging-sessions", "cph_live_expired_secret", "CPH-2004" },
        { "/v1/charging-sessions", "cph_live_revoked_secret", "CPH-2005" },
        { "/v1/operators/alpha/findings", "cph_live_narrow_secret", "CPH-2006" },
        { "/v1/charge-point", null, "CPH-3001" },
        { "/", null, "CPH-3001" },
        { "/v1/charge-points/alpha:NONE", null, "CPH-3002" },
        { "/v1/charge-points/alpha:NONE/status-changes", ApiHost.Key, "CPH-3002" },
        { "/v1/operators/none", null, "CPH-3003" },
        { "/v1/operators/none/findings", ApiHost.Key, "CPH-3003" },
        { "/v1/operators/none/access-log", ApiHost.Key, "CPH-3003" },
        { "/v1/operators/alpha/access-log", "cph_live_narrow_secret", "CPH-2006" },
        { "/v1/operators/alpha/access-log?cursor=abc", ApiHost.Key, "CPH-1201" },
        { "/v1/tariffs/alpha:NONE", null, "CPH-3007" },
        { "/v1/charging-sessions/alpha:NONE/versions", ApiHost.Key, "CPH-3007" },
        { "/v1/charge-points/alpha:NONE/versions", null, "CPH-3002" },
        { "/v1/errors/CPH-9999", null, "CPH-3004" },
        { "/v1/schemas/hub/v1/charge_point", null, "CPH-3005" },
        { "/v1/bulk/tariffs/2026-10.ndjson.gz", null, "CPH-3006" },
        { "/v1/bulk/charging-sessions/2026-10.csv", ApiHost.Key, "CPH-3006" },
        { "/v1/bulk/status-changes/October", ApiHost.Key, "CPH-3006" },
        { "/v1/bulk?since=2027-01-01", null, "CPH-1104" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Every_mistake_gets_its_own_code(string path, string? key, string code)
    {
        // Whichever case comes first: of no charge point times are cut.
        if (!host.Granted.ContainsKey("cph_live_hourly_secret")) await host.AddChargePointAsync("alpha:P1");
        host.Granted["cph_live_hourly_secret"] = Scope.Of(
            OrganisationRole.Borough, null, [.. new[] { "charging_sessions", "status_changes" }.Select(d => new Right("alpha", d, null, Precision: TimePrecision.Hour))]);
        var answer = await host.GetAsync(path, key);

        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        Assert.Equal(code, answer.Code);
        var error = ErrorCatalogue.Find(code)!;
        Assert.Equal(error.Status, (int)answer.Status);
        Assert.Equal(error.Status, answer.Json.GetProperty("status").GetInt32());
        Assert.Equal(error.Title, answer.Json.GetProperty("title").GetString());
        Assert.Equal(answer.Headers["X-Request-Id"], answer.Json.GetProperty("request_id").GetString());
        Assert.Equal(error.Status == 401, answer.Headers.ContainsKey("WWW-Authenticate"));
        var page = await host.GetAsync(answer.Json.GetProperty("type").GetString()!, key: null, headers: ("Accept", "text/html"));
        Assert.Equal("text/html; charset=utf-8", page.Headers["Content-Type"]);
        Assert.Contains(code, page.Body, StringComparison.Ordinal);
        AssertDocumented(path.Split('?')[0], answer);
    }

    [Theory]
    [InlineData("/v1/outages/alpha:P1/2026-11-20T10:00:00Z", "Nothing is served at /v1/outages/alpha:P1/2026-11-20T10:00:00Z. An id that holds / is written with %2F there, as in /v1/outages/lamplight:A%2F1.")]
    [InlineData("/v1/operators/alpha/none", "Nothing is served at /v1/operators/alpha/none.")]
    public async Task An_id_in_pieces_is_told_how_it_is_written(string path, string detail) =>
        Assert.Equal(detail, (await host.GetAsync(path, ApiHost.Key)).Json.GetProperty("errors")[0].GetProperty("message").GetString());

    /// <summary>What went wrong stands in OpenAPI under the route that was asked, with every code that was told.</summary>
    private static void AssertDocumented(string path, Answer answer)
    {
        var route = ApiRoutes.All.SingleOrDefault(r => Regex.IsMatch(path, $"^{Regex.Escape(r.Path).Replace(@"\{id}", r.IdSpansSegments ? ".+" : "[^/]+", StringComparison.Ordinal)}$"));
        if (route is null)
        {
            Assert.Equal("CPH-3001", answer.Code);
            return;
        }

        var documented = HubOpenApi.ErrorsOf(route).Select(e => e.Code).ToList();
        Assert.All(
            answer.Json.GetProperty("errors").EnumerateArray().Select(f => f.GetProperty("code").GetString()!).Append(answer.Code),
            code => Assert.True(documented.Contains(code), $"{route.Path} answered {code}, which its OpenAPI operation does not list: name it in the route's Errors or in its parameter's."));
    }

    [Fact]
    public async Task Every_code_of_the_catalogue_is_reached_by_a_test()
    {
        var byTable = Mistakes.Select(m => (string)m[2]);

        // CPH-1014 is given before there is a request: the README's test asks over plain http.
        string[] byOwnTests = ["CPH-1013", "CPH-1014", "CPH-1015", "CPH-1016", "CPH-1017", "CPH-1019", "CPH-1020", "CPH-1022", "CPH-1023", "CPH-1024", "CPH-1029", "CPH-1202", "CPH-1203", "CPH-1204", "CPH-1205", "CPH-1206", "CPH-1207", "CPH-2007", "CPH-2008", "CPH-2009", "CPH-4001", "CPH-4002", "CPH-4003", "CPH-5000", "CPH-5001", "CPH-5002", "CPH-5003", "CPH-5004", "CPH-5005"];

        Assert.Equal(ErrorCatalogue.All.Select(e => e.Code).Order(StringComparer.Ordinal), byTable.Concat(byOwnTests).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(ErrorCatalogue.All.Count, (await host.GetAsync("/v1/errors", key: null)).Data.Count);
    }

    [Theory]
    [InlineData("/v1/charging-sessions?form=2026-11-20", "from")]
    [InlineData("/v1/charging-sessions?operater=alpha", "operator")]
    [InlineData("/v1/charge-points?status=AVAILIBLE", "AVAILABLE")]
    [InlineData("/v1/charge-points?operator=alfa", "alpha")]
    [InlineData("/v1/charge-points?borough=lambert", "lambeth")]
    [InlineData("/v1/charge-points?select=charge_pointid", "charge_point_id")]
    [InlineData("/v1/charging-sessions?from=2026-11-20T08:00:00", "2026-11-20T08:00:00Z")]
    [InlineData("/v1/charging-sessions?from=2026-11-20+08:00", "2026-11-20T08:00Z")]
    public async Task A_mistake_is_answered_with_what_was_probably_meant(string path, string meant) =>
        Assert.Equal(meant, (await host.GetAsync(path)).Fault.GetProperty("did_you_mean").GetString());

    [Theory]
    [InlineData("/v1/charge-points?borogh=camden", "borough=camden")]
    [InlineData("/v1/charge-points?borogh=paris", "borough=lambeth")]
    [InlineData("/v1/charging-sessions?form=2026-11-20T08:00:00Z", "from=2026-11-20T08:00:00Z")]
    [InlineData("/v1/charging-sessions?form=x", "from=2026-11-19")]
    [InlineData("/v1/charge-points?nothing_like_it=1", "operator=alpha")]
    [InlineData("/v1/errors?page=2", "/v1/errors")]
    public async Task An_unknown_parameter_is_answered_with_an_example_to_copy(string path, string example) =>
        Assert.Equal(example, (await host.GetAsync(path)).Fault.GetProperty("example").GetString());

    /// <summary>A request of 8 KB must not become an answer of megabytes.</summary>
    [Theory]
    [InlineData("borough", 1)]
    [InlineData("operator", 1)]
    [InlineData("select", 1)]
    [InlineData("borough", 1000)]
    [InlineData("operator", 1000)]
    public async Task A_list_of_many_wrong_words_is_answered_in_short(string name, int different)
    {
        var words = Enumerable.Range(0, 1000).Select(n => (n % different).ToString("x", CultureInfo.InvariantCulture));
        var answer = await host.GetAsync($"/v1/charge-points?{name}={string.Join(',', words)}", key: null);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(Math.Min(different, 50), answer.Json.GetProperty("errors").GetArrayLength());
        Assert.InRange(answer.Body.Length, 0, 100_000);
        Assert.Equal(different > 50, answer.Json.GetProperty("detail").GetString()!.EndsWith("More is wrong than is listed here.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_unknown_names_are_answered_in_short()
    {
        var answer = await host.GetAsync("/v1/charge-points?" + string.Join('&', Enumerable.Range(0, 1500).Select(n => n.ToString("x", CultureInfo.InvariantCulture))), key: null);

        Assert.Equal(50, answer.Json.GetProperty("errors").GetArrayLength());
        Assert.InRange(answer.Body.Length, 0, 100_000);
    }

    /// <summary>Each guess looks at all that there is: a request of 8 KB must not ask for hundreds.</summary>
    [Theory]
    [InlineData("/v1/charge-points?borough=lambert,camdem,haringay,southwerk,croyden", "lambeth", "camden", "haringey")]
    [InlineData("/v1/charge-points?operator=alfa,alpa,betta,alhpa", "alpha", "alpha", "beta")]
    [InlineData("/v1/charge-points?access=PUBLIK,PUBLIG,PUBLIT,PUBLIS", "PUBLIC", "PUBLIC", "PUBLIC")]
    [InlineData("/v1/charge-points?borogh=x&operater=x&acess=x&wrad=x", "borough", "operator", "access")]
    public async Task Only_of_the_first_mistakes_it_is_guessed_what_was_meant(string path, params string[] meant)
    {
        var faults = (await host.GetAsync(path, key: null)).Json.GetProperty("errors").EnumerateArray().ToList();

        Assert.Equal([.. meant, .. Enumerable.Repeat((string?)null, faults.Count - meant.Length)], faults.Select(f => f.TryGetProperty("did_you_mean", out var told) ? told.GetString() : null));
        Assert.True(faults.Count > meant.Length);
    }

    [Theory]
    [InlineData("charge_point")]
    [InlineData("location")]
    public async Task Figures_take_no_longer_lists_than_others(string name)
    {
        var answer = await host.GetAsync($"/v1/usage?{name}={string.Join(',', Enumerable.Range(0, 1001).Select(n => n.ToString("x", CultureInfo.InvariantCulture)))}");

        Assert.Equal("CPH-1018", answer.Code);
        Assert.Equal("CPH-1010", (await host.GetAsync($"/v1/usage?{name}=alpha:P1,,alpha:P2")).Code);
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var answer = await host.GetAsync("/v1/charging-sessions?form=x&limit=0&operator=alfa&operator=b&from=2026-11-20T08:00:00&to=never&borough=lambert&power_band=");

        Assert.Equal(
            ["CPH-1001", "CPH-1002", "CPH-1004", "CPH-1007", "CPH-1010", "CPH-1101", "CPH-1102"],
            answer.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("code").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_method_that_is_not_taken_is_told_which_are()
    {
        var answer = await host.GetAsync("/v1/tariffs", method: HttpMethod.Post);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal("CPH-1013", answer.Code);
        Assert.Equal("GET, HEAD", answer.Headers["Allow"]);
    }

    [Theory]
    [InlineData("/v1/tariffs?borough=lambeth", "; /v1/charge-points, /v1/charge-points.geojson, /v1/charging-sessions, /v1/status-changes, /v1/outages, /v1/reported-usage, /v1/usage, /v1/usage/profile, /v1/differences, /v1/reliability, /v1/areas have it.")]
    [InlineData("/v1/tariffs?cause=hub_down", "; /v1/gaps has it.")]
    [InlineData("/v1/tariffs?colour=red", "'colour'.")]
    public async Task A_parameter_of_other_routes_is_told_where_it_is_known(string path, string end) =>
        Assert.EndsWith(end, (await host.GetAsync(path, key: null)).Fault.GetProperty("message").GetString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("/v1/charge-points/GB*1", "alpha:GB*1")]
    [InlineData("/v1/charge-points/GB*1.geojson", "alpha:GB*1")]
    [InlineData("/v1/charge-points/GB*1/charging-sessions", "alpha:GB*1")]
    [InlineData("/v1/charge-points/beta:GB*1", null)]
    [InlineData("/v1/charge-points/GB*HIDDEN", null)]
    [InlineData("/v1/charge-points/GB*NONE", null)]
    public async Task An_operator_s_own_id_is_answered_with_the_whole_one(string path, string? meant)
    {
        if ((await host.GetAsync("/v1/charge-points/alpha:GB*1")).Status != HttpStatusCode.OK)
        {
            await host.AddChargePointAsync("alpha:GB*1");
            await host.AddChargePointAsync("alpha:GB*HIDDEN", published: false);
            await host.TickAsync(1);
        }

        var answer = await host.GetAsync(path);

        Assert.Equal("CPH-3002", answer.Code);
        Assert.Equal(path.EndsWith("sessions", StringComparison.Ordinal), answer.Fault.GetProperty("message").GetString()!.Contains("or none of what was asked of it may be read with this key", StringComparison.Ordinal));
        Assert.Equal(meant, answer.Fault.TryGetProperty("did_you_mean", out var told) ? told.GetString() : null);
        if (meant is not null) Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(answer.Fault.GetProperty("example").GetString()!)).Status);
    }

    [Fact]
    public async Task A_caller_s_request_id_is_kept_when_it_is_a_plain_word()
    {
        Assert.Equal("abc-1", (await host.GetAsync("/nowhere", headers: ("X-Request-Id", "abc-1"))).Json.GetProperty("request_id").GetString());
        Assert.NotEqual("a b", (await host.GetAsync("/nowhere", headers: ("X-Request-Id", "a b"))).Json.GetProperty("request_id").GetString());
    }
}
