using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Tests.Contract;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>Every simulated operator keeps to the schemas that are asked of real ones, as ajv judges its answers, fetched over TLS.</summary>
public sealed class OperatorContractTests
{
    [NodeFact]
    public async Task Every_answer_of_every_loti_v1_operator_fits_its_schema()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var window = $"?from={Instants.Format(host.London.World.Epoch)}&to={Instants.Format(sandbox.Time.Now)}&limit=10000";
        const string sessions = "charging_sessions#/$defs/ChargingSessionList";
        var oneByOne = host.London.Operators.Where(o => o.Operator.Style == OperatorStyle.LotiPerChargePoint).ToDictionary(o => o.Operator.OperatorId, o => o.Operator.ChargePoints);
        var answers = new List<(string What, string Schema, string Json)>();
        foreach (var o in host.Operators.Where(o => o.BaseUrl.AbsolutePath.StartsWith("/loti-v1", StringComparison.Ordinal)))
        {
            var client = sandbox.Client(o.OperatorId);
            var isAskedOneByOne = oneByOne.TryGetValue(o.OperatorId, out var points);
            List<(string Path, int Status, string Schema)> asked =
            [
                ("metadata", 200, "metadata"), ("charge-points?limit=10000", 200, "charge_points#/$defs/ChargePointList"), ("tariffs", 200, "tariffs#/$defs/TariffList"),
                ("status-changes" + window, 200, "status_changes#/$defs/StatusChangeList"), ("status-changes?form=x", 400, "problem"), ("nothing", 404, "problem"),
                isAskedOneByOne ? ("charging-sessions" + window, 404, "problem") : ("charging-sessions" + window, 200, sessions),
            ];
            if (host.London.Operators.Single(t => t.Operator.OperatorId == o.OperatorId).Operator.ReportsOutages) asked.Add(("outages" + window, 200, "outages#/$defs/OutageList"));
            foreach (var point in points ?? []) asked.Add(($"charge-points/{point.OwnId}/charging-sessions{window}", 200, sessions));
            foreach (var (path, expected, schema) in asked)
            {
                var (status, body) = await GetAsync(client, "/loti-v1/" + path);
                Assert.True(status == expected, $"{o.OperatorId} {path}: {status}");
                answers.Add(($"{o.OperatorId} {path}", "feeds/loti-v1/" + schema, body.GetRawText()));
            }
        }

        Assert.NotEmpty(oneByOne);
        Assert.True(answers.Count(a => a.Schema.Contains("List", StringComparison.Ordinal)) >= 8);
        var verdicts = await OutsideJudge.JudgeAsync([.. answers.Select(a => (a.Schema, a.Json))]);
        Assert.All(answers.Zip(verdicts), judged => Assert.True(judged.Second is null, $"{judged.First.What}: {judged.Second}"));
    }

    [NodeFact]
    public async Task Every_answer_of_every_OCPI_operator_fits_what_OCPI_says_of_it()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var answers = new List<(string What, string Schema, string Json)>();
        foreach (var o in host.Operators.Where(o => o.Protocol == "ocpi-2.2.1"))
        {
            var client = sandbox.Client(o.OperatorId, "Token");
            (string Path, int Status, string Schema)[] asked =
            [
                ("versions", 200, "VersionList"), ("2.2.1", 200, "VersionDetails"), ("2.2.1/locations", 200, "LocationList"), ("2.2.1/locations?offset=1&limit=1", 200, "LocationList"),
                ("2.2.1/tariffs", 200, "TariffList"), ("2.2.1/tariffs?offset=x", 200, "Refusal"), ("2.2.1/nothing", 404, "Refusal"),
            ];
            foreach (var (path, expected, schema) in asked)
            {
                var (status, body) = await GetAsync(client, "/ocpi/" + path);
                Assert.True(status == expected, $"{o.OperatorId} {path}: {status}");
                if (schema.EndsWith("List", StringComparison.Ordinal)) Assert.NotEqual(0, body.GetProperty("data").GetArrayLength());
                answers.Add(($"{o.OperatorId} {path}", "outside/ocpi-2.2.1#/$defs/" + schema, body.GetRawText()));
            }
        }

        Assert.NotEmpty(answers);
        var spoilt = answers.First(a => a.Schema.EndsWith("LocationList", StringComparison.Ordinal)) with { What = "spoilt" };
        answers.Add(spoilt with { Json = spoilt.Json.Replace("\"AVAILABLE\"", "\"FREE\"", StringComparison.Ordinal) });
        var verdicts = await OutsideJudge.JudgeAsync([.. answers.Select(a => (a.Schema, a.Json))]);
        Assert.All(answers.Zip(verdicts), judged => Assert.True((judged.Second is null) == (judged.First.What != "spoilt"), $"{judged.First.What}: {judged.Second}"));
    }
}
