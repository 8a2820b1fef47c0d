using System.ComponentModel;
using System.Diagnostics;

namespace ChargePointHub.Tests.Contract;

/// <summary>A test with programs in Python; where there is none it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = Missing;

    /// <summary>Why no Python program can run here; null: they can.</summary>
    public static string? Missing { get; } = Look();

    private static string? Look()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", "--version") { RedirectStandardOutput = true })!;
            python.WaitForExit();
            return null;
        }
        catch (Win32Exception)
        {
            return "Python is missing (python3 on the PATH): programs in it cannot run.";
        }
    }
}

/// <inheritdoc cref="PythonFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute() => Skip = PythonFactAttribute.Missing;
}
