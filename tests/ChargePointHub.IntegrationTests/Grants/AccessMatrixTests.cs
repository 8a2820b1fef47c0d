using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>
/// Every route of the OpenAPI document by every method, form and role. What each role gets stands in a table of its own, so that a new
/// route without a row fails, and one whose rights were forgotten does too.
/// </summary>
public sealed class AccessMatrixTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private static readonly Right[] Agreed = [.. new[] { "status_changes", "charging_sessions", "outages", "reported_usage", "feed_quality" }.Select(s => new Right("alpha", s, null))];
    private static readonly Right[] InLambeth = [new("alpha", "status_changes", ["E09000022"]), new("alpha", "charging_sessions", ["E09000022"])];

    private static readonly Right[] WithLimits = [.. InLambeth.Select(r => r with { Precision = TimePrecision.Hour, Fields = [] }), new("alpha", Right.FeedQuality, null)];

    /// <summary>Who asks: the key, and what it opens. The last four open nothing.</summary>
    private static readonly (string Role, string? Key, Scope? Scope)[] Roles =
    [
        ("nobody", null, null),
        ("public", "cph_live_narrow_secret", null),
        ("everything", ApiHost.Key, null),
        ("operator", "cph_live_operator_secret", Scope.Of(OrganisationRole.Operator, "alpha", [])),
        ("other operator", "cph_live_otheroperator_secret", Scope.Of(OrganisationRole.Operator, "beta", [])),
        ("borough", "cph_live_borough_secret", Scope.Of(OrganisationRole.Borough, null, InLambeth)),
        ("borough without grants", "cph_live_bareborough_secret", Scope.Of(OrganisationRole.Borough, null, [])),
        ("borough with limits", "cph_live_limited_secret", Scope.Of(OrganisationRole.Borough, null, WithLimits)),
        ("tfl", "cph_live_tfl_secret", Scope.Of(OrganisationRole.Tfl, null, Agreed)),
        ("gla", "cph_live_gla_secret", Scope.Of(OrganisationRole.Gla, null, Agreed)),
        ("london_councils", "cph_live_councils_secret", Scope.Of(OrganisationRole.LondonCouncils, null, Agreed)),
        ("administrator", "cph_live_admin_secret", Scope.Of(OrganisationRole.Administrator, null, [])),
        ("auditor", "cph_live_auditor_secret", Scope.Of(OrganisationRole.Auditor, null, Agreed)),
        ("garbage", "garbage", null),
        ("unknown", "cph_live_other_secret", null),
        ("expired", "cph_live_expired_secret", null),
        ("revoked", "cph_live_revoked_secret", null),
    ];

    private static readonly string[] HandIn = ["operator", "other operator"];

    private static readonly string[] WithoutKey = ["nobody", "garbage", "unknown", "expired", "revoked"];

    /// <summary>Roles that get 200; by which status the others are turned away follows from whether they showed a good key.</summary>
    private static readonly Dictionary<string, Row> Table = new()
    {
        ["/v1/charge-points"] = Open(),
        ["/v1/charge-points.csv"] = Open(),
        ["/v1/charge-points.geojson"] = Open(),
        ["/v1/charge-points/{id}"] = Open(),
        ["/v1/charge-points/{id}.geojson"] = Open(),
        ["/v1/charge-points/{id}/versions"] = Open(),
        ["/v1/tariffs"] = Open(),
        ["/v1/tariffs/{id}"] = Open(),
        ["/v1/tariffs/{id}/versions"] = Open(),
        ["/v1/metadata"] = Open(),
        ["/v1/tariffs.csv"] = Open(),
        ["/v1/changes"] = Open(),
        ["/v1/operators"] = Open(),
        ["/v1/operators/{id}"] = Open(),
        ["/v1/operators/{id}/feed-health"] = Open(),
        ["/v1/areas"] = Open(),
        ["/v1/areas.csv"] = Open(),
        ["/v1/bulk"] = Open(),
        ["/v1/coverage"] = Open(),
        ["/v1/gaps"] = Open(),
        ["/v1/charging-sessions"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/charging-sessions.csv"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/differences"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/usage"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/usage/profile"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/usage/profile.csv"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/reliability"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/reliability.csv"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/usage.csv"] = Only("everything", "operator", "other operator", "borough", "tfl", "gla", "london_councils"),
        ["/v1/charging-sessions/{id}"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/charging-sessions/{id}/versions"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/reported-usage/{id}"] = Only("everything", "operator", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/reported-usage/{id}/versions"] = Only("everything", "operator", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/status-changes"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/status-changes.csv"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/outages"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/outages/{id}"] = Only("everything", "operator", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/outages/{id}/versions"] = Only("everything", "operator", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/outages.csv"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/reported-usage"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/reported-usage.csv"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/charge-points/{id}/charging-sessions"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/charge-points/{id}/charging-sessions.csv"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/charge-points/{id}/status-changes"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/charge-points/{id}/status-changes.csv"] = Only("everything", "operator", "borough", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/operators/{id}/findings"] = Only("everything", "operator", "borough with limits", "tfl", "gla", "london_councils") with { NotThere = ["other operator"] },
        ["/v1/operators/{id}/access-log"] = Only("everything", "operator", "auditor") with { NotThere = ["other operator"] },
        ["/v1/bulk/charge-points/{id}"] = Open(),
        ["/v1/bulk/tariffs/{id}"] = Open(),
        ["/v1/bulk/charging-sessions/{id}"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/bulk/status-changes/{id}"] = Only("everything", "operator", "other operator", "borough", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/bulk/reported-usage/{id}"] = Only("everything", "operator", "other operator", "tfl", "gla", "london_councils"),
        ["/v1/quarantine"] = Only("everything", "operator", "other operator", "borough with limits", "tfl", "gla", "london_councils"),
        ["/v1/submissions"] = Only("everything", "operator", "other operator"),
        ["/metrics"] = Only("everything", "administrator"),
        ["/v1/me"] = Anyone(),
        ["/v1/errors"] = Anyone(),
        ["/v1/errors/{id}"] = Anyone(),
        ["/v1/schemas"] = Anyone(),
        ["/v1/schemas/{id}"] = Anyone(),
        ["/openapi/v1.json"] = Unasked(),
        ["/health/live"] = Unasked(),
        ["/health/ready"] = Unasked(),
    };

    public async Task InitializeAsync()
    {
        if (host.Granted.Count > 0) return;
        foreach (var (_, key, scope) in Roles.Where(r => r.Scope is not null)) host.Granted[key!] = scope!;
        await host.AddChargePointAsync("alpha:P1");
        await host.AddSessionAsync("alpha:S1", ApiHost.Now.AddHours(-2));
        await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-2), Status.Charging);
        await host.AddTariffAsync("alpha:T1");
        await host.AddAsync(Samples.Usage("alpha:P1"));
        await host.AddAsync(Samples.Outage("O1", "P1", ApiHost.Now.AddHours(-3), op: "alpha"));
        await host.TickAsync(1);

        // Of open data all have the same; tfl, gla and London Councils hold one and the same scope.
        foreach (var scope in Roles.Select(r => r.Scope).OfType<Scope>().Append(Scope.Everything).DistinctBy(s => s.Mark))
        {
            foreach (var dataset in BulkFile.Datasets.Where(d => d.IsRestricted ? scope.Reads(d) : scope.IsEverything)) await host.AddBulkFileAsync(scope, dataset);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_route_answers_every_role_as_the_table_says()
    {
        using var document = JsonDocument.Parse(HubOpenApi.Utf8);
        var (faults, cells) = (new List<string>(), 0);
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            if (!Table.TryGetValue(path.Name, out var row))
            {
                faults.Add($"{path.Name} has no row: say in this table who may read it.");
                continue;
            }

            var forms = path.Value.GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Select(f => f.Name).ToList();
            foreach (var (role, key, _) in Roles)
            {
                var expected = row.StatusOf(role);
                foreach (var form in forms)
                {
                    foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
                    {
                        var answer = await host.GetAsync(ApiHost.Asked(path.Name), key, method, ("Accept", form));
                        cells++;
                        if (answer.Status != expected) faults.Add($"{method} {path.Name} ({form}) as {role}: {(int)answer.Status} instead of {(int)expected}. {answer.Body}");
                        if (method == HttpMethod.Head && answer.Body.Length > 0) faults.Add($"{method} {path.Name} as {role} has a body.");
                    }
                }

                foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Trace })
                {
                    var answer = await host.GetAsync(ApiHost.Asked(path.Name), key, method);
                    cells++;
                    // Who may hand in a file is told that there was none.
                    var isTaken = method == HttpMethod.Post && ApiRoutes.Posts.Any(r => r.Path == path.Name);
                    var turnedAway = isTaken ? WithoutKey.Contains(role) ? HttpStatusCode.Unauthorized : HandIn.Contains(role) ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden : HttpStatusCode.MethodNotAllowed;
                    if (answer.Status != turnedAway) faults.Add($"{method} {path.Name} as {role}: {(int)answer.Status}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(cells > 1_500, $"{cells}");
        Assert.Empty(ApiRoutes.All.Select(r => r.Path).Except(document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name)));
    }

    private static Row Open() => new([.. Roles.Select(r => r.Role).Except(WithoutKey[1..]).Except(["auditor"])]);

    private static Row Anyone() => new([.. Roles.Select(r => r.Role).Except(WithoutKey[1..])]);

    private static Row Unasked() => new([.. Roles.Select(r => r.Role)]);

    private static Row Only(params string[] roles) => new(roles);

    /// <param name="Answered">Roles that get an answer.</param>
    private sealed record Row(string[] Answered)
    {
        /// <summary>Roles to which what was asked for is not there.</summary>
        public string[] NotThere { get; init; } = [];

        public HttpStatusCode StatusOf(string role) =>
            Answered.Contains(role) ? HttpStatusCode.OK
            : WithoutKey.Contains(role) ? HttpStatusCode.Unauthorized
            : NotThere.Contains(role) ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden;
    }
}
