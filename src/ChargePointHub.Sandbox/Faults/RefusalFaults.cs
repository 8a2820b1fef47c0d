using System.Globalization;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>Refuses a share of requests, with Retry-After in one of its forms.</summary>
/// <param name="retryAfter">A number of seconds or one of <see cref="Forms"/>.</param>
public sealed class RefusalFault(int status, double percent, string retryAfter) : OperatorFault
{
    /// <summary>What Retry-After may be besides a number of seconds. A date is five seconds ahead.</summary>
    public static readonly IReadOnlyList<string> Forms = ["none", "date", "negative", "huge", "words"];

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        if (!request.Falls(percent, status)) return api();
        if (HeaderAt(request.Now) is { } header) request.Context.Response.Headers.RetryAfter = header;
        return request.RefuseAsync(status, status == 429 ? "too-many-requests" : "unavailable", "Ask again later.");
    }

    private string? HeaderAt(DateTimeOffset now) => retryAfter switch
    {
        "none" => null,
        "date" => now.AddSeconds(5).ToString("R", CultureInfo.InvariantCulture),
        "negative" => "-30",
        "huge" => "99999999999",
        "words" => "in a while",
        _ => retryAfter,
    };
}

/// <summary>Allows so many requests in any span of an interval, and counts those that were too many.</summary>
/// <param name="group">Operators of one group share the limit; empty: this operator's alone.</param>
public sealed class LimitFault(int requests, TimeSpan interval, string status, string group) : OperatorTrait
{
    /// <summary>Outcome of a request that was one too many.</summary>
    public const string Over = "over-limit";

    private Queue<DateTimeOffset> arrived = new();

    public int Requests => requests;

    public TimeSpan Interval => interval;

    public string Group => group;

    /// <summary>From now on counts together with another one.</summary>
    public void ShareWith(LimitFault other) => arrived = other.arrived;

    /// <summary>A request that was refused counts as well: the limit is on asking.</summary>
    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        TimeSpan? wait = null;
        lock (arrived)
        {
            while (arrived.TryPeek(out var oldest) && oldest + interval <= request.Now) arrived.Dequeue();
            arrived.Enqueue(request.Now);
            request.Log.Held(arrived.Count);
            if (arrived.Count > requests) wait = arrived.ElementAt(arrived.Count - requests - 1) + interval - request.Now;
        }

        if (wait is not { } left) return api();
        request.Outcome = Over;
        if (status == "403") return request.RefuseAsync(403, "forbidden", "No.");
        request.Context.Response.Headers.RetryAfter = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return request.RefuseAsync(429, "too-many-requests", $"At most {requests} requests in {interval.TotalSeconds:0} seconds.");
    }
}

/// <summary>Has enough after so many requests, says nothing but 403, and is well again after a pause.</summary>
public sealed class ForbiddenAfterFault(int pages, TimeSpan pause) : OperatorFault
{
    private readonly Lock guard = new();
    private int answered;
    private DateTimeOffset closedUntil;

    public override Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        lock (guard)
        {
            if (request.Now < closedUntil) return request.RefuseAsync(403, "forbidden", "No.");
            if (answered++ < pages) return api();
            (answered, closedUntil) = (0, request.Now + pause);
        }

        return request.RefuseAsync(403, "forbidden", "No.");
    }
}
