using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Contract;

/// <summary>
/// The schema of the operator file, judged by ajv, and the registry agree: what the registry takes, the schema takes; what the schema takes and the
/// registry does not, breaks a rule that a schema cannot see.
/// </summary>
public sealed class OperatorFileAgreementTests
{
    private static readonly string[] Protocols = ["loti-v1", "ocpi-2.2.1", "ocpi-2.3.0", "mapped-json", "csv-v1"];

    /// <summary>What is known outside the file, or needs arithmetic or a comparison of two places.</summary>
    private static readonly string[] BeyondSchemas =
    [
        RegistryFaultCodes.UnknownZone, RegistryFaultCodes.CaFileMissing, RegistryFaultCodes.DuplicateFeed, RegistryFaultCodes.DuplicateDataset, RegistryFaultCodes.DuplicateReceiver,
        RegistryFaultCodes.OverlapUnderSettle, RegistryFaultCodes.CarrierNotPossible, RegistryFaultCodes.OutOfRange, RegistryFaultCodes.MappingNotPossible,
    ];

    [NodeFact]
    public async Task Every_spoilt_file_is_judged_alike()
    {
        var files = SpoiltRecords.Of("config/operator").ToList();
        var verdicts = await OutsideJudge.JudgeAsync([.. files.Select(f => ("config/operator", f.Json))]);
        var faults = new List<string>();
        var folder = Directory.CreateTempSubdirectory("chargepointhub-operators-");
        try
        {
            foreach (var ((what, json), verdict) in files.Zip(verdicts))
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, "operator.json"), json);
                var found = new OperatorRegistry(Protocols).Load(folder.FullName) is RegistryRefused refused ? refused.Faults : [];
                // White space around a text is cut off by the registry; a schema that forgave it could hardly name a pattern.
                if (found.Count == 0 && verdict is not null && !what.EndsWith("\" x \"", StringComparison.Ordinal)) faults.Add($"{what}: the registry takes it, the schema says {verdict}");
                // Half a surrogate pair is no text; JSON Schema counts it as a character.
                if (found.Count > 0 && verdict is null && !found.All(f => BeyondSchemas.Contains(f.Code)) && !what.EndsWith("\\ud800\"", StringComparison.Ordinal))
                    faults.Add($"{what}: the schema takes it, the registry says {string.Join("; ", found.Select(f => $"{f.Pointer} {f.Message}"))}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {files.Count}:\n{string.Join('\n', faults)}");
        Assert.True(files.Count > 1500);
    }
}
