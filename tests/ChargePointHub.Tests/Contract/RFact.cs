using System.ComponentModel;
using System.Diagnostics;

namespace ChargePointHub.Tests.Contract;

/// <summary>A test with programs in R that use httr2 and jsonlite; where either is missing it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RFactAttribute : FactAttribute
{
    public RFactAttribute() => Skip = Missing;

    /// <summary>Why no such program can run here; null: they can.</summary>
    public static string? Missing { get; } = Look();

    private static string? Look()
    {
        try
        {
            using var r = Process.Start(new ProcessStartInfo("Rscript", ["--vanilla", "-e", "library(httr2); library(jsonlite)"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            r.WaitForExit();
            return r.ExitCode == 0 ? null : "R has no packages httr2 and jsonlite: programs in R cannot run.";
        }
        catch (Win32Exception)
        {
            return "R is missing (Rscript on the PATH): programs in it cannot run.";
        }
    }
}
