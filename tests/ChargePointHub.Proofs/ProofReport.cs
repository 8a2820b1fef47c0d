using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ChargePointHub.Proofs;

/// <summary>Tells how a proof goes, on the error output, and leaves its figures.</summary>
internal sealed class ProofReport(ProofOptions options)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Stopwatch running = Stopwatch.StartNew();

    public double Seconds => Rounded(running.Elapsed);

    public static double Rounded(TimeSpan time) => Math.Round(time.TotalSeconds, 1);

    public void Tell(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Proof} {Seconds,6:0.0} s  {line}"));

    /// <summary>Figures to the output, everything to the file; gives <paramref name="held"/> back.</summary>
    public async Task<bool> CloseAsync(bool held, string sentence, IReadOnlyList<Verdict> verdicts, object figures)
    {
        foreach (var line in verdicts.SelectMany(v => v.Lines)) Console.WriteLine(line);
        Console.WriteLine(JsonSerializer.Serialize(figures, Indented));
        Console.WriteLine($"{(held ? "HELD" : "FAILED")}: {sentence} ({Seconds.ToString(CultureInfo.InvariantCulture)} s)");
        var result = new
        {
            options.Proof,
            options.Scale,
            Planted = options.ClaimBeforeRows ? "claim-before-rows" : options.NoFencing ? "no-fencing" : options.LostAnnouncement ? "lost-announcement" : null,
            options.Seed,
            Held = held,
            Sentence = sentence,
            Seconds,
            Machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            Figures = figures,
            Verdicts = verdicts,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(options.Result)!);
        await File.WriteAllTextAsync(options.Result, JsonSerializer.Serialize(result, Indented) + "\n");
        Tell($"result in {options.Result}");
        if (held && Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        return held;
    }
}
