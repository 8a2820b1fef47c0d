using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ChargePointHub.Proofs;

/// <summary>Spoilt input for each parser, generated for a second (full: ten minutes) each: whatever comes is a page or a failure, at once, and nothing that no database keeps.</summary>
internal static class HostileInputProof
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var report = new ProofReport(options);
        Directory.CreateDirectory(options.Data);
        var each = options.Full ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(1);
        var figures = new List<object>();
        var failures = new List<string>();
        foreach (var parser in InputParser.All(options.Data))
        {
            var (inputs, pages, accepted, slowest) = (0L, 0L, 0L, TimeSpan.Zero);
            var running = Stopwatch.StartNew();
            while (running.Elapsed < each)
            {
                var input = parser.Input(options.Seed, inputs++);
                var began = running.Elapsed;
                try
                {
                    if (await parser.ReadAsync(input) is not { } records) continue;
                    pages++;
                    accepted += records;
                }
                catch (Exception fault) when (fault is not OutOfMemoryException)
                {
                    failures.Add(await KeptAsync(options, parser, inputs - 1, input, $"{fault.GetType().Name}: {fault.Message} {fault.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("ChargePointHub.", StringComparison.Ordinal))?.Trim()}"));
                }

                var took = running.Elapsed - began;
                if (took > slowest) slowest = took;
                if (took > Longest) failures.Add(await KeptAsync(options, parser, inputs - 1, input, $"took {took}"));
                if (failures.Count > 20) break;
            }

            report.Tell(string.Create(CultureInfo.InvariantCulture, $"{parser.Name}: {inputs} inputs, {pages} read, {accepted} records accepted, slowest {slowest.TotalMilliseconds:0} ms"));
            figures.Add(new { parser.Name, Inputs = inputs, Read = pages, Accepted = accepted, SlowestMs = Math.Round(slowest.TotalMilliseconds) });
            // A generator whose input is never read proves nothing.
            if (accepted == 0) failures.Add($"{parser.Name}: no record was ever accepted.");
        }

        foreach (var failure in failures) report.Tell(failure);
        return await report.CloseAsync(failures.Count == 0, failures.Count == 0 ? "no input crashed or stalled a parser" : $"{failures.Count} inputs did", [], figures);
    }

    /// <summary>Leaves the input for whoever looks into it.</summary>
    private static async Task<string> KeptAsync(ProofOptions options, InputParser parser, long number, byte[] input, string what)
    {
        var file = Path.Combine(options.Data, $"{parser.Name.Replace(' ', '-')}-{number.ToString(CultureInfo.InvariantCulture)}");
        await File.WriteAllBytesAsync(file, input);
        return $"{parser.Name}, seed {options.Seed}, input {number}: {what} ({file})";
    }

    /// <summary>Throws where a document holds what no database keeps.</summary>
    public static void CheckStorable(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document);
        Check(json.RootElement);

        static void Check(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Object) foreach (var property in value.EnumerateObject()) Check(property.Value);
            else if (value.ValueKind == JsonValueKind.Array) foreach (var item in value.EnumerateArray()) Check(item);
            else if (value.ValueKind == JsonValueKind.String && value.GetString()!.Contains('\0', StringComparison.Ordinal)) throw new InvalidDataException($"a null character is kept in {Encoding.UTF8.GetByteCount(value.GetString()!)} bytes");
        }
    }
}
