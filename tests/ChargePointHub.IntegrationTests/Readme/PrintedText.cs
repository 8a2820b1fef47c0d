using System.Globalization;
using System.Text.RegularExpressions;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>
/// Compares plain text that came with what is printed. Its counts differ from run to run, yet where two that are printed are equal so are those that came,
/// and 0 comes only where 0 is printed.
/// </summary>
internal static partial class PrintedText
{
    /// <summary>Null: alike. Otherwise what parts them.</summary>
    public static string? Difference(string printed, string came)
    {
        came = came.ReplaceLineEndings("\n"); // A terminal shows the two of CSV as one.
        if (Count().Replace(printed, "0").Trim() != Count().Replace(came, "0").Trim()) return $"printed {printed}; came {came}";
        var counts = Counts(printed).Zip(Counts(came), (p, c) => (Printed: p, Came: c)).ToList();
        if (counts.FirstOrDefault(n => (n.Printed == 0) != (n.Came == 0)) is { Printed: var expected, Came: var other } && expected != other) return $"printed {expected}; came {other}";
        return counts.GroupBy(n => n.Printed).FirstOrDefault(g => g.Distinct().Count() > 1) is { } parted ? $"printed {parted.Key} each time; came {string.Join(", ", parted.Select(n => n.Came))}" : null;
    }

    private static IEnumerable<decimal> Counts(string text) => Count().Matches(text).Select(m => decimal.Parse(m.Value, CultureInfo.InvariantCulture));

    /// <summary>Numbers that are counts; a status of HTTP stays as it is.</summary>
    [GeneratedRegex(@"(?<![\w.])(?!(?:200|304)\b)\d+(\.\d+)?\b")]
    private static partial Regex Count();
}
