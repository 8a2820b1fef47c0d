using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>The README followed by a test: its command, its examples, and what it promises of them.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string RunCommand = "dotnet run --project src/ChargePointHub.Sandbox";
    private readonly ReadmeFile readme = ReadmeFile.Read();
    private readonly string folder = Directory.CreateTempSubdirectory("cph-readme-").FullName;
    private readonly int port = ChildProgram.FreePort();

    [PythonFact]
    public async Task The_pretend_London_starts_answers_as_printed_holds_the_truth_and_goes_on_after_a_stop()
    {
        Assert.Contains(readme.Blocks, b => b == ("sh", RunCommand));
        Assert.Contains(readme.Blocks, b => b == ("sh", "dotnet test"));
        Assert.True(readme.Examples.Count() >= 5);

        await using (var sandbox = Run())
        {
            await sandbox.UntilItSaysAsync("All history is here", TimeSpan.FromSeconds(90));
            foreach (var (command, output) in readme.Examples.Where(e => e.Command.Contains("curl", StringComparison.Ordinal)))
            {
                var (code, said) = await ChildProgram.RunAsync(Here(command), folder, TimeSpan.FromSeconds(20));
                Assert.True(code == 0, $"{command}\nended with {code}: {said}");
                using var printed = JsonDocument.Parse(output);
                using var came = JsonDocument.Parse(said);
                Assert.True(JsonShape.Difference(printed.RootElement, came.RootElement) is null, $"{command}\n{JsonShape.Difference(printed.RootElement, came.RootElement)}\n{said}");
            }

            await TheMirrorIsEqualAsync();
            await PlainHttpIsAnsweredReadablyAsync();
            await TruthHoldsAsync();
            await sandbox.InterruptAsync();
            Assert.Equal(0, await sandbox.EndAsync(TimeSpan.FromSeconds(60)));
        }

        await using var again = Run();
        await again.UntilItSaysAsync("All history is here", TimeSpan.FromSeconds(90));
        await TruthHoldsAsync();
        await again.InterruptAsync();
        Assert.Equal(0, await again.EndAsync(TimeSpan.FromSeconds(60)));
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // A temporary folder that stays does no harm.
        }
    }

    /// <summary>The README's command, from a folder of its own, on a port of its own, with the truth written beside.</summary>
    private ChildProgram Run() => ChildProgram.Start(
        RunCommand.Replace("--project src", $"--no-build --project '{readme.Root}/src", StringComparison.Ordinal)
        + $"' -- --port {port.ToString(CultureInfo.InvariantCulture)} --oracle oracle",
        folder);

    private async Task TheMirrorIsEqualAsync()
    {
        var ((_, command), (_, printed)) = readme.Blocks.Zip(readme.Blocks.Skip(1)).Single(b => b.First.Text.Contains("ChargePointHub.Mirror", StringComparison.Ordinal));

        var (code, said) = await ChildProgram.RunAsync(Here(command).Replace("--project src", $"--no-build --project {readme.Root}/src", StringComparison.Ordinal), folder, TimeSpan.FromSeconds(60));

        Assert.True(code == 0, said);
        Assert.Equal(Lines(printed), Lines(said));

        // Two streams come in either order; counts, instants and digests differ from run to run.
        static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Regex.Replace(l.Trim(), @"\d{4}-\S+Z|\b[0-9a-f]{32}\b|\d+", "…")).Order(StringComparer.Ordinal);
    }

    private string Here(string command) => command.Replace("localhost:8443", $"localhost:{port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);

    private async Task PlainHttpIsAnsweredReadablyAsync()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://localhost:{port}/v1/charge-points"));
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("CPH-1014", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(answer.Headers.GetValues("X-Request-Id").Single(), problem.RootElement.GetProperty("request_id").GetString());
        Assert.Equal($"https://localhost:{port}/v1/charge-points", problem.RootElement.GetProperty("errors")[0].GetProperty("example").GetString());
    }

    /// <summary>A program in another language compares every id and field with the operators' truth.</summary>
    private async Task TruthHoldsAsync()
    {
        var (code, said) = await ChildProgram.RunAsync(
            $"python3 '{readme.Root}/tests/contract/check_truth.py' .chargepointhub/sandbox/sandbox.json oracle --all --until-equal 30",
            folder,
            TimeSpan.FromSeconds(120));
        Assert.True(code == 0, said);
    }
}
