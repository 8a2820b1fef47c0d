using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ChargePointHub.Feeds.Fetching;

namespace ChargePointHub.Server.Metrics;

/// <summary>
/// Adds up what the hub's meters, the database driver's and the runtime's measure in this process, to be read as text. Labels
/// beyond <see cref="MostSeries"/> combinations of one instrument are counted and dropped.
/// </summary>
public sealed class MetricListener : IDisposable
{
    /// <summary>Of one instrument.</summary>
    public const int MostSeries = 2000;

    /// <summary>Upper bounds, inclusive, in seconds.</summary>
    internal static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

    private static readonly string[] Heard =
    [
        "db.client.connection.count", "db.client.connection.max", "db.client.connection.pending_requests", "db.client.connection.timeouts", "dotnet.process.cpu.time",
        "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.last_collection.heap.size", "dotnet.thread_pool.queue.length", "dotnet.exceptions",
    ];

    private readonly ConcurrentDictionary<Instrument, MetricFamily> families = new();
    private readonly MeterListener listener = new();
    private readonly Lock reading = new();

    public MetricListener()
    {
        listener.InstrumentPublished = (instrument, heard) =>
        {
            if (instrument.Meter.Name is HubMeter.Name or FetchMeter.Name || Heard.Contains(instrument.Name)) heard.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.MeasurementsCompleted = (instrument, state) => families.TryRemove(instrument, out var gone);
        listener.Start();
    }

    /// <summary>Everything as it is now, in the Prometheus text format.</summary>
    public void WriteTo(TextWriter text)
    {
        lock (reading)
        {
            foreach (var family in families.Values) family.ForgetObserved();
            listener.RecordObservableInstruments();
            PrometheusText.Write(text, families.Values);
        }
    }

    public void Dispose() => listener.Dispose();

    /// <summary>A pool without a name of its own would be shown by its connection string.</summary>
    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        foreach (var (name, shown) in labels)
        {
            if (name.EndsWith("pool.name", StringComparison.Ordinal) && shown is string text && text.Contains('=', StringComparison.Ordinal)) return;
        }

        families.GetOrAdd(instrument, static i => new MetricFamily(i)).Take(value, PrometheusText.Labels(labels));
    }
}

/// <summary>One instrument with all that was measured by it, by labels as they are written.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly Dictionary<string, MetricSeries> series = new(StringComparer.Ordinal);
    private readonly Lock guard = new();

    public Instrument Instrument => instrument;

    public bool IsHistogram { get; } = TypeOf(instrument) == typeof(Histogram<>);

    public bool IsCounter { get; } = TypeOf(instrument) == typeof(Counter<>) || TypeOf(instrument) == typeof(ObservableCounter<>);

    public long Dropped { get; private set; }

    /// <summary>By labels, in their order.</summary>
    public IReadOnlyList<(string Labels, MetricSeries Series)> Series
    {
        get
        {
            lock (guard) return [.. series.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value.Copy()))];
        }
    }

    public void Take(double value, string labels)
    {
        lock (guard)
        {
            if (!series.TryGetValue(labels, out var one))
            {
                if (series.Count >= MetricListener.MostSeries)
                {
                    Dropped++;
                    return;
                }

                series[labels] = one = new MetricSeries(IsHistogram ? new long[MetricListener.Bounds.Length] : []);
            }

            one.Take(value, replaces: instrument.IsObservable);
        }
    }

    /// <summary>What is observed now is all there is: a label that is gone is not shown as it was.</summary>
    public void ForgetObserved()
    {
        lock (guard)
        {
            if (instrument.IsObservable) series.Clear();
        }
    }

    private static Type? TypeOf(Instrument instrument) => instrument.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : null;
}

/// <summary>What was measured under one combination of labels.</summary>
/// <param name="buckets">How many values lie at or below each bound and above the one before.</param>
internal sealed class MetricSeries(long[] buckets)
{
    public double Sum { get; private set; }

    public long Count { get; private set; }

    public IReadOnlyList<long> Buckets => buckets;

    public void Take(double value, bool replaces)
    {
        Sum = replaces ? value : Sum + value;
        Count++;
        var bucket = Array.FindIndex(MetricListener.Bounds, b => value <= b);
        if (buckets.Length > 0 && bucket >= 0) buckets[bucket]++;
    }

    public MetricSeries Copy() => new([.. buckets]) { Sum = Sum, Count = Count };
}
