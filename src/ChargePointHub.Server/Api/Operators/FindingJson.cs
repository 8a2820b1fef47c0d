using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;
using ChargePointHub.Server.Findings;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>What was found, in single records and over all of them, in one form.</summary>
internal static class FindingJson
{
    /// <summary>In single records.</summary>
    public static void Write(Utf8JsonWriter json, RuleCount count)
    {
        Begin(json, "record", count.Dataset, count.Rule, count.Severity, count.Count);
        foreach (var sample in count.Samples)
        {
            json.WriteStartObject();
            json.WriteString("record_id", sample.RecordId);
            json.WriteString("pointer", sample.Pointer);
            json.WriteString("value", sample.Value);
            json.WriteString("message", sample.Message);
            json.WriteNull("measured");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Over all of them.</summary>
    public static void Write(Utf8JsonWriter json, DatasetRuleState state)
    {
        Begin(json, "dataset", state.Rule.Dataset.Name, state.Rule.Code, Words<Severity>.Of(RuleCatalogue.Named(state.Rule.Code)!.Severity), state.Open);
        foreach (var found in state.Worst)
        {
            json.WriteStartObject();
            json.WriteString("record_id", found.RecordId);
            json.WriteString("pointer", "");
            json.WriteNull("value");
            json.WriteString("message", FindingSentence.Of(state.Rule, found));
            json.WriteStartObject("measured");
            json.WriteNumber("value", found.Measured);
            json.WriteNumber("threshold", found.Threshold);
            json.WriteString("unit", Words<FindingUnit>.Of(state.Rule.Unit));
            json.WriteString("charge_point_id", found.ChargePointId);
            json.WriteString("other_id", found.OtherId);
            json.WriteString("from", Text(found.From));
            json.WriteString("to", Text(found.To));
            json.WriteString("first_seen_at", Text(found.FirstSeenAt));
            json.WriteString("last_seen_at", Text(found.LastSeenAt));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What was looked at.</summary>
    public static void WriteCheck(Utf8JsonWriter json, DatasetRuleState state)
    {
        json.WriteStartObject();
        json.WriteString("rule", state.Rule.Code);
        json.WriteString("from", Text(state.Window.From));
        json.WriteString("to", Text(state.Window.To));
        json.WriteString("checked_at", Text(state.CheckedAt));
        json.WriteNumber("judged_percent", state.JudgedPercent);
        json.WriteNumber("open", state.Open);
        json.WriteNumber("ended", state.Ended);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string kind, string dataset, string rule, string severity, long count)
    {
        json.WriteStartObject();
        json.WriteString("kind", kind);
        json.WriteString("dataset", dataset);
        json.WriteString("rule", rule);
        json.WriteString("severity", severity);
        json.WriteNumber("count", count);
        json.WriteStartArray("samples");
    }

    private static string? Text(DateTimeOffset? instant) => instant is { } at ? Instants.Format(at) : null;
}
