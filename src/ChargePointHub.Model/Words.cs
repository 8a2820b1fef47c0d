using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>
/// Between an enum and its words on the wire, which stand once: in the members' <see cref="JsonStringEnumMemberNameAttribute"/>.
/// </summary>
public static class Words<TEnum>
    where TEnum : struct, Enum
{
    private static readonly FrozenDictionary<TEnum, string> ByValue = Enum.GetValues<TEnum>().ToFrozenDictionary(v => v, WordOf);

    private static readonly FrozenDictionary<string, TEnum> ByWord = ByValue.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    /// <summary>All words, in the order of the enum.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<TEnum>().Select(WordOf)];

    public static string Of(TEnum value) => ByValue[value];

    /// <summary>Exact match, case included; null when the word is not one of <see cref="All"/>.</summary>
    public static TEnum? Parse(string? word) => word is not null && ByWord.TryGetValue(word, out var value) ? value : null;

    private static string WordOf(TEnum value)
    {
        var name = value.ToString();
        return typeof(TEnum).GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? throw new InvalidOperationException($"{typeof(TEnum).Name}.{name} has no word.");
    }
}
