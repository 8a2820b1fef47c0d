using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>What is noticed about one record at a time. The only place where findings are made, so that each has a rule.</summary>
public sealed class Findings
{
    private List<Finding>? _noticed;

    /// <summary>Where the operator's record has what a pointer means, where the record being read was made of it; null: it is the operator's own.</summary>
    internal IReadOnlyDictionary<string, string>? Places { get; set; }

    /// <summary>Begins each place: of a file, the line of the record; empty: the record was sent by itself.</summary>
    internal string Within { get; set; } = "";

    /// <summary>Something noticed since the last <see cref="Take"/> refuses the record.</summary>
    public bool RefusesRecord { get; private set; }

    /// <param name="message">What was made of it; left out: the rule's summary.</param>
    public void Add(Rule rule, string pointer, string? value, string? message = null)
    {
        (_noticed ??= []).Add(Make(rule, PlaceOf(pointer), value, message));
        RefusesRecord |= rule.Severity == Severity.Error;
    }

    /// <summary>Where the operator has what a pointer into the record being read means.</summary>
    internal string PlaceOf(string pointer) => Within + (Places?.GetValueOrDefault(pointer) ?? pointer);

    /// <summary>All since the last call, and forgets them.</summary>
    public IReadOnlyList<Finding> Take()
    {
        IReadOnlyList<Finding> taken = _noticed is null ? [] : _noticed;
        _noticed = null;
        RefusesRecord = false;
        return taken;
    }

    /// <param name="value">Shown by its form alone where it looks personal.</param>
    public static Finding Make(Rule rule, string pointer, string? value, string? message = null) =>
        new(rule.Code, rule.Severity, pointer, value is null ? null : PersonalText.Shown(rule, Storable(value)), message ?? rule.Summary);

    private static string Storable(string value)
    {
        Span<char> kept = stackalloc char[Finding.LongestValue];
        var length = Math.Min(value.Length, kept.Length);
        for (var i = 0; i < length; i++)
        {
            var c = value[i];
            var paired = char.IsSurrogate(c) &&
                ((char.IsHighSurrogate(c) && i + 1 < length && char.IsLowSurrogate(value[i + 1])) ||
                 (char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(value[i - 1])));
            kept[i] = c == '\0' || (char.IsSurrogate(c) && !paired) ? '\uFFFD' : c;
        }

        return new string(kept[..length]);
    }
}
