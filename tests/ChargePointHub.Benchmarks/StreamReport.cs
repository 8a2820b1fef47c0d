using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ChargePointHub.Benchmarks;

/// <summary>Prints a table of what was measured beside what must be reached, and writes the same as JSON; 1 when something was missed.</summary>
internal static class StreamReport
{
    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
        Console.WriteLine($"One day of London as NDJSON: {sessions:N0} charging sessions, {LondonDay.ChargePoints:N0} charge points, {machine}");
        var measured = await StreamBenchmark.RunAsync(sessions, rounds, Console.Out);
        (string Name, double Value, double? Most)[] lines =
        [
            ("time against COPY of the same rows, plain", Median(r => r.Plain / r.CopyJoined), 1.15),
            ("time against COPY of the same rows, TLS", Median(r => r.Tls / r.CopyJoined), 1.5),
            ("time against COPY of documents alone, plain", Median(r => r.Plain / r.Copy), null),
            ("time against COPY of documents alone, TLS", Median(r => r.Tls / r.Copy), null),
            ("first byte, ms, plain", Median(r => r.FirstByte), 20),
            ("first byte, ms, TLS", Median(r => r.FirstByteTls), 20),
            ("bytes allocated a row", Median(r => r.BytesARow), 32),
            ("memory grown within a stream, MB", Median(r => r.GrowthMb), 16),
        ];
        Console.WriteLine();
        foreach (var (name, value, most) in lines)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name,-48} {value,8:F2}   {(most is null ? "for comparison" : $"at most {most,6:F2}   {(value <= most ? "reached" : "MISSED")}")}"));
        }

        var result = new
        {
            benchmark = "stream",
            machine,
            sessions,
            rounds,
            copy_ms = Math.Round(Median(r => r.Copy)),
            plain_ms = Math.Round(Median(r => r.Plain)),
            tls_ms = Math.Round(Median(r => r.Tls)),
            hub_and_reader_cpu_ms = Math.Round(Median(r => r.CpuMs)),
            measures = lines.Select(l => new { name = l.Name, value = Math.Round(l.Value, 3), required = l.Most, reached = l.Most is null ? (bool?)null : l.Value <= l.Most }),
        };
        Directory.CreateDirectory("BenchmarkResults");
        await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "stream.json"), JsonSerializer.Serialize(result, Formats.Indented));
        return lines.All(l => l.Most is null || l.Value <= l.Most) ? 0 : 1;

        double Median(Func<StreamRound, double> of)
        {
            var sorted = measured.Select(of).Order().ToList();
            return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
        }
    }
}
