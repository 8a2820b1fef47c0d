using System.Diagnostics;
using System.Text.Json;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Proofs;

/// <summary>The proofs at their small scale, as processes of their own: what they kill is not this one.</summary>
public class KillProofTests
{
    [PythonFact]
    public async Task A_hub_that_is_killed_inside_page_transactions_still_serves_the_truth()
    {
        using var result = await ProveAsync();

        Assert.Equal(3, result.RootElement.GetProperty("figures").GetProperty("killed").GetArrayLength());
        Assert.All(
            result.RootElement.GetProperty("figures").GetProperty("killed").EnumerateArray(),
            kill => Assert.StartsWith("INSIDE page-transaction", kill.GetProperty("said").GetString(), StringComparison.Ordinal));
    }

    [PythonFact]
    public async Task A_planted_bug_that_claims_before_it_writes_is_seen() => (await ProveAsync("--planted", "claim-before-rows")).Dispose();

    /// <summary>The proof's own result; it has held.</summary>
    private static async Task<JsonDocument> ProveAsync(params string[] options)
    {
        // Beside this test's own output, built by the same build.
        var program = Path.Combine(AppContext.BaseDirectory.Replace("ChargePointHub.IntegrationTests", "ChargePointHub.Proofs", StringComparison.Ordinal), "ChargePointHub.Proofs.dll");
        var result = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var proof = Process.Start(new ProcessStartInfo("dotnet", [program, "kill", "--scale", "small", "--result", result, .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var (output, errors) = (proof.StandardOutput.ReadToEndAsync(patience.Token), proof.StandardError.ReadToEndAsync(patience.Token));
        await proof.WaitForExitAsync(patience.Token);

        Assert.True(proof.ExitCode == 0, await output + await errors);
        var written = await File.ReadAllBytesAsync(result, patience.Token);
        File.Delete(result);
        return JsonDocument.Parse(written);
    }
}
