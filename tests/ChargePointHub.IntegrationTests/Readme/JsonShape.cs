using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>
/// Compares what came with what is printed: the same properties in the same order, the same values. What differs from run to run is held to its form:
/// instants, ids, cursors, counts, and words of closed lists. A list that is printed with "…" at its end has at least the entries before it.
/// </summary>
internal static partial class JsonShape
{
    /// <summary>Null: alike. Otherwise where they part.</summary>
    public static string? Difference(JsonElement printed, JsonElement came, string at = "")
    {
        if (printed.ValueKind == JsonValueKind.Object && came.ValueKind == JsonValueKind.Object)
        {
            var (names, others) = (printed.EnumerateObject().Select(p => p.Name).ToList(), came.EnumerateObject().Select(p => p.Name).ToList());
            if (!names.SequenceEqual(others)) return $"{at}: printed {string.Join(',', names)}; came {string.Join(',', others)}";
            return names.Select(n => Difference(printed.GetProperty(n), came.GetProperty(n), $"{at}/{n}")).FirstOrDefault(d => d is not null);
        }

        if (printed.ValueKind == JsonValueKind.Array && came.ValueKind == JsonValueKind.Array)
        {
            if (printed.GetArrayLength() is > 1 and var length && printed[length - 1] is { ValueKind: JsonValueKind.String } last && last.ValueEquals("…"))
            {
                if (came.GetArrayLength() < length - 1) return $"{at}: printed {length - 1} entries and more; came {came.GetArrayLength()}";
                return Enumerable.Range(0, length - 1).Select(i => Difference(printed[i], came[i], $"{at}/{i}")).FirstOrDefault(d => d is not null);
            }

            if (printed.GetArrayLength() != came.GetArrayLength()) return $"{at}: printed {printed.GetArrayLength()} entries; came {came.GetArrayLength()}";
            return printed.EnumerateArray().Zip(came.EnumerateArray()).Select((p, i) => Difference(p.First, p.Second, $"{at}/{i}")).FirstOrDefault(d => d is not null);
        }

        return AreAlike(at.Split('/')[^1], printed, came) ? null : $"{at}: printed {printed.GetRawText()}; came {came.GetRawText()}";
    }

    private static bool AreAlike(string name, JsonElement printed, JsonElement came) => printed.ValueKind == came.ValueKind && printed.ValueKind switch
    {
        JsonValueKind.Number => AreAlike(name, printed.GetDecimal(), came.GetDecimal()),
        JsonValueKind.String => AreAlike(name, printed.GetString()!, came.GetString()!),
        _ => true,
    };

    /// <summary>Fractions are measured, counts grow, and each pretend London has connectors of its own: these are 0 only where 0 is printed. Other whole numbers are what they are.</summary>
    private static bool AreAlike(string name, decimal printed, decimal came) =>
        name is "count" or "rows" or "max_power_kw" || printed != decimal.Truncate(printed) ? (printed == 0) == (came == 0) : printed == came;

    private static bool AreAlike(string name, string printed, string came)
    {
        if (name is "next_cursor" or "request_id") return came.Length > 0;
        if (decimal.TryParse(printed, CultureInfo.InvariantCulture, out var one)) return decimal.TryParse(came, CultureInfo.InvariantCulture, out var other) && AreAlike(name, one, other);
        if (Words<Status>.Parse(printed) is not null) return Words<Status>.Parse(came) is not null;
        if (Words<PowerBand>.Parse(printed) is not null) return Words<PowerBand>.Parse(came) is not null;
        var (wanted, given) = (Form(printed), Form(came));
        return wanted.IndexOf('…', StringComparison.Ordinal) is >= 0 and var cut ? given.StartsWith(wanted[..cut], StringComparison.Ordinal) : given == wanted;
    }

    /// <summary>A text with its instants, days, records' ids, areas and cursor as what they are, not which.</summary>
    private static string Form(string text) =>
        Cursor().Replace(Area().Replace(RecordId().Replace(Day().Replace(Instant().Replace(text, "{instant}"), "{day}"), "{id}"), "{area}"), "{cursor}");

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Instant();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d")]
    private static partial Regex Day();

    /// <summary>The operator before the colon stays.</summary>
    [GeneratedRegex(@"(?<=^[a-z-]+:)[A-Z]+[\d-]+")]
    private static partial Regex RecordId();

    [GeneratedRegex(@"\bE\d{8}\b")]
    private static partial Regex Area();

    [GeneratedRegex("(?<=cursor=).+$")]
    private static partial Regex Cursor();
}
