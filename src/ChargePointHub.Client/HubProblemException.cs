using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ChargePointHub.Client;

/// <summary>The hub refused a request and said why. What could be tried again has been.</summary>
public sealed class HubProblemException : Exception
{
    /// <summary>Bytes of an answer that are looked at: a problem tells at most 50 faults.</summary>
    private const int Longest = 256 * 1024;

    private HubProblemException(string message, int status, Problem? problem, TimeSpan? retryAfter)
        : base(message) => (Status, Problem, RetryAfter) = (status, problem, retryAfter);

    /// <summary>Of HTTP.</summary>
    public int Status { get; }

    /// <summary>What the hub said, as it said it; null: the answer was none of a hub, but of something between.</summary>
    public Problem? Problem { get; }

    /// <summary>Stable code, such as CPH-1001: each has a page at /v1/errors/{code}.</summary>
    public string? Code => Problem?.Code;

    /// <summary>Every fault of the request, each with the part that is wrong and an example that would do.</summary>
    public IReadOnlyList<ProblemFault> Errors => Problem?.Errors ?? [];

    /// <summary>By which the hub's keepers find the request in their log.</summary>
    public string? RequestId => Problem?.RequestId;

    /// <summary>The hub will not answer before this has passed; null: it did not say.</summary>
    public TimeSpan? RetryAfter { get; }

    internal static async Task<HubProblemException> ReadAsync(HttpResponseMessage answer, Uri address, TimeProvider time, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var problem = Parse(await TextAsync(answer.Content, cancellationToken).ConfigureAwait(false));
        var message = problem is null
            ? $"{status} {answer.ReasonPhrase} for {address.AbsolutePath}: this is no answer of a hub, but of something on the way to {address.Authority}."
            : $"{problem.Code} {problem.Title} ({status}): {problem.Detail}{string.Concat(problem.Errors.Where(e => e.Message != problem.Detail).Select(e => $"\n  {e.Code} {e.Parameter}: {e.Message}"))} (request {problem.RequestId})";
        return new HubProblemException(message, status, problem, WaitOf(answer.Headers.RetryAfter, time));
    }

    /// <summary>What a Retry-After asks for; null: nothing.</summary>
    internal static TimeSpan? WaitOf(RetryConditionHeaderValue? retryAfter, TimeProvider time) =>
        retryAfter?.Delta ?? (retryAfter?.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - time.GetUtcNow()).Ticks)) : null);

    private static Problem? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string> TextAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = new byte[Longest];
            var body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return Encoding.UTF8.GetString(bytes, 0, await body.ReadAtLeastAsync(bytes, Longest, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            return "";
        }
    }
}
