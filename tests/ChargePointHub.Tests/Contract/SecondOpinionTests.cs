using System.Diagnostics;
using ChargePointHub.Tests.House;

namespace ChargePointHub.Tests.Contract;

/// <summary>The independent checkers find what they are made to find.</summary>
public class SecondOpinionTests
{
    [PythonTheory]
    [InlineData("check_truth.py")]
    [InlineData("check_boroughs.py")]
    [InlineData("check_metrics.py")]
    [InlineData("check_figures.py")]
    [InlineData("check_reliability.py")]
    public async Task A_checker_catches_each_kind_of_difference(string program)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(Repository.Root, "tests", "contract", program), "--self-test"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(patience.Token), python.StandardError.ReadToEndAsync(patience.Token));
        await python.WaitForExitAsync(patience.Token);

        Assert.True(python.ExitCode == 0, await output + await errors);
        Assert.Matches(@"\b[1-9][0-9]* passed, 0 failed", await output);
    }
}
