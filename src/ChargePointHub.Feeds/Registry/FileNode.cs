using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace ChargePointHub.Feeds.Registry;

/// <summary>The file being read, and what was found wrong in it so far.</summary>
public sealed class FileFaults(string file, List<RegistryFault> found)
{
    public void Add(string pointer, string code, string message, IReadOnlyList<string>? allowed = null) =>
        found.Add(new RegistryFault(file, pointer, code, message, allowed));
}

/// <summary>
/// One object of an operator file, or of another file that people write and review. Reading a property that is missing or wrong notes a fault and goes on with a stand-in, so
/// that all faults of a file are found at once; a file with faults is never used.
/// </summary>
public sealed class FileNode
{
    private readonly Dictionary<string, JsonElement> properties = new(StringComparer.Ordinal);

    /// <param name="known">Every name that the object may have; other names are faults.</param>
    public FileNode(JsonElement element, string pointer, FileFaults faults, params IReadOnlyList<string> known)
    {
        Pointer = pointer;
        Faults = faults;
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, RegistryFaultCodes.WrongType, "An object was expected here.");
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            if (!known.Contains(name))
            {
                var meant = NearestWord.To(name, known) is { } near ? $" Was {near} meant?" : "";
                faults.Add(At(name), RegistryFaultCodes.UnknownProperty, $"{Shown(name)} is not a property here.{meant}", known);
            }
            else if (!properties.TryAdd(name, property.Value))
            {
                faults.Add(At(name), RegistryFaultCodes.DuplicateProperty, $"{Shown(name)} stands here twice; only one of the two can be meant.");
            }
        }
    }

    public string Pointer { get; }

    public FileFaults Faults { get; }

    public string At(string name) => $"{Pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public void Fault(string name, string code, string message, IReadOnlyList<string>? allowed = null) => Faults.Add(At(name), code, message, allowed);

    /// <summary>The value, if the property is there and not null.</summary>
    public JsonElement? Value(string name) =>
        properties.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Trimmed text of 1 to <paramref name="longest"/> characters; null when absent or wrong.</summary>
    public string? Text(string name, bool required = false, int longest = 1000)
    {
        if (Value(name) is not { } value)
        {
            if (required) Fault(name, RegistryFaultCodes.Missing, $"{name} is missing.");
            return null;
        }

        if (TextOf(value) is { } text && text.Trim() is { Length: > 0 } trimmed && trimmed.Length <= longest) return trimmed;
        Fault(name, RegistryFaultCodes.WrongType, $"{name} must be text of 1 to {longest} characters.");
        return null;
    }

    public bool Flag(string name, bool otherwise)
    {
        if (Value(name) is not { } value) return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault(name, RegistryFaultCodes.WrongType, $"{name} must be true or false, without quotation marks.", ["true", "false"]);
        return otherwise;
    }

    /// <summary>Both bounds inclusive. A null <paramref name="otherwise"/> makes the property required.</summary>
    public int Number(string name, int? otherwise, int least, int most)
    {
        if (Value(name) is not { } value)
        {
            if (otherwise is null) Fault(name, RegistryFaultCodes.Missing, $"{name} is missing.");
            return otherwise ?? least;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number))
        {
            Fault(name, RegistryFaultCodes.WrongType, $"{name} must be a whole number from {least} to {most}.");
            return least;
        }

        if (number < least || number > most) Fault(name, RegistryFaultCodes.OutOfRange, $"{name} is {number}; it must be from {least} to {most}.");
        return number;
    }

    /// <summary>ISO 8601 duration, both bounds inclusive; null when absent or wrong.</summary>
    public TimeSpan? Duration(string name, TimeSpan least, TimeSpan most)
    {
        if (Value(name) is not { } value) return null;
        TimeSpan duration;
        try
        {
            duration = XmlConvert.ToTimeSpan(TextOf(value) ?? "");
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            Fault(name, RegistryFaultCodes.BadValue, $"{name} must be an ISO 8601 duration such as PT15M, PT6H or P90D.");
            return null;
        }

        if (duration >= least && duration <= most) return duration;
        Fault(name, RegistryFaultCodes.OutOfRange, $"{name} is {XmlConvert.ToString(duration)}; it must be from {XmlConvert.ToString(least)} to {XmlConvert.ToString(most)}.");
        return null;
    }

    /// <summary>RFC 3339 with an offset; null when absent or wrong.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Value(name) is not { } value) return null;
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (TextOf(value) is { } text && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
            && DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            return instant.ToUniversalTime();
        }

        Fault(name, RegistryFaultCodes.BadValue, $"{name} must be an instant with its offset, such as 2026-01-01T00:00:00Z.");
        return null;
    }

    /// <summary>One of <paramref name="allowed"/>, exactly; null when absent or wrong.</summary>
    public string? Word(string name, string code, IReadOnlyCollection<string> allowed, bool required = false)
    {
        if (Text(name, required) is not { } word) return null;
        if (allowed.Contains(word, StringComparer.Ordinal)) return word;
        var meant = NearestWord.To(word, allowed) is { } near ? $" Was {near} meant?" : "";
        Fault(name, code, $"{name} is {Shown(word)}, which is not known.{meant}", [.. allowed]);
        return null;
    }

    /// <summary>The items of an array, each with its pointer; nothing when absent or wrong.</summary>
    public IEnumerable<(JsonElement Item, string Pointer)> Items(string name, bool required = false)
    {
        if (Value(name) is not { } value)
        {
            if (required) Fault(name, RegistryFaultCodes.Missing, $"{name} is missing.");
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Fault(name, RegistryFaultCodes.WrongType, $"{name} must be an array.");
            return [];
        }

        if (required && value.GetArrayLength() == 0) Fault(name, RegistryFaultCodes.Missing, $"{name} must hold at least one.");
        return value.EnumerateArray().Select((item, i) => (item, $"{At(name)}/{i}"));
    }

    public IReadOnlyList<string> Texts(string name, Func<string, bool> isRight, string mustBe)
    {
        var texts = new List<string>();
        foreach (var (item, pointer) in Items(name))
        {
            if (TextOf(item) is { } text && isRight(text)) texts.Add(text);
            else Faults.Add(pointer, RegistryFaultCodes.BadValue, $"Each of {name} must be {mustBe}.");
        }

        return texts;
    }

    /// <summary>A free map from text to text; names that stand twice are faults.</summary>
    public IEnumerable<(string Name, string Text, string Pointer)> Map(string name)
    {
        if (Value(name) is not { } value) yield break;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault(name, RegistryFaultCodes.WrongType, $"{name} must be an object.");
            yield break;
        }

        var names = value.EnumerateObject().Select(NameOf).Distinct(StringComparer.Ordinal).ToArray();
        var map = new FileNode(value, At(name), Faults, names);
        foreach (var key in names)
        {
            if (map.Text(key, required: true) is { } text) yield return (key, text, map.At(key));
        }
    }

    /// <summary>At most 60 characters of what somebody wrote.</summary>
    public static string Shown(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text[..60]}...\"";

    /// <summary>A name that is no Unicode (half a surrogate pair) is shown as a question mark.</summary>
    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "?";
        }
    }

    /// <summary>Null for anything but text, and for text that is no Unicode (half a surrogate pair).</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
