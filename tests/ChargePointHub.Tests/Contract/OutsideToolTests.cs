namespace ChargePointHub.Tests.Contract;

/// <summary>What outside tools say of the published schemas and of the OpenAPI documents.</summary>
public sealed class OutsideToolTests
{
    [NodeFact]
    public async Task Every_schema_compiles_fits_its_examples_refuses_spoilt_ones_and_agrees_with_OpenApi()
    {
        var run = await NodeTools.RunAsync("check_schemas.mjs");

        Assert.True(run.ExitCode == 0, run.Said);
        Assert.Matches(@"\b[1-9][0-9]* spoilt ones refused, [1-9][0-9]* components compared, 0 faults", run.Output);
    }

    [NodeFact]
    public async Task Spectral_and_Redocly_find_nothing_in_the_OpenApi_documents_that_is_not_excused_with_a_reason()
    {
        var run = await NodeTools.RunAsync("lint.mjs");

        Assert.True(run.ExitCode == 0, run.Said + "\nMend the route or the schema; or give the reason in tests/contract/exceptions.json.");
        Assert.Contains("2 documents", run.Output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task The_outside_judge_refuses_what_does_not_fit()
    {
        var verdicts = await OutsideJudge.JudgeAsync([("hub/v1/health", """{"status":"ready"}"""), ("hub/v1/health", """{"status":"well"}"""), ("hub/v1/health", """{"status":"ready","and":1}""")]);

        Assert.Equal([true, false, false], verdicts.Select(v => v is null));
    }
}
