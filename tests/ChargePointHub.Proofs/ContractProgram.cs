using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ChargePointHub.Proofs;

/// <summary>Runs a program of <c>tests/contract</c>, which knows nothing of the hub's code.</summary>
internal static class ContractProgram
{
    /// <summary>Its exit code and the JSON that it prints.</summary>
    /// <exception cref="ProofFailedException">It printed none, or did not end in time.</exception>
    public static async Task<(int ExitCode, JsonNode Report)> RunAsync(string name, TimeSpan limit, IReadOnlyList<string> arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(RepositoryRoot(), "tests", "contract", name), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(limit);
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(patience.Token), python.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await python.WaitForExitAsync(patience.Token);
            var text = await output;
            return text.StartsWith('{') ? (python.ExitCode, JsonNode.Parse(text)!) : throw new ProofFailedException($"{name} ended with exit code {python.ExitCode}: {await errors}");
        }
        catch (OperationCanceledException)
        {
            python.Kill();
            throw new ProofFailedException($"{name} did not end within {limit.TotalMinutes} minutes.");
        }
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ChargePointHub.sln"))) return folder.FullName;
        }

        throw new ProofFailedException("The proof runs from somewhere outside the repository: no ChargePointHub.sln above it.");
    }
}
