using System.Globalization;
using System.Text;

namespace ChargePointHub.Server.Metrics;

/// <summary>The Prometheus text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private const int LongestValue = 200;

    public static void Write(TextWriter text, IEnumerable<MetricFamily> families)
    {
        var dropped = 0L;
        // Instruments of one name, of several meters, are one family: a name may stand only once.
        foreach (var named in families.Select(f => (Name: NameOf(f), Family: f)).GroupBy(f => f.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = named.First().Family;
            text.Write($"# HELP {named.Key} {Escaped(first.Instrument.Description ?? named.Key, quotes: false)}\n");
            text.Write($"# TYPE {named.Key} {(first.IsHistogram ? "histogram" : first.IsCounter ? "counter" : "gauge")}\n");
            foreach (var (labels, series) in named.SelectMany(f => f.Family.Series).DistinctBy(s => s.Labels))
            {
                if (first.IsHistogram) Histogram(text, named.Key, labels, series);
                else text.Write($"{named.Key}{Braced(labels)} {Number(series.Sum)}\n");
            }

            dropped += named.Sum(f => f.Family.Dropped);
        }

        text.Write("# HELP cph_series_dropped_total Measurements left out because an instrument had too many combinations of labels.\n# TYPE cph_series_dropped_total counter\n");
        text.Write($"cph_series_dropped_total {dropped.ToString(CultureInfo.InvariantCulture)}\n");
    }

    /// <summary>As they stand between the braces, in order of name; empty values are left out, as they mean the same.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.IsEmpty) return "";
        var sorted = labels.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            var shown = Convert.ToString(value, CultureInfo.InvariantCulture);
            if (string.IsNullOrEmpty(shown)) continue;
            if (text.Length > 0) text.Append(',');
            text.Append(Plain(name)).Append("=\"").Append(Escaped(shown.Length > LongestValue ? shown[..LongestValue] : shown, quotes: true)).Append('"');
        }

        return text.ToString();
    }

    private static void Histogram(TextWriter text, string name, string labels, MetricSeries series)
    {
        var below = 0L;
        for (var i = 0; i < series.Buckets.Count; i++)
        {
            below += series.Buckets[i];
            text.Write($"{name}_bucket{Braced(labels, $"le=\"{Number(MetricListener.Bounds[i])}\"")} {below.ToString(CultureInfo.InvariantCulture)}\n");
        }

        text.Write($"{name}_bucket{Braced(labels, "le=\"+Inf\"")} {series.Count.ToString(CultureInfo.InvariantCulture)}\n");
        text.Write($"{name}_sum{Braced(labels)} {Number(series.Sum)}\n{name}_count{Braced(labels)} {series.Count.ToString(CultureInfo.InvariantCulture)}\n");
    }

    private static string NameOf(MetricFamily family)
    {
        var unit = family.Instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        var name = Plain(family.Instrument.Name);
        // The ending _count is the histograms'.
        if (!family.IsHistogram && name.EndsWith("_count", StringComparison.Ordinal)) name = name[..^"_count".Length] + "s";
        return name + unit + (family.IsCounter ? "_total" : "");
    }

    private static string Plain(string name) => string.Concat(name.Select((c, i) => char.IsAsciiLetter(c) || (char.IsAsciiDigit(c) && i > 0) ? c : '_'));

    private static string Braced(string labels, string also = "") =>
        labels.Length + also.Length == 0 ? "" : $"{{{labels}{(labels.Length > 0 && also.Length > 0 ? "," : "")}{also}}}";

    private static string Escaped(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
