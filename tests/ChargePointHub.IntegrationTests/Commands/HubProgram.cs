using System.Diagnostics;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Readme;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary>The hub's program in a folder of its own, the way a person runs it.</summary>
internal sealed class HubProgram : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public HubProgram() => Directory.CreateDirectory(Path.Combine(Folder, "operators"));

    public string Folder { get; } = Directory.CreateTempSubdirectory("cph-program-").FullName;

    /// <summary>One operator that asks nobody outside: its host does not resolve.</summary>
    public void WriteOperator(string id, string datasets = """{"dataset": "charge_points"}""") => File.WriteAllText(
        Path.Combine(Folder, "operators", $"{id}.json"),
        $$"""
        {"operator_id": "{{id}}", "name": "{{id}}", "feeds": [{"feed_id": "main", "protocol": "loti-v1",
         "base_url": "https://api.{{id}}.invalid/v1", "datasets": [{{datasets}}]}]}
        """);

    public ChildProgram Start(string arguments) => ChildProgram.Start(Line(arguments), Folder);

    /// <summary>To its end; stdout and stderr apart.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", Line(arguments)])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Limit);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await error);
    }

    public async Task<JsonElement> JsonAsync(string arguments)
    {
        var (_, output, error) = await RunAsync($"{arguments} --json");
        Assert.True(output.Length > 0, error);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Line(string arguments) => $"exec dotnet '{Path.Combine(AppContext.BaseDirectory, "ChargePointHub.Server.dll")}' {arguments}";
}
