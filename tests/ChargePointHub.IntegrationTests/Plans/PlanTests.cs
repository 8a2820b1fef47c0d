using System.Net;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Server.Api;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Plans;

/// <summary>How the answers' statements run: no page reads a whole large table, or sorts what it should find in order.</summary>
public sealed class PlanTests(LargeLondon london) : IClassFixture<LargeLondon>
{
    /// <summary>What is counted by cause is not read in pages; quarantine, which it counts, is bounded.</summary>
    private static readonly string[] Counted = ["/v1/operators/alpha/feed-health ", "/v1/operators/alpha/findings "];

    private const string All = "from=2026-11-16T12:00:00Z&to=2026-11-20T11:00:00Z";

    private static readonly string[] Points =
    [
        "borough=E09000022", "ward=E05000001", "lsoa=E01000001", "bbox=-0.2,51.4,-0.1,51.5", "near=51.5,-0.2&radius_m=3000", "power_band=rapid", "max_power_kw__gte=100", "standard=IEC_62196_T2", "access=RESTRICTED", "funding_stream=LEVI", "location_type=CAR_PARK",
    ];

    private static readonly Dictionary<string, string[]> Asked = new()
    {
        ["/v1/charge-points"] = ["", "sort=-operator_id", "status=AVAILABLE", "as_of=2026-11-19T12:00:00Z", "last_updated__gte=2026-11-19T12:00:00Z", .. Points],
        ["/v1/tariffs"] = ["", "sort=-operator_id", "as_of=2026-11-19T12:00:00Z", "last_updated__gte=2026-11-19T12:00:00Z", "operator=gamma"],
        ["/v1/charging-sessions"] = ["", All, "sort=-plug_in_at&" + All, "time_field=plug_out_at", "time_field=last_updated", "time_field=recorded_at", "as_of=2026-11-19T12:00:00Z&" + All.Replace("-20", "-19", StringComparison.Ordinal), "operator=gamma&" + All, "user_type=TAXI", "energy_kwh__gte=20", "plug_in_minutes__gte=100", "count=exact", .. Points],
        ["/v1/status-changes"] = ["", All, "sort=-at&" + All, "time_field=recorded_at", "as_of=2026-11-19T12:00:00Z&" + All.Replace("-20", "-19", StringComparison.Ordinal), "operator=gamma&" + All, "status=OUTOFORDER", .. Points],
        ["/v1/outages"] = ["", All, "sort=-started_at&" + All, "time_field=ended_at", "time_field=last_updated", "time_field=lasting", "time_field=lasting&" + All, "operator=alpha&" + All, "operator=gamma&" + All, "category=COMMS", .. Points],
        ["/v1/reported-usage"] = ["", "period=2026-Q3", "sort=-period_from", "operator=gamma", "borough=E09000022", "group=charge_point", "period_unit=quarter"],
        ["/v1/charge-points/alpha:P7/charging-sessions"] = ["", All, "sort=-plug_in_at&" + All],
        ["/v1/charge-points/alpha:P7/status-changes"] = ["", All, "sort=-at&" + All],
        ["/v1/quarantine"] = ["", "operator=gamma", "dataset=charging_sessions", "rule=id-missing", All],
        ["/v1/changes"] = ["", "since=2026-11-20T06:00:00Z", "dataset=charging_sessions", "dataset=status_changes&operator=gamma", "history=all", "history=all&dataset=charging_sessions"],
        ["/v1/operators/alpha/access-log"] = ["", All],
        ["/v1/gaps"] = ["state=open", "state=closed&" + All],
        ["/v1/coverage"] = ["", All],
    };

    /// <summary>Questions that nobody who may ask them is answered.</summary>
    private readonly List<string> refused = [];

    [Fact]
    public async Task No_page_reads_a_whole_table_or_sorts_one()
    {
        await using var log = await PlanLog.BeginAsync(london.Host);
        foreach (var path in ApiRoutes.All.Select(r => r.Path).Distinct().Select(ApiHost.Asked).Except(Asked.Keys)) await AskAsync(log, path, ApiHost.Key, isValid: false);
        foreach (var (path, questions) in Asked)
        {
            foreach (var question in questions)
            {
                foreach (var key in new[] { ApiHost.Key, LargeLondon.Gla, LargeLondon.Borough, LargeLondon.Hour }) await AskAsync(log, path is "/v1/gaps" or "/v1/coverage" ? $"{path}?{question}" : $"{path}?limit=50&{question}", key);
            }
        }

        Assert.True(refused.Count == 0, string.Join('\n', refused));
        var plans = await log.ReadAsync();
        var faults = await FaultsAsync(plans);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task A_list_without_its_index_is_seen_to_read_a_whole_table()
    {
        await london.Host.ExecuteAsync("DROP INDEX charging_session_plug_in");
        try
        {
            await using var log = await PlanLog.BeginAsync(london.Host);
            await AskAsync(log, "/v1/charging-sessions?limit=50&" + All, LargeLondon.Gla);
            Assert.Contains(await FaultsAsync(await log.ReadAsync()), f => f.Contains(": Seq Scan charging_session of ", StringComparison.Ordinal));
        }
        finally
        {
            await london.Host.ExecuteAsync("CREATE INDEX charging_session_plug_in ON charging_session (plug_in_at, operator_id, session_id)");
        }
    }

    /// <summary>A page and the one after it, where it has one.</summary>
    private async Task AskAsync(PlanLog log, string question, string key, bool isValid = true)
    {
        await log.AskAsync($"{question} ({key})");
        var answer = await london.Host.GetAsync(question, key);

        // A question that is refused has a good plan, whatever it was. Rights may refuse it; what is wrong in itself was never asked.
        if (isValid && (key == ApiHost.Key ? answer.Status != HttpStatusCode.OK : answer.Status == HttpStatusCode.BadRequest && key != LargeLondon.Hour)) refused.Add($"{question} ({key}): {answer.Status} {answer.Code}");
        if (answer.Status != HttpStatusCode.OK || !answer.Body.StartsWith('{')) return;
        using var page = JsonDocument.Parse(answer.Body);
        if (!page.RootElement.TryGetProperty("links", out var links) || links.GetProperty("next").GetString() is not { } next) return;
        await log.AskAsync($"{question} ({key}), the page after it");
        await london.Host.GetAsync(next, key);
    }

    private async Task<List<string>> FaultsAsync(IReadOnlyList<ToldPlan> plans)
    {
        var large = await LargeAsync();
        return [.. plans.SelectMany(p => p.Steps.Where(s => (s.Kind == "Seq Scan" && large.Contains(s.Relation!)) || (s.Kind == "Sort" && s.Taken >= LargeLondon.Large && !Counted.Any(c => p.Question.StartsWith(c, StringComparison.Ordinal))))
            .Select(s => $"{p.Question}: {s.Kind} {s.Relation} of {(s.Kind == "Sort" ? s.Taken : s.Read)} rows: {p.Statement[..Math.Min(200, p.Statement.Length)]}")).Distinct()];
    }

    /// <summary>Tables, and parts of tables, that are not to be read as a whole.</summary>
    private async Task<HashSet<string>> LargeAsync()
    {
        await using var connection = new NpgsqlConnection(london.Host.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= $1", connection) { Parameters = { new() { Value = LargeLondon.Large } } };
        await using var reader = await command.ExecuteReaderAsync();
        var names = new HashSet<string>();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }
}
