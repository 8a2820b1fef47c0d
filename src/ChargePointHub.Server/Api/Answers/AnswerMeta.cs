using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>What an answer says about itself.</summary>
/// <param name="AsOf">When the hub last learnt something before it answered.</param>
/// <param name="RestrictedTo">What the reader's rights narrow it to: operators, or areas of operators; empty: nothing does.</param>
/// <param name="Count">All records that the question meets, at the answer's tick; null: it was not asked for.</param>
internal sealed record AnswerMeta(Dataset Dataset, Window? Window, DateTimeOffset AsOf, IReadOnlyList<ListedOperator> Operators, CompletenessStatement Completeness, IReadOnlyList<string> RestrictedTo, long? Count)
{
    /// <summary>What of these records the reader's rights show, where that is not all of each; empty: they show all.</summary>
    public IReadOnlyList<Right> Limits { get; init; } = [];

    /// <summary>From <c>meta</c> to the closing brace; the caller has written everything before, comma included.</summary>
    public static void WriteTail(IBufferWriter<byte> output, AnswerMeta meta, string self, string? next, string? cursor)
    {
        var part = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(part, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartObject("meta");
            meta.WriteProperties(json);
            json.WriteEndObject();
            json.WriteStartObject("links");
            json.WriteString("self", self);
            json.WriteString("next", next);
            json.WriteEndObject();
            json.WriteString("next_cursor", cursor);
            json.WriteEndObject();
        }

        output.Write(part.WrittenSpan[1..]);
    }

    public void WriteProperties(Utf8JsonWriter json)
    {
        json.WriteString("dataset", Dataset.Name);
        json.WriteWindow("window", Window);
        json.WriteInstant("as_of", AsOf);
        json.WriteString("schema", "hub/v1/" + Dataset.Name);
        WriteLicences(json, Dataset, Operators);
        json.WriteStrings("restricted_to", RestrictedTo);
        WriteLimits(json, Dataset, Limits);
        if (Count is { } count) json.WriteNumber("count", count);
        else json.WriteNull("count");
        json.WritePropertyName("completeness");
        Completeness.Write(json);
    }

    /// <summary>Of those who provide the dataset, or what its records are derived from.</summary>
    public static void WriteLicences(Utf8JsonWriter json, Dataset dataset, IEnumerable<ListedOperator> operators)
    {
        json.WriteStartArray("licence");
        foreach (var o in operators.Where(o => o.Find(dataset) is not null || (dataset == Dataset.Outages && o.Find(Dataset.StatusChanges) is not null)))
        {
            json.WriteStartObject();
            json.WriteString("operator_id", o.OperatorId);
            json.WriteString("licence", o.Licence);
            json.WriteString("attribution", o.Attribution);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Nothing where there are none.</summary>
    public static void WriteLimits(Utf8JsonWriter json, Dataset dataset, IReadOnlyList<Right> limits)
    {
        if (limits.Count == 0) return;
        json.WriteStartArray("limits");
        foreach (var right in limits)
        {
            json.WriteStartObject();
            json.WriteString("operator_id", right.OperatorId);
            json.WriteStringsOrNull("boroughs", right.Boroughs);
            json.WriteStrings("withheld", right.Detail.HiddenOf(dataset.Name));
            json.WriteString("time_precision", Words<TimePrecision>.Of(right.Precision));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
