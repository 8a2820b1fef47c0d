namespace ChargePointHub.Sandbox.Faults;

/// <summary>Shares of requests that fail in four ways, one draw for each request.</summary>
public sealed class FlakyFault(double unavailable, double throttled, double reset, double timeOut) : OperatorFault
{
    private const long Stream = 1;

    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        var lot = request.Random(Stream).Fraction() * 100;
        if ((lot -= unavailable) < 0)
        {
            await request.RefuseAsync(503, "unavailable", "Ask again later.");
        }
        else if ((lot -= throttled) < 0)
        {
            await request.RefuseAsync(429, "too-many-requests", "Ask again later.");
        }
        else if ((lot -= reset) < 0)
        {
            request.Outcome = "reset";
            request.Context.Abort();
        }
        else if (lot - timeOut < 0)
        {
            request.Outcome = "time-out";
            await request.WaitAsync(Timeout.InfiniteTimeSpan);
            request.Context.Abort();
        }
        else
        {
            await api();
        }
    }
}

/// <summary>Waits before each answer.</summary>
public sealed class SlowFault(TimeSpan length) : OperatorFault
{
    public override async Task AnswerAsync(FaultyRequest request, Func<Task> api)
    {
        if (await request.WaitAsync(length)) await api();
        else request.Outcome = "client-gone";
    }
}
