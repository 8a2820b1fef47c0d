using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Store;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>What the running hub answers fits the schemas that it publishes, as ajv judges it: every route, every form, with and without a key.</summary>
public sealed class AnswerContractTests(ApiHost host) : IClassFixture<ApiHost>
{
    /// <summary>An id that is there, for each route that takes one.</summary>
    private static readonly (string Path, string Id)[] Ids = [("/v1/charge-points/", "alpha:P1"), ("/v1/tariffs/", "alpha:T1"), ("/v1/charging-sessions/", "alpha:S1"), ("/v1/outages/", "alpha:O1"), ("/v1/reported-usage/", "alpha:charge_point%2FP1%2F2026-Q3"), ("/v1/operators/", "alpha"), ("/v1/errors/", "CPH-1102"), ("/v1/schemas/", "hub/v1/values"), ("/v1/bulk/", "2026-10.ndjson.gz")];

    private const string Operator = "cph_live_alpha_secret";

    /// <summary>Opens records without their fields, and with times that are cut.</summary>
    private const string Limited = "cph_live_limited_secret";

    [NodeFact]
    public async Task Every_route_answers_in_every_form_what_its_schema_says()
    {
        await host.TickAsync(9);
        await host.AddChargePointAsync("alpha:P1", findings: """[{"rule":"word-case","severity":"info","pointer":"/status","value":"available","message":"Written in other case."}]""");
        await host.AddChargePointAsync("beta:P2", status: null);
        await host.AddSessionAsync("alpha:S1", ApiHost.Now.AddHours(-2));
        await host.AddStatusChangeAsync("alpha:P1", ApiHost.Now.AddHours(-1), Status.Charging);
        await host.AddTariffAsync("alpha:T1");
        await host.AddAsync(Samples.Usage("alpha:P1"));
        await host.AddAsync(Samples.Outage("O1", "P1", ApiHost.Now.AddHours(-3), op: "alpha"));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(ApiHost.Now.AddDays(-3), ApiHost.Now.AddHours(-1)));
        await host.CoverAsync("alpha", Dataset.StatusChanges, new Window(ApiHost.Now.AddDays(-30), ApiHost.Now.AddDays(-29)), "unavailable", cause: "beyond_look_back");
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Live, ApiHost.Now.AddHours(-12), new Window(ApiHost.Now.AddHours(-12.5), ApiHost.Now.AddHours(-12.25)));
        await host.ClaimAsync(Dataset.StatusChanges, RunKind.Backfill, ApiHost.Now.AddHours(-11), new Window(ApiHost.Now.AddDays(-10), ApiHost.Now.AddDays(-9)));
        await host.AddDiscrepancyAsync("alpha", Dataset.ChargingSessions, new Window(ApiHost.Now.AddHours(-6), ApiHost.Now.AddHours(-4)));
        await host.WritePageAsync(
            "alpha", Dataset.ChargingSessions, new RecordPage { Refused = [.. new[] { "S2", "S3", null }.Select((id, i) => Refused(id, i))] }, bound: 2);
        host.Granted[Limited] = Scope.Of(
            OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", null, [], TimePrecision.Hour), new Right("alpha", "status_changes", null, null, TimePrecision.QuarterHour), new Right("alpha", "outages", null, [], TimePrecision.QuarterHour), new Right("alpha", "reported_usage", null, [], TimePrecision.Hour)]);
        await host.AddBulkFileAsync(Scope.Public, Dataset.Tariffs);
        await host.ExecuteAsync(
            """
            INSERT INTO dataset_finding (operator_id, rule, finding_key, first_seen_at, last_seen_at, dataset, of_sessions, of_statuses, record_id, other_id, charge_point_id, from_at, to_at, measured, threshold, unit, judged)
            VALUES ('alpha', 'sessions-overlap', 'alpha:S1', now(), now(), 'charging_sessions', true, false, 'alpha:S1', 'alpha:S2', 'alpha:P1', now() - interval '1 hour', now(), 60, 1, 'minutes', NULL),
                ('alpha', 'charge-point-silent', 'alpha:P1', now(), now(), 'charge_points', true, true, 'alpha:P1', NULL, 'alpha:P1', NULL, now(), 30, 30, 'days', NULL),
                ('alpha', 'power-missing', '', now(), now(), 'charge_points', false, false, NULL, NULL, NULL, NULL, NULL, 12.5, 5, 'percent', 8);
            INSERT INTO dataset_check SELECT operator_id, rule, of_sessions, of_statuses, now() - interval '1 day', now(), now(), 99.9 FROM dataset_finding
            """);
        var answers = new List<(string What, string Schema, string Json)>();
        await host.TakeFilesAsync();
        host.Granted[Operator] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        foreach (var file in new[] { "Session,Charger,In,Out,kWh,E-mail\nS7,P1,2026-07-01T09:30:00Z,2026-07-01T08:30:00Z,12.5,x\nS8,P1,2026-07-01T09:30:00Z,,5,x\n", "Session\n" })
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, "/v1/submissions?dataset=charging_sessions&period=2026-Q3") { Content = new StringContent(file, null, "text/csv") };
            post.Headers.TryAddWithoutValidation("X-API-Key", Operator);
            using var answer = await host.Http.SendAsync(post);
            if (answer.IsSuccessStatusCode) answers.Add(("a file", HubSchemas.Component("SubmissionAnswer").PublishedAs, await answer.Content.ReadAsStringAsync()));
            else answers.Add(("half a file", "hub/v1/problem", await answer.Content.ReadAsStringAsync()));
        }

        foreach (var route in ApiRoutes.All)
        {
            Assert.True(route.Id is null || Ids.Any(i => route.Path.StartsWith(i.Path, StringComparison.Ordinal)), $"{route.Path}: name an id that this test's hub has.");
            var path = route.Id is null ? route.Path : route.Path.Replace("{id}", Ids.First(i => route.Path.StartsWith(i.Path, StringComparison.Ordinal)).Id, StringComparison.Ordinal);
            foreach (var form in route.Answers.Where(f => f.Schema is not null))
            {
                foreach (var key in route.IsRestricted && (route.Dataset is not null || route.Errors.Contains(ErrorCatalogue.NoSuchRecord)) ? [ApiHost.Key, Limited] : route.IsRestricted ? [ApiHost.Key] : route.IsPersonal ? [ApiHost.Key, Limited, null] : new[] { ApiHost.Key, null })
                {
                    var answer = await host.GetAsync(path, key, headers: ("Accept", form.MediaType));
                    Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Body}");
                    Assert.Equal(form.MediaType, answer.Headers["Content-Type"].Split(';')[0]);
                    var documents = form.MediaType.EndsWith("ndjson", StringComparison.Ordinal) ? answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        : form.MediaType.StartsWith("text/", StringComparison.Ordinal) ? [JsonSerializer.Serialize(answer.Body)]
                        : [answer.Body];
                    answers.AddRange(documents.Select(d => ($"{path} as {form.MediaType}", HubSchemas.Component(form.Schema!).PublishedAs, d)));
                }
            }
        }

        foreach (var path in new[] { "/v1/charging-sessions?form=x&limit=0", "/nowhere", "/v1/operators/alfa" }) answers.Add((path, "hub/v1/problem", (await host.GetAsync(path)).Body));
        foreach (var state in new[] { "lost", "closed", "discrepancy" }) answers.Add(($"gaps {state}", HubSchemas.Component("GapList").PublishedAs, (await host.GetAsync("/v1/gaps?state=" + state)).Body));
        Assert.True(answers.Count > ApiRoutes.All.Count);
        Assert.All(answers, a => Assert.False(IsEmpty(a.Json), $"{a.What} shows no record: nothing in it was judged."));
        var verdicts = await OutsideJudge.JudgeAsync([.. answers.Select(a => (a.Schema, a.Json))]);
        Assert.All(answers.Zip(verdicts), judged => Assert.True(judged.Second is null, $"{judged.First.What}: {judged.Second}\n{judged.First.Json}"));
    }

    private static RefusedRecord Refused(string? id, int number) => new(
        Dataset.ChargingSessions, id, System.Text.Encoding.UTF8.GetBytes($"{{\"energy_kwh\":-{number}}}"), [new Finding("energy-negative", Severity.Error, "/energy_kwh", "-1", "Negative.")]);

    private static bool IsEmpty(string json)
    {
        using var answer = JsonDocument.Parse(json);
        return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array && data.GetArrayLength() == 0;
    }
}
