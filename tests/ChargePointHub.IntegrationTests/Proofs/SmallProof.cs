using System.Diagnostics;
using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Proofs;

/// <summary>Runs a proof at its small scale, as a process of its own.</summary>
internal static class SmallProof
{
    /// <summary>The proof's own result; it has held.</summary>
    public static async Task<JsonDocument> HeldAsync(string name, params string[] options)
    {
        // Beside this test's own output, built by the same build.
        var program = Path.Combine(AppContext.BaseDirectory.Replace("ChargePointHub.IntegrationTests", "ChargePointHub.Proofs", StringComparison.Ordinal), "ChargePointHub.Proofs.dll");
        var result = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var proof = Process.Start(new ProcessStartInfo("dotnet", [program, name, "--scale", "small", "--result", result, .. options])
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
