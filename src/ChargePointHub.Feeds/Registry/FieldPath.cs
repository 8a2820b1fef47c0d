using System.Globalization;

namespace ChargePointHub.Feeds.Registry;

/// <summary>What a path leads to at its level.</summary>
public enum FieldPathEnd
{
    /// <summary>The value at <see cref="FieldPath.Steps"/>.</summary>
    Value,

    /// <summary>The name under which the record stands in an object.</summary>
    Key,

    /// <summary>The record's place in its list, from 1.</summary>
    Index,

    /// <summary>The id of the loop's turn.</summary>
    Id,

    /// <summary>The record itself, where it is no object.</summary>
    Self,
}

/// <summary>
/// Where a value stands, seen from the record: a JSON Pointer (RFC 6901), or <c>#key</c>, <c>#index</c>, <c>#id</c>, <c>#value</c>; each <c>../</c>
/// at its beginning, in the place of the slash, leads to what holds the record's list. A step <c>{index}</c> is the record's place in its list, from 0;
/// a step <c>*</c> is every place of an array.
/// </summary>
/// <param name="Up">How many <c>../</c>.</param>
/// <param name="Steps">Names and indices, unescaped.</param>
/// <param name="Text">As written.</param>
public sealed record FieldPath(int Up, FieldPathEnd End, IReadOnlyList<string> Steps, string Text)
{
    public const string RecordIndex = "{index}";

    public const string EachItem = "*";

    /// <summary>Null when it is none.</summary>
    public static FieldPath? Read(string text)
    {
        var (up, rest) = (0, text);
        while (rest.StartsWith("../", StringComparison.Ordinal)) (up, rest) = (up + 1, rest[3..]);
        FieldPathEnd? end = rest switch
        {
            "#key" => FieldPathEnd.Key,
            "#index" => FieldPathEnd.Index,
            "#id" => FieldPathEnd.Id,
            "#value" => FieldPathEnd.Self,
            ['/', ..] when up == 0 => FieldPathEnd.Value,
            [not ('/' or '#' or '.'), ..] when up > 0 => FieldPathEnd.Value,
            _ => null,
        };
        return end is not { } known ? null : new FieldPath(up, known, known != FieldPathEnd.Value ? [] : StepsOf(up > 0 ? "/" + rest : rest), text);
    }

    /// <summary>The path to a property of the record.</summary>
    public static string Of(string name) => $"/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The steps of an RFC 6901 pointer; empty text is the whole.</summary>
    public static IReadOnlyList<string> StepsOf(string pointer) => pointer.Length == 0 ? [] :
    [
        .. pointer[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
    ];

    /// <summary>A place in an array, as a step.</summary>
    public static int? IndexOf(string step) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && step.Length <= 6 ? index : null;

    public override string ToString() => Text;
}
