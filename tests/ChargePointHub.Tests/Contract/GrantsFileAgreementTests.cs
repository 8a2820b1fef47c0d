using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Access.Grants;

namespace ChargePointHub.Tests.Contract;

/// <summary>The schema of the file of grants, judged by ajv, and its reader agree, but for what a schema cannot see.</summary>
public sealed class GrantsFileAgreementTests
{
    /// <summary>A comparison of two places, or arithmetic; a date that no month has.</summary>
    private static readonly string[] BeyondSchemas =
        [GrantFaultCodes.DuplicateId, GrantFaultCodes.UnknownOrganisation, GrantFaultCodes.NotForRole, GrantFaultCodes.EndsBeforeItStarts];

    [NodeFact]
    public async Task Every_spoilt_file_is_judged_alike()
    {
        var files = SpoiltRecords.Of("config/grants").ToList();
        var verdicts = await OutsideJudge.JudgeAsync([.. files.Select(f => ("config/grants", f.Json))]);
        var faults = new List<string>();
        var file = Path.GetTempFileName();
        try
        {
            foreach (var ((what, json), verdict) in files.Zip(verdicts))
            {
                await File.WriteAllTextAsync(file, json);
                var found = GrantsFile.Read(file).Faults;
                // White space around a text is cut off by the reader; a schema that forgave it could hardly name a pattern.
                if (found.Count == 0 && verdict is not null && !what.EndsWith("\" x \"", StringComparison.Ordinal)) faults.Add($"{what}: the reader takes it, the schema says {verdict}");
                // Half a surrogate pair is no text; JSON Schema counts it as a character. No pattern knows how long a month is.
                if (found.Count > 0 && verdict is null && !found.All(f => BeyondSchemas.Contains(f.Code)) && !what.EndsWith("\\ud800\"", StringComparison.Ordinal) && !what.Contains("2026-02-30", StringComparison.Ordinal))
                    faults.Add($"{what}: the schema takes it, the reader says {string.Join("; ", found.Select(f => $"{f.Pointer} {f.Message}"))}");
            }
        }
        finally
        {
            File.Delete(file);
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {files.Count}:\n{string.Join('\n', faults)}");
        Assert.True(files.Count > 500);
    }
}
