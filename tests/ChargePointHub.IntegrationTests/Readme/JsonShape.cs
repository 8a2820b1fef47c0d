using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>Compares what came with what is printed: the same properties in the same order, the same kinds of value. Times and ids differ from run to run.</summary>
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
            if (printed.GetArrayLength() != came.GetArrayLength()) return $"{at}: printed {printed.GetArrayLength()} entries; came {came.GetArrayLength()}";
            return printed.EnumerateArray().Zip(came.EnumerateArray()).Select((p, i) => Difference(p.First, p.Second, $"{at}/{i}")).FirstOrDefault(d => d is not null);
        }

        return Kind(printed) == Kind(came) ? null : $"{at}: printed {printed.GetRawText()}; came {came.GetRawText()}";
    }

    private static JsonValueKind Kind(JsonElement value) => value.ValueKind;
}
