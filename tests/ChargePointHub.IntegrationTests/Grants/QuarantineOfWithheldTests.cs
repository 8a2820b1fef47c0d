using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>What went wrong at a charge point that its operator withholds is that operator's alone, by each of the two layers.</summary>
public sealed class QuarantineOfWithheldTests(ApiHost host) : IClassFixture<ApiHost>, IAsyncLifetime
{
    private const string Key = "cph_live_gla_secret";

    /// <summary>The content hash of each; the rule of its finding is the same word.</summary>
    private static readonly string[] Shown = ["shown-point", "shown-session", "shown-status", "shown-tariff", "shown-wait"];

    private static readonly Scope Gla = Scope.Of(
        OrganisationRole.Gla, null, [new Right("alpha", Right.FeedQuality, null), new Right("alpha", "charging_sessions", null), new Right("alpha", "status_changes", null)]);

    public async Task InitializeAsync()
    {
        if (!host.Granted.TryAdd(Key, Gla)) return;
        const string Finding = """[{"rule": "hidden-accepted", "severity": "warning", "pointer": "", "message": "Odd."}]""";
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:hidden", published: false, findings: Finding);
        await host.AddSessionAsync("alpha:S", ApiHost.Now.AddHours(-2), chargePoint: "alpha:hidden");
        await host.AddStatusChangeAsync("alpha:hidden", ApiHost.Now.AddHours(-2), Status.Charging);
        await host.ExecuteAsync("UPDATE charging_session SET findings = @f::json; UPDATE status_change SET findings = @f::json", ("f", Finding));
        await host.ExecuteAsync(
            """
            INSERT INTO quarantine (operator_id, dataset, own_id, content_hash, waits_for, findings, feed_id, run_id, page_number, recorded_at, document)
            SELECT 'alpha', d, id, convert_to(mark, 'UTF8'), waits, json_build_array(json_build_object('rule', mark, 'severity', 'error', 'pointer', '', 'message', 'Wrong.')), 'main', gen_random_uuid(), 1, now(), doc::json
            FROM (VALUES
                ('charge_points', 'P1', NULL, '{"charge_point_id": "P1", "publish" : true}', 'shown-point'),
                ('charge_points', 'P1', NULL, '{"charge_point_id": "P1", "publish" : false}', 'hidden-point-from-now-on'),
                ('charge_points', 'P1', NULL, '{"charge_point_id": "P1", "publish": "no"}', 'hidden-point-in-other-words'),
                ('charge_points', 'P1', NULL, '{"id": "P1", "levels": [{"item": {"visible": "no"}}]}', 'hidden-point-by-a-mapping'),
                ('charge_points', 'P1', NULL, 'null', 'hidden-point-too-long'),
                ('charge_points', 'hidden', NULL, '{"charge_point_id": "hidden"}', 'hidden-point'),
                ('charge_points', 'P2', NULL, '{"charge_point_id": "P2"}', 'hidden-point-unknown'),
                ('charging_sessions', 'S1', NULL, '{"session_id": "S1", "charge_point_id": "P1"}', 'shown-session'),
                ('charging_sessions', 'S1', NULL, '{"session_id": "S1", "charge_point_id": "hidden"}', 'hidden-session'),
                ('charging_sessions', 'S1', NULL, '{"session_id": "S1"}', 'hidden-session-anywhere'),
                ('charging_sessions', 'S1', NULL, '5', 'hidden-session-that-is-none'),
                ('charging_sessions', 'S1', NULL, '{"session_id": "S\u0000", "charge_point_id": "P1"}', 'hidden-session-of-no-text'),
                ('charging_sessions', 'S1', NULL, '{"session_id": "\ud800", "charge_point_id": "P1"}', 'hidden-session-of-half-a-character'),
                ('charge_points', 'P1', NULL, '{"charge_point_id": "P1", "address": "\u0000", "publish": true}', 'hidden-point-of-no-text'),
                ('charging_sessions', 'S2', 'alpha:hidden', '{"session_id": "alpha:S2", "charge_point_id": "alpha:hidden"}', 'hidden-wait'),
                ('charging_sessions', 'S2', 'alpha:P2', '{"session_id": "alpha:S2", "charge_point_id": "alpha:P2"}', 'hidden-wait-unknown'),
                ('charging_sessions', 'S2', 'alpha:P1', '{"session_id": "alpha:S2", "charge_point_id": "alpha:P1"}', 'shown-wait'),
                ('status_changes', 'P1', NULL, '{}', 'shown-status'),
                ('status_changes', 'hidden', NULL, '{}', 'hidden-status'),
                ('tariffs', 'T', NULL, '{}', 'shown-tariff')) v (d, id, waits, doc, mark);
            INSERT INTO dataset_finding (operator_id, rule, finding_key, first_seen_at, last_seen_at, ended_at, dataset, of_sessions, of_statuses, record_id, charge_point_id, measured, threshold, unit)
            SELECT 'alpha', 'session-not-occupied', s, now(), now(), ended, 'charging_sessions', true, true, s, p, 60, 5, 'minutes'
            FROM (VALUES ('alpha:hidden-1', 'alpha:hidden', NULL), ('alpha:hidden-2', 'alpha:hidden', now()), ('alpha:shown', 'alpha:P1', NULL)) v (s, p, ended);
            INSERT INTO dataset_check VALUES ('alpha', 'session-not-occupied', true, true, now() - interval '1 day', now(), now(), 100)
            """);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Others_see_what_is_of_published_charge_points_by_both_layers_and_by_each_alone(bool byQuery, bool byRows)
    {
        Assert.Equal(Shown, await QuarantinedAsync(Gla, byQuery, byRows));
        Assert.Equal(Shown, await FoundAsync(Gla, byQuery, byRows));
        Assert.Equal(("alpha:shown", 1, 0), await TogetherAsync(Gla, byQuery, byRows));
    }

    [Fact]
    public async Task Its_operator_and_the_hub_see_all_of_it()
    {
        foreach (var scope in new[] { Scope.Of(OrganisationRole.Operator, "alpha", []), Scope.Everything })
        {
            Assert.Equal(("alpha:hidden-1 alpha:shown", 2, 1), await TogetherAsync(scope, true, true));
            Assert.Equal(20, (await QuarantinedAsync(scope, true, true)).Count);
            Assert.Equal([.. (await QuarantinedAsync(scope, true, true)).Append("hidden-accepted").Order(StringComparer.Ordinal)], await FoundAsync(scope, true, true));
        }
    }

    [Fact]
    public async Task The_api_answers_so()
    {
        var quarantine = await host.GetAsync("/v1/quarantine", Key);
        Assert.Equal(Shown, quarantine.Data.Select(d => d.GetProperty("findings")[0].GetProperty("rule").GetString()!).Order(StringComparer.Ordinal));
        foreach (var path in new[] { "/v1/quarantine", "/v1/operators/alpha/findings" })
            Assert.DoesNotContain("hidden", (await host.GetAsync(path, Key)).Body, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> QuarantinedAsync(Scope scope, bool byQuery, bool byRows)
    {
        var queries = new QuarantineQueries(host.Database) { Layer = Judging(byQuery), Rows = Judging(byRows) };
        var entries = await queries.ReadAsync(new QuarantineQuery(["alpha"], null, null, null, null, 100), scope, CancellationToken.None);
        return [.. entries.Select(e => Assert.Single(e.Findings).Rule).Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<string>> FoundAsync(Scope scope, bool byQuery, bool byRows)
    {
        var queries = new FindingQueries(host.Database) { Layer = Judging(byQuery), Rows = Judging(byRows) };
        return [.. (await queries.CountAsync("alpha", scope, CancellationToken.None)).Select(c => c.Rule).Distinct().Order(StringComparer.Ordinal)];
    }

    private async Task<(string Records, long Open, long Ended)> TogetherAsync(Scope scope, bool byQuery, bool byRows)
    {
        var queries = new FindingQueries(host.Database) { Layer = Judging(byQuery), Rows = Judging(byRows) };
        var state = Assert.Single(await queries.ReadOfDatasetsAsync("alpha", scope, CancellationToken.None));
        return (string.Join(' ', state.Worst.Select(w => w.RecordId)), state.Open, state.Ended);
    }

    private static Func<Scope, Scope> Judging(bool judges) => judges ? scope => scope : _ => Scope.Everything;
}
