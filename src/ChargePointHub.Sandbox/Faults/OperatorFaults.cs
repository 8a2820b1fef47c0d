using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>A fault and when it holds.</summary>
/// <param name="Window">Null: always.</param>
public sealed record ActiveFault(OperatorFault Fault, Window? Window);

/// <summary>All faults of one operator, around its API, and the log of what was asked of it.</summary>
public sealed class OperatorFaults(IReadOnlyList<ActiveFault> faults, long seed, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Outcome of a request that got what it asked for.</summary>
    public const string Answered = "ok";

    public OperatorRequests Log { get; } = new();

    /// <summary>The operator's properties of one kind; the last one given holds.</summary>
    public T? Trait<T>()
        where T : OperatorTrait => faults.Select(f => f.Fault).OfType<T>().LastOrDefault();

    /// <summary>Faults in the order in which they were given: the first one stands outermost.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate api)
    {
        var number = Log.Arrived();
        var now = time.GetUtcNow();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var request = new FaultyRequest(context, number, seed, now, time, Log, ended.Token);
        Func<Task> answer = () => api(context);
        foreach (var fault in At(now).Reverse())
        {
            var inner = answer;
            answer = () => fault.AnswerAsync(request, inner);
        }

        try
        {
            await answer();
        }
        catch (Exception e) when (ended.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            request.Outcome ??= "client-gone";
        }
        finally
        {
            var status = context.Response.StatusCode;
            Log.Ended(request.Outcome ?? (status == 200 ? Answered : status.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The rows of a list that are shown; null: all of them, as they are.</summary>
    public IReadOnlyList<int>? Show(Dataset dataset, int count, bool byOffset, int offset, DateTimeOffset asOf, Func<int, string> keyOf, Func<int, long> lastUpdatedOf)
    {
        if (faults.Count == 0) return null;
        var list = new AskedList(dataset, count, byOffset, offset, asOf, keyOf, lastUpdatedOf, seed, Log);
        return At(time.GetUtcNow()).Aggregate((IReadOnlyList<int>)[.. Enumerable.Range(0, count)], (rows, fault) => fault.Show(list, rows));
    }

    private IEnumerable<OperatorFault> At(DateTimeOffset now) => faults.Where(f => f.Window?.Contains(now) ?? true).Select(f => f.Fault);
}
