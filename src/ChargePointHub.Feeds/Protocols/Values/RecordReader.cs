using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>
/// Reads single values of one record: what is there and usable comes back, anything else is null, and what was wrong or was
/// changed is a finding. JSON null is null without a finding; <see cref="Expect"/> says where that is worth telling.
/// </summary>
/// <param name="naiveIsUtc">True: times without an offset are UTC (OCPI); false: they are in the feed's zone.</param>
internal sealed class RecordReader(FeedDefinition feed, bool naiveIsUtc)
{
    public const int LongestId = 128;

    public Findings Findings { get; } = new();

    public Territory Territory => feed.Territory;

    /// <summary>JSON Pointer of the object being read; empty for the record itself.</summary>
    public string At { get; set; } = "";

    public void Add(Rule rule, string name, string? value, string? message = null) => Findings.Add(rule, $"{At}/{name}", value, message);

    /// <summary>A finding when an expected field is null.</summary>
    public void Expect(bool present, string name)
    {
        if (!present) Add(ValueRules.ExpectedMissing, name, null);
    }

    /// <summary>Text, trimmed.</summary>
    public string? Text(JsonElement value, string name, int longest = 255)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                Add(ValueRules.TextAsNumber, name, value.GetRawText());
                return StorableText.CutTo(value.GetRawText(), longest);
            case not JsonValueKind.String:
                Add(ValueRules.ValueWrongType, name, null);
                return null;
        }

        if (StorableText.Of(value) is not { } sent)
        {
            Add(ValueRules.TextUnstorable, name, null);
            return null;
        }

        if (IsPlaceholder(sent))
        {
            Add(ValueRules.PlaceholderValue, name, sent);
            return null;
        }

        var text = sent.Trim();
        if (text.Length != sent.Length) Add(ValueRules.TextTrimmed, name, sent);
        if (text.Length <= longest) return text;
        Add(ValueRules.TextTooLong, name, text, $"Longer than {longest} characters; the rest was cut off.");
        return StorableText.CutTo(text, longest);
    }

    /// <summary>An id, trimmed; null with an error when it is missing or unusable and <paramref name="isKey"/>, else with a warning.</summary>
    public string? Id(JsonElement value, string name, bool isKey)
    {
        if (value.ValueKind == JsonValueKind.Null) return null;
        var text = Text(value, name, int.MaxValue);
        if (text is null) return null;
        var usable = text.Length <= LongestId;
        foreach (var c in text) usable &= !char.IsControl(c);
        if (usable) return text;
        Add(isKey ? ValueRules.IdUnusable : ValueRules.TextTooLong, name, text);
        return null;
    }

    /// <summary>Bounds inclusive.</summary>
    public decimal? Number(JsonElement value, string name, decimal least, decimal most)
    {
        decimal number;
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                if (value.TryGetDecimal(out number)) break;
                Add(ValueRules.NumberUnusable, name, value.GetRawText());
                return null;
            case JsonValueKind.String:
                var text = StorableText.Of(value)?.Trim();
                if (text is not null && IsPlaceholder(text))
                {
                    Add(ValueRules.PlaceholderValue, name, text);
                    return null;
                }

                const NumberStyles plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
                if (!decimal.TryParse(text, plain, CultureInfo.InvariantCulture, out number))
                {
                    Add(ValueRules.NumberUnusable, name, text);
                    return null;
                }

                Add(ValueRules.NumberAsText, name, text);
                break;
            default:
                Add(ValueRules.ValueWrongType, name, null);
                return null;
        }

        if (number >= least && number <= most) return number;
        Add(ValueRules.NumberOutOfRange, name, number.ToString(CultureInfo.InvariantCulture), $"Not within {least} to {most}; read as null.");
        return null;
    }

    /// <summary>A whole number; fractions are cut with a finding. Bounds inclusive.</summary>
    public int? Whole(JsonElement value, string name, int least, int most)
    {
        if (Number(value, name, least, most) is not { } number) return null;
        var whole = decimal.Truncate(number);
        if (whole != number) Add(ValueRules.NumberUnusable, name, $"{number}", $"A whole number was expected; read as {whole}.");
        return (int)whole;
    }

    public bool? Flag(JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Null: return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => StorableText.Of(value)?.Trim().ToLowerInvariant(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        bool? flag = text switch
        {
            "true" or "yes" or "1" => true,
            "false" or "no" or "0" => false,
            _ => null,
        };
        var rule = flag is not null ? ValueRules.BooleanAsText : text is not null && IsPlaceholder(text) ? ValueRules.PlaceholderValue : ValueRules.ValueWrongType;
        Add(rule, name, text);
        return flag;
    }

    public TEnum? Word<TEnum>(JsonElement value, string name, TEnum? unknown = null)
        where TEnum : struct, Enum
    {
        if (Text(value, name) is not { } word) return null;
        if (Words<TEnum>.Parse(word) is { } exact) return exact;
        if (Words<TEnum>.Parse(word.ToUpperInvariant()) is { } otherCase)
        {
            Add(ValueRules.WordCase, name, word);
            return otherCase;
        }

        Add(ValueRules.WordUnknown, name, word);
        return unknown;
    }

    /// <summary>UTC, cut to the microsecond.</summary>
    public DateTimeOffset? Instant(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Add(ValueRules.ValueWrongType, name, value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null);
            return null;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value);
        var read = InstantText.Read(raw[1..^1]);
        if (read is { Form: InstantForm.Usual, OffsetMinutes: { } offset })
        {
            return ToInstant(read.LocalTicks - (offset * TimeSpan.TicksPerMinute));
        }

        return UnusualInstant(value, name, read);
    }

    /// <summary>A London date; of an instant, the date that it is written with.</summary>
    public DateOnly? Day(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Null) return null;
        if (Text(value, name) is not { } text) return null;
        var read = InstantText.Read(System.Text.Encoding.UTF8.GetBytes(text));
        if (!read.IsReadable)
        {
            AddUnreadable(read.Form, name, text);
            return null;
        }

        if (text.Length != 10) Add(ValueRules.TimeUnusualForm, name, text, "A date was expected; its time was cut off.");
        return DateOnly.FromDateTime(new DateTime(read.LocalTicks));
    }

    private DateTimeOffset? UnusualInstant(JsonElement value, string name, InstantText read)
    {
        if (Text(value, name) is not { } text) return null;
        if (!read.IsReadable) read = InstantText.Read(System.Text.Encoding.UTF8.GetBytes(text));
        if (!read.IsReadable)
        {
            AddUnreadable(read.Form, name, text);
            return null;
        }

        if (read.Form == InstantForm.Unusual) Add(ValueRules.TimeUnusualForm, name, text);
        if (read.OffsetMinutes is { } minutes) return ToInstant(read.LocalTicks - (minutes * TimeSpan.TicksPerMinute));
        if (naiveIsUtc) return ToInstant(read.LocalTicks);

        Add(ValueRules.TimeWithoutZone, name, text, $"No offset was given; read in {feed.Zone.Id}.");
        var local = new DateTime(read.LocalTicks, DateTimeKind.Unspecified);
        if (feed.Zone.IsInvalidTime(local))
        {
            Add(ValueRules.TimeInGap, name, text);
            return null;
        }

        var offset = feed.Zone.GetUtcOffset(local);
        if (feed.Zone.IsAmbiguousTime(local))
        {
            var both = feed.Zone.GetAmbiguousTimeOffsets(local);
            offset = feed.FoldIsEarlier ? both.Max() : both.Min();
            Add(ValueRules.TimeInFold, name, text, $"The {(feed.FoldIsEarlier ? "earlier" : "later")} of the two instants was taken.");
        }

        return ToInstant(read.LocalTicks - offset.Ticks);
    }

    private void AddUnreadable(InstantForm form, string name, string text) => Add(
        form switch
        {
            InstantForm.ZeroDate => ValueRules.TimeZeroDate,
            InstantForm.YearOutOfRange => ValueRules.TimeYearOutOfRange,
            _ => ValueRules.TimeUnusable,
        },
        name,
        text);

    private static DateTimeOffset ToInstant(long utcTicks) => Instants.ToStoredResolution(new DateTimeOffset(utcTicks, TimeSpan.Zero));

    private static bool IsPlaceholder(string text) =>
        text.Length <= 9 && text.AsSpan().Trim() is var t &&
        (t.IsEmpty || t.Equals("n/a", StringComparison.OrdinalIgnoreCase) || t.Equals("na", StringComparison.OrdinalIgnoreCase) ||
         t.Equals("null", StringComparison.OrdinalIgnoreCase) || t.Equals("none", StringComparison.OrdinalIgnoreCase) ||
         t.Equals("undefined", StringComparison.OrdinalIgnoreCase) || t is "-");
}
