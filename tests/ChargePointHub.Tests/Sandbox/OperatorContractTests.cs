using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Tests.Contract;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>Every simulated operator of loti-v1 keeps to the schemas that are asked of real ones, as ajv judges its answers, fetched over TLS.</summary>
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
}
