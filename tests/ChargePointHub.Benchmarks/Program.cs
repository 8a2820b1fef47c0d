using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Benchmarks;

if (args is ["stream", ..]) return await StreamReport.RunAsync(Argument(1, 143_766), Argument(2, 7));
if (args is ["rights", ..]) return await RowSecurityBenchmark.RunAsync(Argument(1, 143_766), Argument(2, 9));
if (args is ["audit", ..]) return await AuditBenchmark.RunAsync(Argument(1, 143_766), Argument(2, 9));
if (args is ["flood", ..]) return await FloodBenchmark.RunAsync(Argument(1, 143_766), Argument(2, 5));
if (args is ["flood-reader", var hub, var caFile, var what]) return await FloodBenchmark.ReadAsync(new Uri(hub), caFile, what);
if (args is ["pages", ..]) return await PagesBenchmark.RunAsync(Argument(1, 1_010_000), Argument(2, 7));
if (args is ["csv", ..]) return await CsvBenchmark.RunAsync(Argument(1, 143_766), Argument(2, 7));
if (args is ["usage", ..]) return await UsageBenchmark.RunAsync(Argument(1, 5_000_000), Argument(2, 7));
if (args is ["backfill", ..]) return await BackfillBenchmark.RunAsync(Argument(1, 180_000), Argument(2, 3));
if (args is not ["ingest", ..])
{
    await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/ChargePointHub.Benchmarks -- ingest [sessions, 200000] [rounds, 5] | stream [sessions, 143766] [rounds, 7] | pages [sessions, 1010000] [rounds, 7] | csv [sessions, 143766] [rounds, 7] | backfill [sessions, 180000] [rounds, 3] | usage [sessions, 5000000] [rounds, 7] | rights [sessions, 143766] [rounds, 9] | audit [sessions, 143766] [rounds, 9] | flood [sessions, 143766] [rounds, 5]");
    return 2;
}

var sessions = Argument(1, 200_000);
var rounds = Argument(2, 5);
var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
Console.WriteLine($"Ingest of {sessions:N0} sessions in pages of 10,000, {machine}");
var measured = await IngestBenchmark.RunAsync(sessions, rounds, Console.Out);

int Argument(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
}

var ratio = Math.Round(Median(measured.Select(m => m.EndToEnd / m.CopyWithKey)), 3);
var unchangedRatio = Math.Round(Median(measured.Select(m => m.Reread / m.CopyWithKey)), 3);
var fourRatio = Math.Round(Median(measured.Select(m => m.FourAtOnce / m.EndToEnd)), 3);
var (required, unchangedRequired, fourRequired) = (0.15, 0.60, 1.0);
var result = new
{
    benchmark = "ingest",
    machine,
    sessions,
    rounds,
    end_to_end_per_second = Math.Round(Median(measured.Select(m => m.EndToEnd))),
    ratio_to_copy_with_primary_key = ratio,
    ratio_required = required,
    four_at_once_per_second = Math.Round(Median(measured.Select(m => m.FourAtOnce))),
    four_at_once_ratio_to_one = fourRatio,
    four_at_once_ratio_required = fourRequired,
    unchanged_per_second = Math.Round(Median(measured.Select(m => m.Reread))),
    unchanged_ratio = unchangedRatio,
    unchanged_ratio_required = unchangedRequired,
};
var json = JsonSerializer.Serialize(result, Formats.Indented);
Console.WriteLine(json);
Directory.CreateDirectory("BenchmarkResults");
await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "ingest.json"), json);
return ratio >= required && fourRatio >= fourRequired && unchangedRatio >= unchangedRequired ? 0 : 1;

internal static class Formats
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
