using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about single values, whatever they stand for.</summary>
public static class ValueRules
{
    private const string Json = "Clause C10; operator-feed.v1";

    public static readonly Rule RecordNotObject = new("record-not-object", Severity.Error, "A record is not a JSON object.",
        "Nothing can be read from it.", "Send an array of objects.", Json);

    public static readonly Rule IdMissing = new("id-missing", Severity.Error, "A record has no id.",
        "Without an id a record can be neither updated nor referred to.", "Give every record the id under which you keep it.", "Clause C14; OCPI 2.2.1 CiString(36)");

    public static readonly Rule IdUnusable = new("id-unusable", Severity.Error, "An id cannot be used.",
        "Ids are text of 1 to 128 characters without control characters.", "Send the id as plain text.", "Clause C14; OCPI 2.2.1 CiString(36)");

    public static readonly Rule DuplicateId = new("duplicate-id", Severity.Info, "The same id came twice in one crawl or window.",
        "Counts made from the feed are too high.", "List every record once.", "Clause C8");

    public static readonly Rule DuplicateIdDiffers = new("duplicate-id-differs", Severity.Warning, "The same id came twice in one crawl, with different contents.",
        "One of the two is wrong and nobody can tell which; the first was kept.", "List every record once.", "Clause C8");

    public static readonly Rule ExpectedMissing = new("expected-missing", Severity.Info, "An expected field is missing or null.",
        "The unified record says unknown there.", "Fill the field.", "Clause C14");

    public static readonly Rule PersonalDataPresent = new("personal-data-present", Severity.Warning, "A field that names or identifies a person was sent.",
        "The hub needs nothing personal; the field was dropped unread.", "Do not send it.", "UK GDPR article 5(1)(c)");

    public static readonly Rule PlaceholderValue = new("placeholder-value", Severity.Info, "A stand-in such as \"n/a\" or \"\" was sent for unknown.",
        "Readers would take it for a value; it was read as null.", "Send null.", Json);

    public static readonly Rule TextTrimmed = new("text-trimmed", Severity.Info, "Text had white space around it, which was cut off.",
        "\"Haringey \" and \"Haringey\" would count as two.", "Trim text before sending it.", Json);

    public static readonly Rule TextTooLong = new("text-too-long", Severity.Warning, "Text is longer than its field and was cut.",
        "What lies beyond the limit is lost.", "Keep within the field's length.", Json);

    public static readonly Rule TextUnstorable = new("text-unstorable", Severity.Warning, "Text holds a null character or half a surrogate pair; it was read as null.",
        "It is not Unicode text, and no database keeps it.", "Send valid UTF-8 without U+0000.", "RFC 8259 section 8");

    public static readonly Rule TextAsNumber = new("text-as-number", Severity.Info, "Text was sent as a number; it was read as text.",
        "Leading zeros and large ids are lost in numbers.", "Quote it.", Json);

    public static readonly Rule NumberAsText = new("number-as-text", Severity.Info, "A number was sent as text; it was read as a number.",
        "Readers must guess the decimal sign.", "Send a JSON number.", Json);

    public static readonly Rule NumberUnusable = new("number-unusable", Severity.Warning, "A value is not a usable number; it was read as null.",
        "Its meaning cannot be told.", "Send a plain decimal JSON number.", Json);

    public static readonly Rule NumberOutOfRange = new("number-out-of-range", Severity.Warning, "A number lies outside what its field can mean; it was read as null.",
        "It would falsify sums and maps.", "Check unit and field.", Json);

    public static readonly Rule BooleanAsText = new("boolean-as-text", Severity.Info, "true or false was sent as text or as a number.",
        "Readers must guess the words.", "Send a JSON boolean.", Json);

    public static readonly Rule ValueWrongType = new("value-wrong-type", Severity.Warning, "A value is of another JSON type than its field; it was read as null.",
        "Its meaning cannot be told.", "Follow the field's type.", Json);

    public static readonly Rule WordCase = new("word-case", Severity.Info, "A word of a closed list was written in other case.",
        "Strict readers refuse it.", "Write the word as the list has it.", "OCPI 2.2.1 enums");

    public static readonly Rule WordUnknown = new("word-unknown", Severity.Warning, "A word is not on the field's closed list; it was read as unknown.",
        "Its meaning cannot be told.", "Use the list's words, or declare yours in the feed's settings.", "OCPI 2.2.1 enums");

    public static readonly Rule TimeMissing = new("time-missing", Severity.Error, "An event has no usable time.",
        "Without its time it belongs to no window.", "Send the time as RFC 3339 with Z.", "Clause C6");

    public static readonly Rule TimeUnusable = new("time-unusable", Severity.Warning, "A time could not be read; it was read as null.",
        "Its meaning cannot be told.", "Send RFC 3339 in UTC with Z.", "OCPI 2.2.1 DateTime; RFC 3339");

    public static readonly Rule TimeZeroDate = new("time-zero-date", Severity.Warning, "0000-00-00 was sent for an unknown time; it was read as null.",
        "It is no date.", "Send null.", "RFC 3339");

    public static readonly Rule TimeYearOutOfRange = new("time-year-out-of-range", Severity.Warning, "A time lies outside the years 2000 to 2100; it was read as null.",
        "It is a default or a slip.", "Send null where the time is unknown.", "RFC 3339");

    public static readonly Rule TimeWithoutZone = new("time-without-zone", Severity.Info, "A time has no offset; the feed's declared zone was assumed.",
        "Twice a year such times are ambiguous.", "Send UTC with Z.", "RFC 3339");

    public static readonly Rule TimeUnusualForm = new("time-unusual-form", Severity.Info, "A time is written in an unusual form.",
        "Strict readers refuse it.", "Write 2026-11-20T08:15:00Z.", "RFC 3339");

    public static readonly Rule TimeInGap = new("time-in-gap", Severity.Warning, "A local time does not exist: clocks were put forward over it; it was read as null.",
        "It may mean two instants an hour apart.", "Send UTC with Z.", "RFC 3339");

    public static readonly Rule TimeInFold = new("time-in-fold", Severity.Warning, "A local time happened twice: clocks were put back; the feed's declared rule decided.",
        "It may be an hour off.", "Send UTC with Z.", "RFC 3339");

    public static readonly Rule TimeInFuture = new("time-in-future", Severity.Warning, "An event lies more than 5 minutes in the future.",
        "A clock or a zone is wrong.", "Synchronise clocks and send UTC.", "Public Charge Point Regulations 2023, status within 30 s");

    public static readonly Rule OutsideWindow = new("outside-window", Severity.Info, "A record lies outside the window that was asked for.",
        "It is true and was kept; but filters that leak may also lose records.", "Answer half-open windows by the axis asked for.", "Clause C11");
}
