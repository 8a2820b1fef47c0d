using System.Diagnostics.Metrics;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Findings;

namespace ChargePointHub.Server.Metrics;

/// <summary>
/// What the hub counts of itself. Labels have few values each: operators, datasets, kinds, outcomes, routes as they are declared, statuses.
/// </summary>
internal static class HubMeter
{
    public const string Name = "ChargePointHub";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("cph.runs", "{run}", "Pulls that ended: completed, or the kind of their failure.");

    private static readonly Counter<long> Pages = Meter.CreateCounter<long>("cph.run.pages", "{page}", "Pages stored.");

    private static readonly Counter<long> Records = Meter.CreateCounter<long>("cph.run.records", "{record}", "Records that pages brought, by what became of them: added, changed, unchanged, refused.");

    private static readonly Histogram<double> RunTook = Meter.CreateHistogram<double>("cph.run.duration", "s", "Length of pulls, waiting for limits and for fresher work included.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("cph.api.requests", "{request}", "Answers of the API by route and status.");

    private static readonly Histogram<double> AnswerTook = Meter.CreateHistogram<double>("cph.api.duration", "s", "Time from an API request to the end of its answer.");

    private static readonly Counter<long> RollupDifferences = Meter.CreateCounter<long>("cph.rollup.differences", "{day}", "Charge point days of which a nightly recompute found another sum than was kept: there should be none.");

    private static readonly Counter<long> StreamedRecords = Meter.CreateCounter<long>("cph.stream.records", "{record}", "Records that were streamed, of streams that broke off too.");

    private static readonly Counter<long> Findings = Meter.CreateCounter<long>("cph.findings", "{finding}", "Findings in what is stored of operators, by what became of them in the nightly round: begun, ended.");

    /// <summary>One operator was judged.</summary>
    public static void Checked(DatasetChecked done)
    {
        Findings.Add(done.Begun, new KeyValuePair<string, object?>("became", "begun"));
        Findings.Add(done.Ended, new KeyValuePair<string, object?>("became", "ended"));
    }

    /// <param name="outcome">completed or a failure kind.</param>
    public static void RunEnded(FeedKey feed, RunKind kind, string outcome, RunCounts counts, TimeSpan took)
    {
        KeyValuePair<string, object?> from = new("operator", feed.OperatorId), dataset = new("dataset", feed.Dataset.Name), what = new("kind", Words<RunKind>.Of(kind));
        Runs.Add(1, from, dataset, what, new("outcome", outcome));
        RunTook.Record(took.TotalSeconds, dataset, what);
        Pages.Add(counts.Pages, from, dataset, what);
        foreach (var (became, count) in new[] { ("added", counts.Added), ("changed", counts.Changed), ("unchanged", counts.Unchanged), ("refused", counts.Refused) })
            Records.Add(count, from, dataset, new("became", became));
    }

    /// <param name="route">As declared, never as asked: a path of a client's choosing is no label.</param>
    public static void Answered(string route, string method, int status, TimeSpan took)
    {
        Requests.Add(1, new("route", route), new("method", method), new("status", status));
        AnswerTook.Record(took.TotalSeconds, new KeyValuePair<string, object?>("route", route));
    }

    public static void Streamed(Dataset dataset, long records) => StreamedRecords.Add(records, new KeyValuePair<string, object?>("dataset", dataset.Name));

    /// <summary>What a nightly recompute found, nothing too.</summary>
    public static void RollupsDiffered(long days) => RollupDifferences.Add(days);

    /// <summary>Gauges of a state that somebody else keeps; they end with the answer.</summary>
    public static Meter Gauges(
        Func<IEnumerable<Measurement<double>>> gaps, Func<IEnumerable<Measurement<double>>> lags, Func<IEnumerable<Measurement<long>>> quarantine, Func<IEnumerable<Measurement<long>>> leases,
        Func<IEnumerable<Measurement<long>>> months, Func<IEnumerable<Measurement<long>>> bytes)
    {
        var meter = new Meter(Name);
        meter.CreateObservableGauge("cph.gap.seconds", gaps, null, "Time that is wanted of a dataset and missing, by whether it is open or lost.");
        meter.CreateObservableGauge("cph.lag.seconds", lags, null, "Age of the newest instant of a dataset that is covered.");
        meter.CreateObservableGauge("cph.quarantine.records", quarantine, null, "Records in quarantine.");
        meter.CreateObservableGauge("cph.leases", leases, null, "Operators that are being collected from, by all instances together.");
        meter.CreateObservableGauge("cph.bulk.months", months, null, "Months that are there as bulk files, of all scopes.");
        meter.CreateObservableGauge("cph.bulk.bytes", bytes, "By", "What these take, compressed.");
        return meter;
    }
}
