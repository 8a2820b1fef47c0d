using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Doctor;

/// <summary>The operator files: all faults with their places, and what is not wrong and probably not meant.</summary>
public static class OperatorFileChecks
{
    private const string Subject = "operator files";

    public static IReadOnlyList<Check> Look(string folder, RegistryResult result) => result switch
    {
        LoadedRegistry { Operators.Count: 0 } => [Check.Warning(Subject, $"There are none in {folder}, so nothing is collected.", "README.md shows a complete one.")],
        LoadedRegistry loaded =>
        [
            Check.Ok(Subject, $"All are right. Operators: {loaded.Operators.Count}, feeds: {loaded.Feeds.Count()}."),
            .. OperatorFiles.Warnings(loaded).Select(w => Check.Warning(Subject, w, "`feeds check` shows what each file collects.")),
        ],
        RegistryRefused refused => [.. refused.Faults.Select(f => Check.Failed(Subject, OperatorFiles.Line(f), f.File.Length > 0
            ? "Correct the file; `feeds check` judges it again."
            : "Make the folder (empty will do at first), or name another one with --operators."))],
        _ => throw new InvalidOperationException("The registry's results are a closed list."),
    };
}
