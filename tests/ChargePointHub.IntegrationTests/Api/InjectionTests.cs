using System.Net;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.OpenApi;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>
/// What attackers write, in every parameter of every route of the OpenAPI document, in ids, in names of parameters, in headers that
/// are read and in keys: refused as what it is, with nothing of the inside told and nothing changed.
/// </summary>
public sealed class InjectionTests : IAsyncLifetime
{
    /// <summary>As they stand in an address when escaped.</summary>
    private static readonly string[] Corpus =
    [
        "' OR '1'='1", "' OR 1=1--", "\" OR \"\"=\"", "'; DROP TABLE charge_point;--", "'; SELECT pg_sleep(60)--", "alpha' UNION SELECT value::text FROM hub_setting--", "alpha'||(SELECT current_user)||'",
        "1; UPDATE access_key SET revoked_at = NULL", "$1", "@operator", ":operator", "$$; SELECT 1; $$", "\\'; SELECT 1--", "E'\\x27'", "ʼ OR 1=1", "%", "_", "a%' --", "alpha/**/", "*", "alpha:*",
        "{\"$ne\":null}", "[]", "{\"a\":1}", "null", "undefined", "NaN", "1e309", "-1", "2147483648", "9223372036854775808", "0x10", "1_000", "true",
        "../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd\0.json", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "|id", ";id", "`id`", "$(id)", "&& id",
        "x\r\nX-Injected: yes", "x\nSet-Cookie: a=b", "\0", "a\0b", "\u202e", "\ufeff", "\uffff", "\u0000\u0001", "👾", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)",
        "{{7*7}}", "${7*7}", "${jndi:ldap://x/y}", "#{7*7}", "%n%n%s%x", "=cmd|' /c calc'!A1", "+1+1", "@SUM(1)", "*)(uid=*))(|(uid=*", "' or ''='", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
        new('A', 4_000), new('\'', 500), "alpha,'", "alpha,alpha;--", "2026-11-20'--", "2026-11-20T00:00:00Z' OR 1=1--", "E09000022' OR '1'='1",
    ];

    /// <summary>What no client can write by escaping characters: broken UTF-8, halves of pairs, escapes of escapes.</summary>
    private static readonly string[] Escaped = ["%FF", "%C0%A7", "%ED%A0%80", "%2527", "%27%20OR%20%271", "%00", "%0d%0aX-Injected:%20yes", "%u0027", "%"];

    /// <summary>Nothing of the inside has such words in an answer.</summary>
    private static readonly string[] Inside = ["Npgsql", "PostgreSQL", "postgres", "SELECT ", "syntax error", "relation \"", "stack", " at ChargePointHub", "Exception", "root:x:", "hub_setting", "access_key"];

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.AddChargePointAsync("alpha:P1");
        await host.AddSessionAsync("alpha:S1", ApiHost.Now.AddHours(-2));
        await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-2), Status.Charging);
        await host.AddTariffAsync("alpha:T1");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Nothing_that_attackers_write_is_taken_or_changes_anything()
    {
        var before = await ContentsAsync();
        var (wrong, asked) = (new List<string>(), 0);
        foreach (var (path, parameters) in Routes())
        {
            foreach (var value in Corpus.Select(Uri.EscapeDataString).Concat(Escaped))
            {
                foreach (var parameter in parameters.Append("no_such_parameter")) await AskAsync($"{Filled(path, "alpha")}?{parameter}={value}", HttpStatusCode.BadRequest);
                await AskAsync($"{Filled(path, "alpha")}?{value}=1", HttpStatusCode.BadRequest);
                if (path.Contains("{id}", StringComparison.Ordinal)) await AskAsync(path.Replace("{id}", value, StringComparison.Ordinal), HttpStatusCode.NotFound);
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}:\n{string.Join('\n', wrong.Take(40))}");
        Assert.True(asked > 10_000, $"{asked}");
        Assert.Equal(before, await ContentsAsync());

        async Task AskAsync(string address, HttpStatusCode expected)
        {
            asked++;
            var answer = await host.GetAsync(address);
            if (answer.Status != expected && !IsHarmless(address, answer)) wrong.Add($"{address}: {(int)answer.Status} {answer.Body}");
            if (TellsOfTheInside(address, answer)) wrong.Add($"{address} tells: {answer.Body}");
        }
    }

    [Theory]
    [InlineData("Authorization", HttpStatusCode.Unauthorized)]
    [InlineData("X-API-Key", HttpStatusCode.Unauthorized)]
    [InlineData("X-Request-Id", HttpStatusCode.OK)]
    [InlineData("If-None-Match", HttpStatusCode.OK)]
    [InlineData("User-Agent", HttpStatusCode.OK)]
    [InlineData("Origin", HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", HttpStatusCode.OK)]
    [InlineData("X-HTTP-Method-Override", HttpStatusCode.OK)]
    public async Task Nor_in_headers(string header, HttpStatusCode expected)
    {
        var before = await ContentsAsync();
        foreach (var value in Corpus.Where(c => c.All(char.IsAscii) && !c.Any(char.IsControl) && c.Trim() == c))
        {
            var answer = await host.GetAsync("/v1/charge-points?select=charge_point_id", key: null, headers: (header, header == "Authorization" ? "Bearer " + value : value));
            Assert.True(answer.Status == expected || (header == "If-None-Match" && answer.Status == HttpStatusCode.NotModified && value.Contains('*', StringComparison.Ordinal)), $"{header}: {value}: {answer.Status}");
            Assert.False(TellsOfTheInside(value, answer), $"{header}: {value}: {answer.Body}");
            if (header == "X-Request-Id" && value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))) Assert.NotEqual(value, answer.Headers["X-Request-Id"]);
        }

        Assert.Equal(before, await ContentsAsync());
    }

    /// <summary>
    /// A path that leads elsewhere after the client or server has taken its dots away, or a name that is not one after all (an escape that
    /// holds nothing): no route was asked for this.
    /// </summary>
    private static bool IsHarmless(string address, Answer answer) =>
        answer.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest && (address.Contains("..", StringComparison.Ordinal) || address.Contains("%00", StringComparison.Ordinal) || address.EndsWith('%'));

    private static bool TellsOfTheInside(string sent, Answer answer) =>
        answer.Headers.ContainsKey("X-Injected") || answer.Headers.ContainsKey("Set-Cookie")
        || Inside.Any(word => answer.Body.Contains(word, StringComparison.OrdinalIgnoreCase) && !Uri.UnescapeDataString(sent).Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<(string Path, IReadOnlyList<string> Parameters)> Routes()
    {
        using var document = JsonDocument.Parse(HubOpenApi.Utf8);
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject().ToList())
        {
            var parameters = path.Value.GetProperty("get").TryGetProperty("parameters", out var listed) ? listed.EnumerateArray().ToList() : [];
            yield return (path.Name, [.. parameters.Where(p => p.TryGetProperty("in", out var where) && where.GetString() == "query").Select(p => p.GetProperty("name").GetString()!)]);
        }
    }

    private static string Filled(string path, string id) => path.Replace("{id}", path switch
    {
        "/v1/errors/{id}" => "CPH-1001",
        "/v1/schemas/{id}" => "hub/v1/tariffs",
        _ when path.StartsWith("/v1/charge-points/", StringComparison.Ordinal) => id + ":P1",
        _ => id,
    }, StringComparison.Ordinal);

    /// <summary>Every row of every table, as one number a table; that somebody asked may be on record.</summary>
    private async Task<string> ContentsAsync()
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT string_agg(format('%s %s', c.relname, (xpath('/row/h/text()', query_to_xml(format('SELECT count(*) || '' '' || coalesce(sum(hashtext(t::text)), 0) AS h FROM %I t', c.relname), false, true, '')))[1]), E'\n' ORDER BY c.relname)
            FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'audit_%'
            """, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
