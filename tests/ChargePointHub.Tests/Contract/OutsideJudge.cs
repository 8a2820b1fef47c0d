using System.Text;
using System.Text.Json;

namespace ChargePointHub.Tests.Contract;

/// <summary>What ajv, which shares no code with us, says of values and the published schemas.</summary>
public static class OutsideJudge
{
    /// <param name="values">Name of a schema (<c>hub/v1/tariffs</c>, or with <c>#/$defs/...</c>) and a value as JSON.</param>
    /// <returns>For each value in order: null where it fits, else why not.</returns>
    public static async Task<IReadOnlyList<string?>> JudgeAsync(IReadOnlyList<(string Schema, string Json)> values)
    {
        var file = Path.GetTempFileName();
        try
        {
            var text = new StringBuilder("[").AppendJoin(",\n", values.Select(v => $$"""{"schema":{{JsonSerializer.Serialize(v.Schema)}},"value":{{v.Json}}}""")).Append(']');
            await File.WriteAllTextAsync(file, text.ToString());
            var run = await NodeTools.RunAsync("judge.mjs", file);
            Assert.True(run.ExitCode == 0, run.Said);
            var verdicts = JsonSerializer.Deserialize<string?[]>(run.Output)!;
            Assert.Equal(values.Count, verdicts.Length);
            return verdicts;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
