namespace ChargePointHub.Client;

/// <summary>An answer that is not what OpenAPI says: a fault of the hub, or of something between.</summary>
public sealed class HubAnswerException : Exception
{
    internal HubAnswerException(string message, int status, string? response, IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? inner)
        : base($"{message} ({status}, request {RequestIdOf(headers)})" + (string.IsNullOrEmpty(response) ? "" : ": " + response[..Math.Min(500, response.Length)]), inner) => Status = status;

    /// <summary>Of HTTP.</summary>
    public int Status { get; }

    private static string RequestIdOf(IReadOnlyDictionary<string, IEnumerable<string>> headers) =>
        headers.TryGetValue("X-Request-Id", out var values) ? values.First() : "unnamed";
}
