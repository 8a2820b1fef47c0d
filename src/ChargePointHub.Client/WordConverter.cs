using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChargePointHub.Client;

/// <summary>Reads a word of a closed list. One that a newer hub says and this client does not know is <c>Unlisted</c>: a new word stops no reader.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly T Unlisted = Enum.Parse<T>(nameof(Unlisted));

    private static readonly FrozenDictionary<string, T> Words = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(f => f.GetCustomAttribute<EnumMemberAttribute>()!.Value!, f => (T)f.GetValue(null)!);

    private static readonly FrozenDictionary<T, string> Texts = Words.ToFrozenDictionary(w => w.Value, w => w.Key);

    /// <summary>The hub's word.</summary>
    public static string TextOf(T value) => Texts[value];

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Words.GetValueOrDefault(reader.GetString()!, Unlisted);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(TextOf(value));
}
