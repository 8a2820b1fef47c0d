using ChargePointHub.Model;
using ChargePointHub.Tests.Contract;
using static ChargePointHub.Tests.Sandbox.SandboxFixture;

namespace ChargePointHub.Tests.Sandbox;

/// <summary>Every simulated operator keeps to the schemas that are asked of real ones, as ajv judges its answers, fetched over TLS.</summary>
public sealed class OperatorContractTests
{
    [NodeFact]
    public async Task Every_answer_of_every_operator_fits_its_schema()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var window = $"?from={Instants.Format(host.London.World.Epoch)}&to={Instants.Format(sandbox.Time.Now)}&limit=10000";
        (string Path, string Schema)[] lists =
        [
            ("metadata", "metadata"), ("charge-points?limit=10000", "charge_points#/$defs/ChargePointList"), ("tariffs", "tariffs#/$defs/TariffList"),
            ("charging-sessions" + window, "charging_sessions#/$defs/ChargingSessionList"), ("status-changes" + window, "status_changes#/$defs/StatusChangeList"),
            ("charging-sessions?form=x", "problem"), ("nothing", "problem"),
        ];
        var answers = new List<(string What, string Schema, string Json)>();
        foreach (var o in host.Operators.Where(o => o.BaseUrl.AbsolutePath.StartsWith("/loti-v1", StringComparison.Ordinal)))
        {
            var client = sandbox.Client(o.OperatorId);
            foreach (var (path, schema) in lists)
            {
                var (status, body) = await GetAsync(client, "/loti-v1/" + path);
                // An operator that is asked one charge point at a time refuses the list, and says so in a problem.
                answers.Add(($"{o.OperatorId} {path}", "feeds/loti-v1/" + (status == 200 ? schema : "problem"), body.GetRawText()));
            }
        }

        Assert.True(answers.Count(a => a.Schema.Contains("List", StringComparison.Ordinal)) >= 8);
        var verdicts = await OutsideJudge.JudgeAsync([.. answers.Select(a => (a.Schema, a.Json))]);
        Assert.All(answers.Zip(verdicts), judged => Assert.True(judged.Second is null, $"{judged.First.What}: {judged.Second}"));
    }
}
