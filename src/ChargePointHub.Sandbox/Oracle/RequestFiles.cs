using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Sandbox.Faults;

namespace ChargePointHub.Sandbox.Oracle;

/// <summary>
/// Writes what was asked of each operator beside its truth: counts to <c>requests.json</c>, and to <c>marked.ndjson</c> the records
/// that a fault withheld or damaged at least once.
/// </summary>
public sealed class RequestFiles(string folder, IReadOnlyDictionary<string, OperatorRequests> logs)
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public void Write()
    {
        foreach (var (operatorId, log) in logs)
        {
            var counts = new { log.Total, log.Answered, log.OverLimit, log.MostInInterval, log.ByOutcome };
            PrivateFile.WriteOpen(Path.Combine(folder, operatorId, "requests.json"), JsonSerializer.SerializeToUtf8Bytes(counts, Snake));
            if (log.Marked is { Count: > 0 } marked) PrivateFile.WriteOpen(Path.Combine(folder, operatorId, "marked.ndjson"), System.Text.Encoding.UTF8.GetBytes(string.Concat(marked.Select(m => JsonSerializer.Serialize(m, Snake) + "\n"))));
        }
    }
}
