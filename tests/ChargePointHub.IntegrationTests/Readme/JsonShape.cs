using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>
/// Compares what came with what is printed: the same properties in the same order, the same kinds of value. Times and ids differ from run to run.
/// A list that is printed with "…" at its end has at least the entries before it.
/// </summary>
internal static class JsonShape
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

        return Kind(printed) == Kind(came) ? null : $"{at}: printed {printed.GetRawText()}; came {came.GetRawText()}";
    }

    private static JsonValueKind Kind(JsonElement value) => value.ValueKind;
}
