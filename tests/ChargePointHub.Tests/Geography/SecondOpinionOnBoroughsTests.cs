using System.Diagnostics;
using System.Text.Json;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Tests.Geography;

/// <summary>The hub's boroughs against those of a program that knows nothing of it.</summary>
public sealed class SecondOpinionOnBoroughsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cph-boroughs-").FullName;

    [RealDataAndPythonFact]
    public async Task Two_hundred_places_in_each_borough_and_pairs_astride_borders_are_placed_alike()
    {
        var (areas, points, codes) = (RealData.Path("data", "geo", "london-boroughs.geojson"), Path.Combine(folder, "points.ndjson"), Path.Combine(folder, "codes.ndjson"));
        var (made, complaint) = await PythonAsync("make", areas, points, "--per-area", "200", "--pairs", "2000");
        Assert.True(made == 0, complaint);

        var index = new AreaIndex([BoundaryLayer.Load(areas)]);
        Assert.Equal(33, index.Boroughs.Count);
        var placed = 0;
        await using (var output = File.CreateText(codes))
        {
            await foreach (var line in File.ReadLinesAsync(points))
            {
                using var point = JsonDocument.Parse(line);
                var code = index.Place(point.RootElement.GetProperty("lat").GetDecimal(), point.RootElement.GetProperty("lon").GetDecimal()).BoroughGss;
                await output.WriteLineAsync(JsonSerializer.Serialize(new { id = point.RootElement.GetProperty("id").GetString(), code }));
                placed++;
            }
        }

        Assert.Equal((33 * 200) + (2 * 2000), placed);
        var (judged, report) = await PythonAsync("compare", points, codes);
        Assert.True(judged == 0, report);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<(int Code, string Said)> PythonAsync(params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [RepositoryRoot.Path("tests", "contract", "check_boroughs.py"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(patience.Token), python.StandardError.ReadToEndAsync(patience.Token));
        await python.WaitForExitAsync(patience.Token);
        return (python.ExitCode, await output + await errors);
    }
}

/// <summary>A test on real files with Python; where one of them is absent it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataAndPythonFactAttribute : FactAttribute
{
    public RealDataAndPythonFactAttribute() =>
        Skip = new RealDataFactAttribute().Skip ?? Contract.PythonFactAttribute.Missing
            ?? (File.Exists(RealData.Path("data", "geo", "london-boroughs.geojson")) ? null : "The boundaries data/geo/london-boroughs.geojson are not among the shared data.");
}
