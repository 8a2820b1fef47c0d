using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ChargePointHub.Proofs;

/// <summary>What the independent checker said: another program, in another language, that knows nothing of the hub's code.</summary>
/// <param name="Of">history or last 24 h.</param>
/// <param name="ExitCode">0 equal, 1 different, 2 could not be checked.</param>
internal sealed record Verdict(string Of, int ExitCode, JsonNode? Report)
{
    public bool IsEqual => ExitCode == 0;

    /// <summary>Records that the truth holds and the hub does not.</summary>
    public int Missing => Report?["datasets"]?.AsObject().Sum(d => (int?)d.Value!["missing"] ?? 0) ?? 0;

    /// <summary>Records that the truth holds, the hub does not or as they were before, and whose change lies in a window that the answer itself lists as missing.</summary>
    public int Lost => Report?["datasets"]?.AsObject().Sum(d => LostOf(d.Value!)) ?? 0;

    /// <summary>True when all is equal, but for records of these operators that lie in windows listed as missing.</summary>
    public bool IsAllThereOrListed(params IReadOnlyCollection<string> operators) => ExitCode != 2 && Report!["datasets"]!.AsObject().All(d =>
        (int?)d.Value!["faults"] == LostOf(d.Value)
        && d.Value["faulty_operators"]!.AsArray().All(o => operators.Contains((string)o!)));

    private static int LostOf(JsonNode dataset) => ((int?)dataset["missing_in_a_listed_gap"] ?? 0) + ((int?)dataset["stale_in_a_listed_gap"] ?? 0);

    [JsonIgnore]
    public IEnumerable<string> Lines
    {
        get
        {
            yield return $"{Of}: {(ExitCode switch { 0 => "equal", 1 => "DIFFERENT", _ => "could not be checked" })}";
            foreach (var (dataset, report) in Report?["datasets"]?.AsObject() ?? [])
            {
                yield return $"  {dataset}: {report!["served"]} served, {report["equal"] ?? "0"} equal, {report["missing"] ?? "0"} missing, {report["faults"]} faults, sha256 {report["sha256_hub"]}";
                foreach (var fault in report["first_faults"]!.AsArray().Take(3)) yield return $"    {fault!["kind"]} {fault["id"]}: {fault["what"]}";
            }

            if (Report?["could_not_check"] is { } why) yield return $"  {why}";
        }
    }
}

/// <summary>Runs <c>tests/contract/check_truth.py</c>.</summary>
internal static class TruthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<Verdict>> RunAsync(string sandboxFile, string oracle) =>
        [await RunAsync("history", sandboxFile, oracle, "--all"), await RunAsync("last 24 h", sandboxFile, oracle)];

    private static async Task<Verdict> RunAsync(string of, string sandboxFile, string oracle, params string[] options)
    {
        var (exitCode, report) = await ContractProgram.RunAsync("check_truth.py", Limit, [sandboxFile, oracle, "--json", .. options]);
        return new Verdict(of, exitCode, report);
    }
}
