using System.Diagnostics.Metrics;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>What asking operators costs. Labels: operator, and how it went (<c>ok</c> or a failure kind).</summary>
public static class FetchMeter
{
    public const string Name = "ChargePointHub.Feeds";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("cph.fetch.attempts", "{attempt}", "Requests to operators by how they went; the redirects of one count with it.");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("cph.fetch.retries", "{request}", "Requests to operators beyond the first of each fetch: retries and redirects.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("cph.fetch.duration", "s", "Time from asking an operator to its whole answer, retries and pauses included.");

    internal static void Attempted(string operatorId, FetchResult result) => Attempts.Add(1, new("operator", operatorId), new("outcome", OutcomeOf(result)));

    internal static void Ended(string operatorId, FetchResult result, TimeSpan took)
    {
        if (result.Requests > 1) Retries.Add(result.Requests - 1, new KeyValuePair<string, object?>("operator", operatorId));
        Duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", OutcomeOf(result)));
    }

    private static string OutcomeOf(FetchResult result) => result is FetchFailed failed ? Words<FailureKind>.Of(failed.Failure.Kind) : "ok";
}
