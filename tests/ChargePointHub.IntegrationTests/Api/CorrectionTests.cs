using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>
/// Forty mistakes, each as somebody makes it, and one corrector that knows nothing of the hub: every problem must name the part
/// that is wrong and carry an example that makes the request right.
/// </summary>
public sealed class CorrectionTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        host.Granted["cph_live_borough_secret"] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", ["E09000001"])]);
        host.Granted["cph_live_hourly_secret"] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, Precision: TimePrecision.Hour)]);
        host.Granted["cph_live_daily_secret"] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, Precision: TimePrecision.Day)]);
        host.Granted["cph_live_auditor_secret"] = Scope.Of(OrganisationRole.Auditor, null, []);
        if ((await host.GetAsync("/v1/charge-points/alpha:P1", key: null)).Status == HttpStatusCode.OK) return;
        await host.AddChargePointAsync("alpha:P1");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Method, address, headers (one a line), the codes of <c>errors</c>.</summary>
    public static TheoryData<string, string, string, string> Mistakes => new()
    {
        { "GET", "/v1/charging-sessions?form=2026-11-19", WithKey, "CPH-1001" },
        { "GET", "/v1/charge-points?borogh=camden", "", "CPH-1001" },
        { "GET", "/v1/charge-points?page=2", "", "CPH-1001" },
        { "GET", "/v1/errors?page=2", "", "CPH-1001" },
        { "GET", "/v1/tariffs?offset=1000&limit=1000", "", "CPH-1001" },
        { "GET", "/v1/charge-points?operator=alpha&operator=beta", "", "CPH-1002" },
        { "GET", "/v1/tariffs?limit=10&limit=20", "", "CPH-1002" },
        { "GET", "/v1/charge-points?status=AVAILIBLE", "", "CPH-1003" },
        { "GET", "/v1/charge-points?status=free,charging", "", "CPH-1003 CPH-1003" },
        { "GET", "/v1/charge-points?power_band=Rapid", "", "CPH-1003" },
        { "GET", "/v1/charge-points?format=xml", "", "CPH-1003" },
        { "GET", "/v1/gaps?dataset=sessions", "", "CPH-1003" },
        { "GET", "/v1/tariffs?limit=ten", "", "CPH-1004" },
        { "GET", "/v1/tariffs?limit=-1", "", "CPH-1004" },
        { "GET", "/v1/charging-sessions?limit=1000000", WithKey, "CPH-1005" },
        { "GET", "/v1/charge-points?operator=alfa", "", "CPH-1006" },
        { "GET", "/v1/charge-points?operator=somebody-else", "", "CPH-1006" },
        { "GET", "/v1/charge-points?borough=lambert", "", "CPH-1007" },
        { "GET", "/v1/charge-points?borough=Manchester", "", "CPH-1007" },
        { "GET", "/v1/charge-points?api_key=cph_live_test_secret&limit=1", "", "CPH-1008" },
        { "GET", "/v1/charging-sessions?access_token=cph_live_test_secret", "", "CPH-1008" },
        { "GET", "/v1/charge-points?select=id,status", "", "CPH-1009" },
        { "GET", "/v1/charge-points?operator=", "", "CPH-1010" },
        { "GET", "/v1/charge-points?operator=alpha,,beta", "", "CPH-1010" },
        { "GET", "/v1/charge-points?max_power_kw__gte=7,4", "", "CPH-1025" },
        { "GET", "/v1/charge-points?max_power_kw__gte=50&max_power_kw__lt=7", "", "CPH-1026" },
        { "GET", "/v1/charge-points?max_power_kw__gte=50&max_power_kw__lt=50", "", "CPH-1026" },
        { "GET", "/v1/charge-points?max_power_kw__gte=999999999&max_power_kw__lt=0.5", "", "CPH-1026" },
        { "GET", "/v1/charge-points?last_updated__gte=2026-11-20&last_updated__lt=2026-11-19T08:00:00Z", "", "CPH-1026" },
        { "GET", "/v1/charge-points?bbox=51.48,-0.15,51.52,-0.08", "", "CPH-1027" },
        { "GET", "/v1/charge-points?near=-0.1195,51.5033", "", "CPH-1027" },
        { "GET", "/v1/charge-points?radius_m=100", "", "CPH-1028" },
        { "GET", "/v1/charging-sessions?as_of=2100-01-01", WithKey, "CPH-1101" },
        { "GET", "/v1/charging-sessions?as_of=2099-01-01", WithKey, "CPH-1108" },
        { "POST", "/v1/charge-points", "", "CPH-1013" },
        { "DELETE", "/v1/charge-points/alpha:P1", "", "CPH-1013" },
        { "GET", "/v1/charge-points?operator=" + string.Join(',', Enumerable.Repeat("alpha", 1001)), "", "CPH-1018" },
        { "GET", "/v1/charge-points?status=" + string.Join(',', Enumerable.Repeat("x", 1001)), "", "CPH-1018" },
        { "GET", "/v1/charge-points?operator=" + new string('a', 9_000), "", "CPH-1021" },
        { "GET", "/v1/charge-points/" + new string('a', 9_000), "", "CPH-1021" },
        { "GET", "/v1/charge-points?limit=1", "Accept: application/json\nCookie: " + new string('a', 33_000), "CPH-1022" },
        { "GET", "/v1/charging-sessions?from=yesterday", WithKey, "CPH-1101" },
        { "GET", "/v1/charging-sessions?from=20/11/2026&to=21/11/2026", WithKey, "CPH-1101 CPH-1101" },
        { "GET", "/v1/charging-sessions?from=2026-11-19T08:00:00", WithKey, "CPH-1102" },
        { "GET", "/v1/charging-sessions?from=2026-11-20&to=2026-11-19", WithKey, "CPH-1103" },
        { "GET", "/v1/charging-sessions?from=2026-11-19&to=2026-11-19", WithKey, "CPH-1103" },
        { "GET", "/v1/charging-sessions?from=2027-01-01", WithKey, "CPH-1104" },
        { "GET", "/v1/charging-sessions?from=2027-01-01&to=2026-11-20", WithKey, "CPH-1104" },
        { "GET", "/v1/charging-sessions?period=2026-11&from=2026-11-01", WithKey, "CPH-1105" },
        { "GET", "/v1/charging-sessions?period=november", WithKey, "CPH-1106" },
        { "GET", "/v1/charging-sessions?from=2026-11-19T08:30:00Z", "X-API-Key: cph_live_hourly_secret", "CPH-1107" },
        { "GET", "/v1/charging-sessions?from=2026-11-20T11:30:00Z&to=2026-11-20T11:45:00Z&format=ndjson", "X-API-Key: cph_live_hourly_secret", "CPH-1107 CPH-1107" },
        { "GET", "/v1/charge-points/alpha:P1/charging-sessions?to=2026-11-20T11:59:59.999999Z", "X-API-Key: cph_live_daily_secret", "CPH-1107" },
        { "GET", "/v1/tariffs?cursor=abc&limit=5", "", "CPH-1201" },
        { "GET", "/v1/changes?cursor=abc&limit=5", "", "CPH-1201" },
        { "GET", "/v1/changes?since=yesterday", "", "CPH-1101" },
        { "GET", "/v1/changes?since=2027-01-01", "", "CPH-1104" },
        { "GET", "/v1/changes?dataset=charging_sessions", "", "CPH-2001" },
        { "GET", "/v1/changes?dataset=charging_sessions,tariffs", "X-API-Key: cph_live_hourly_secret", "CPH-2010" },
        { "GET", "/v1/changes?dataset=charging_sessions&history=all", "X-API-Key: cph_live_hourly_secret", "CPH-2010" },
        { "GET", "/v1/changes?dataset=charging_sessions&since=2026-11-20T08:30:00Z", "X-API-Key: cph_live_hourly_secret", "CPH-1107" },
        { "GET", "/v1/charging-sessions?format=ndjson&cursor=abc&period=2026-11", WithKey, "CPH-1204" },
        { "GET", "/v1/tariffs?count=true", "", "CPH-1003" },
        { "GET", "/v1/charge-points?limit=1", "Accept-Encoding: zstd, identity;q=0", "CPH-1016" },
        { "GET", "/v1/charge-points?limit=1", "Accept: application/xml", "CPH-1019" },
        { "GET", "/v1/operators", "Accept: application/xml, text/html", "CPH-1019" },
        { "GET", "/v1/charging-sessions", "", "CPH-2001" },
        { "GET", "/v1/charge-points/alpha:P1/status-changes?period=2026-11", "", "CPH-2001" },
        { "GET", "/v1/gaps?cause=operator_down", "", "CPH-2001" },
        { "GET", "/v1/charging-sessions", "Authorization: Bearer my-key", "CPH-2002" },
        { "GET", "/v1/charge-points?limit=1", "X-API-Key: cph_live_other_secret", "CPH-2003" },
        { "GET", "/v1/charge-points", "X-API-Key: cph_live_test_secret\nAuthorization: Bearer cph_live_other_secret", "CPH-2002 CPH-2002" },
        { "GET", "/v1/charging-sessions", "Authorization: Bearer cph_live_expired_secret", "CPH-2004" },
        { "GET", "/v1/operators/alpha/findings", "Authorization: Bearer cph_live_revoked_secret", "CPH-2005" },
        { "GET", "/v1/charging-sessions", "X-API-Key: cph_live_narrow_secret", "CPH-2006" },
        { "GET", "/v1/charging-sessions?operator=beta", "X-API-Key: cph_live_borough_secret", "CPH-2006" },
        { "GET", "/v1/charging-sessions?borough=camden,lambeth&count=exact", "X-API-Key: cph_live_borough_secret", "CPH-2006" },
        { "GET", "/v1/charge-points?limit=1", "X-API-Key: cph_live_auditor_secret", "CPH-2006" },
        { "GET", "/v1/charge-point", "", "CPH-3001" },
        { "GET", "/", "", "CPH-3001" },
        { "GET", "/v2/charge-points", "", "CPH-3001" },
        { "GET", "/v1/charge-points/alpha:NONE", "", "CPH-3002" },
        { "GET", "/v1/tariffs/alpha:NONE", "", "CPH-3007" },
        { "GET", "/v1/charging-sessions/alpha:NONE/versions", WithKey, "CPH-3007" },
        { "GET", "/v1/operators/alfa", "", "CPH-3003" },
        { "GET", "/v1/errors/CPH-9999", "", "CPH-3004" },
        { "GET", "/v1/schemas/hub/v1/charge_point", "", "CPH-3005" },
        { "GET", "/v1/charging-sessions?form=x&limit=0&operator=alfa&from=2026-11-19T08:00:00&power_band=", WithKey, "CPH-1001 CPH-1004 CPH-1006 CPH-1010 CPH-1102" },
    };

    private const string WithKey = "Authorization: Bearer " + ApiHost.Key;

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Every_mistake_is_mended_by_its_own_examples(string method, string address, string headers, string codes)
    {
        var asked = Asked.Of(method, address, headers);

        var (status, body) = await SendAsync(asked);

        Assert.True((int)status is >= 400 and < 500, $"{status}: {body}");
        using var problem = JsonDocument.Parse(body);
        var errors = problem.RootElement.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal(codes.Split(' '), errors.Select(e => e.GetProperty("code").GetString()).Order(StringComparer.Ordinal));
        foreach (var error in errors)
        {
            Assert.NotNull(ErrorCatalogue.Find(error.GetProperty("code").GetString()!));
            Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
            Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("example").GetString()));
            AssertNamesThePart(error, asked);
        }

        var mended = Correct(asked, problem.RootElement);
        var (after, answer) = await SendAsync(mended);

        Assert.True(after == HttpStatusCode.OK, $"{method} {address} became {mended}\n{answer}\nafter\n{body}");
    }

    [Fact]
    public void There_are_forty_of_them_and_more() => Assert.True(Mistakes.Count >= 40);

    [Fact]
    public async Task Where_the_list_is_closed_it_is_told()
    {
        foreach (var (address, first) in new[]
        {
            ("/v1/charge-points?status=free", "AVAILABLE"), ("/v1/charge-points?select=id", "charge_point_id"), ("/v1/charge-points?operator=gamma", "alpha"),
            ("/v1/charge-points?borough=Manchester", "city-of-london"), ("/v1/charge-points?page=2", "operator"), ("/v1/operators/gamma", "alpha"),
            ("/v1/errors/CPH-9999", "CPH-1000"), ("/v2", "/v1/charge-points"), ("/v1/charge-points?status=", "AVAILABLE"),
        })
        {
            Assert.Equal(first, (await host.GetAsync(address, key: null)).Fault.GetProperty("allowed")[0].GetString());
        }

        Assert.Equal("GET", (await host.GetAsync("/v1/tariffs", key: null, method: HttpMethod.Put)).Fault.GetProperty("allowed")[0].GetString());
    }

    /// <summary>A part is named as it was sent, or its place has no parts.</summary>
    private static void AssertNamesThePart(JsonElement error, Asked asked)
    {
        var name = error.GetProperty("parameter").GetString();
        switch (error.GetProperty("in").GetString())
        {
            case "query":
                Assert.Contains(asked.Query, p => p.Name == name);

                // What stays must not come again with the example, unless that names a parameter which was not known.
                var example = error.GetProperty("example").GetString()!;
                if (example.Contains('=', StringComparison.Ordinal) && !example.StartsWith('/') && error.GetProperty("code").GetString() != ErrorCatalogue.UnknownParameter.Code)
                    Assert.DoesNotContain(example.Split('&').Select(p => p.Split('=')[0]), n => n != name && asked.Query.Any(p => p.Name == n));
                break;
            case "header":
                Assert.NotNull(name);
                Assert.True(asked.Headers.Count == 0 || asked.Headers.Any(h => h.Name == name));
                break;
            case "path":
                Assert.True(name is null or "id");
                break;
            default:
                Assert.Null(name);
                break;
        }
    }

    /// <summary>
    /// The rule, whole: take out every part that <c>in</c> and <c>parameter</c> name. Then put in each <c>example</c> by what it looks
    /// like: an address takes the place of the address, <c>name=value</c> goes into the query, <c>Name: value</c> among the headers, a
    /// bare word is the method. Addresses first, so that nothing put in is lost.
    /// </summary>
    private static Asked Correct(Asked asked, JsonElement problem)
    {
        var errors = problem.GetProperty("errors").EnumerateArray().ToList();
        foreach (var error in errors)
        {
            var name = error.GetProperty("parameter").GetString();
            if (error.GetProperty("in").GetString() == "query") asked = asked with { Query = [.. asked.Query.Where(p => p.Name != name)] };
            if (error.GetProperty("in").GetString() == "header") asked = asked with { Headers = [.. asked.Headers.Where(h => h.Name != name)] };
        }

        foreach (var example in errors.Select(e => e.GetProperty("example").GetString()!).OrderBy(e => e.StartsWith('/') ? 0 : 1))
        {
            if (example.StartsWith('/'))
            {
                var parts = example.Split('?', 2);
                asked = asked with { Path = parts[0], Query = Asked.Pairs(parts.Length > 1 ? parts[1] : "") };
            }
            else if (example.Contains(": ", StringComparison.Ordinal))
            {
                asked = asked with { Headers = [.. asked.Headers, Asked.Header(example)] };
            }
            else if (example.Contains('=', StringComparison.Ordinal))
            {
                var put = Asked.Pairs(example);
                asked = asked with { Query = [.. asked.Query.Where(p => put.All(n => n.Name != p.Name)), .. put] };
            }
            else
            {
                asked = asked with { Method = example };
            }
        }

        return asked;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(Asked asked)
    {
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), asked.Address);
        foreach (var (name, value) in asked.Headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await host.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed record Asked(string Method, string Path, IReadOnlyList<(string Name, string Text)> Query, IReadOnlyList<(string Name, string Value)> Headers)
    {
        public string Address => Query.Count == 0 ? Path : $"{Path}?{string.Join('&', Query.Select(p => $"{p.Name}={p.Text}"))}";

        public static Asked Of(string method, string address, string headers)
        {
            var parts = address.Split('?', 2);
            return new Asked(method, parts[0], Pairs(parts.Length > 1 ? parts[1] : ""), [.. headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Header)]);
        }

        /// <summary>Values stay as they are written.</summary>
        public static IReadOnlyList<(string Name, string Text)> Pairs(string query) =>
            [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => (p[0], p.Length > 1 ? p[1] : ""))];

        public static (string Name, string Value) Header(string line) => line.Split(": ", 2) is [var name, var value] ? (name, value) : throw new FormatException(line);

        public override string ToString() => $"{Method} {Address} [{string.Join("; ", Headers)}]";
    }
}
