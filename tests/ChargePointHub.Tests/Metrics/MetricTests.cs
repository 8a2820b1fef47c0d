using System.Diagnostics;
using System.Diagnostics.Metrics;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Server.Metrics;
using ChargePointHub.Tests.Contract;
using ChargePointHub.Tests.House;

namespace ChargePointHub.Tests.Metrics;

/// <summary>From instruments to text. The meters here bear the hub's name, so that the listener hears them.</summary>
public sealed class MetricTests : IDisposable
{
    private readonly Meter meter = new(FetchMeter.Name);
    private readonly MetricListener listener = new();

    [Fact]
    public void Counters_add_up_by_label_and_have_help_and_type()
    {
        var counter = meter.CreateCounter<long>("test.things", "{thing}", "Things, counted.");
        counter.Add(2, new("operator", "a"), new("outcome", "ok"));
        counter.Add(3, new("outcome", "ok"), new("operator", "a"));
        counter.Add(1, new KeyValuePair<string, object?>("operator", "b"));

        Assert.Equal(
            "# HELP test_things_total Things, counted.\n# TYPE test_things_total counter\n"
            + "test_things_total{operator=\"a\",outcome=\"ok\"} 5\ntest_things_total{operator=\"b\"} 1\n",
            Family("test_things_total"));
    }

    [Fact]
    public void A_label_that_is_no_longer_observed_is_no_longer_shown()
    {
        Measurement<double>[] seen = [new(1.5, new KeyValuePair<string, object?>("operator", "gone"))];
        meter.CreateObservableGauge("test.level", () => seen, null, "A level.");
        Assert.Contains("test_level{operator=\"gone\"} 1.5\n", Text(), StringComparison.Ordinal);
        seen = [new(2, new KeyValuePair<string, object?>("operator", "here"))];
        Assert.Equal("# HELP test_level A level.\n# TYPE test_level gauge\ntest_level{operator=\"here\"} 2\n", Family("test_level"));
    }

    [Fact]
    public void Histograms_count_up_to_each_bound_and_all()
    {
        var histogram = meter.CreateHistogram<double>("test.took", "s", "Time.");
        foreach (var value in (double[])[0.005, 0.3, 7, 9000]) histogram.Record(value);
        var text = Family("test_took_seconds");
        Assert.Contains("test_took_seconds_bucket{le=\"0.005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_took_seconds_bucket{le=\"0.25\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_took_seconds_bucket{le=\"1800\"} 3\n", text, StringComparison.Ordinal);
        Assert.EndsWith("test_took_seconds_bucket{le=\"+Inf\"} 4\ntest_took_seconds_sum 9007.305\ntest_took_seconds_count 4\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_without_end_are_bounded_and_counted()
    {
        var counter = meter.CreateCounter<long>("test.wild");
        for (var i = 0; i < MetricListener.MostSeries + 50; i++) counter.Add(1, new KeyValuePair<string, object?>("path", i));
        Assert.Equal(MetricListener.MostSeries + 2, Family("test_wild_total").Count(c => c == '\n'));
        Assert.Contains("cph_series_dropped_total 50\n", Text(), StringComparison.Ordinal);
    }

    /// <summary>A program in another language reads it by the published grammar.</summary>
    [PythonFact]
    public async Task What_is_written_is_what_others_read()
    {
        var counter = meter.CreateCounter<double>("test.odd", null, "Help with \\ and\nan end of line.");
        foreach (var value in (string[])["\"", "\\", "\n", "a,b=\"c\"}", "", "é", new string('x', 500)]) counter.Add(0.1, new KeyValuePair<string, object?>("odd", value));
        meter.CreateHistogram<double>("test.odd.took", "s").Record(double.NaN, new KeyValuePair<string, object?>("odd", "\"\n"));
        using var python = Process.Start(new ProcessStartInfo("python3", Path.Combine(Repository.Root, "tests", "contract", "check_metrics.py"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
        })!;
        await python.StandardInput.WriteAsync(Text());
        python.StandardInput.Close();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, said);
    }

    public void Dispose()
    {
        listener.Dispose();
        meter.Dispose();
    }

    private string Text()
    {
        using var text = new StringWriter();
        listener.WriteTo(text);
        return text.ToString();
    }

    private string Family(string name) => string.Concat(Text().Split('\n')
        .Where(l => l.StartsWith(name, StringComparison.Ordinal) || l.StartsWith($"# HELP {name} ", StringComparison.Ordinal) || l.StartsWith($"# TYPE {name} ", StringComparison.Ordinal))
        .Select(l => l + "\n"));
}
