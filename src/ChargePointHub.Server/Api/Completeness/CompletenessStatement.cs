using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Completeness;

public enum GapState
{
    /// <summary>Can still be had.</summary>
    [JsonStringEnumMemberName("open")] Open,

    /// <summary>Can never be had.</summary>
    [JsonStringEnumMemberName("lost")] Lost,

    /// <summary>Lies before what the operator offers.</summary>
    [JsonStringEnumMemberName("not_offered")] NotOffered,
}

/// <summary>Event times of one operator about which an answer may miss records.</summary>
/// <param name="Cause">Told under a key only; null: not known or not told.</param>
public sealed record StatedGap(string OperatorId, Window Window, GapState State, string? Cause);

/// <summary>How much of an answer is here.</summary>
/// <param name="SettledTo">Every operator is judged at least up to this instant (exclusive); null: nobody provides the dataset.</param>
/// <param name="CoveredPercent">One decimal, mean over the operators; null: there was nothing to judge.</param>
/// <param name="NotProvided">Operators in scope without such a dataset.</param>
/// <param name="Quarantined">Records of the window that were refused or wait; null: not told.</param>
public sealed record CompletenessStatement(
    bool Complete,
    DateTimeOffset? SettledTo,
    double? CoveredPercent,
    IReadOnlyList<StatedGap> Gaps,
    IReadOnlyList<string> NotProvided,
    long? Quarantined)
{
    /// <summary>Quarantine was full and older records of the window made way: there were more than <see cref="Quarantined"/>.</summary>
    public bool QuarantinedIsLeast { get; init; }

    /// <summary>The same facts on one line, for answers whose body has no room for them.</summary>
    public string ToHeader()
    {
        var percent = CoveredPercent?.ToString("0.0", CultureInfo.InvariantCulture) ?? "unknown";
        var quarantined = Quarantined?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        var settled = SettledTo is { } s ? Instants.Format(s) : "unknown";
        return $"complete={(Complete ? "true" : "false")}, covered_percent={percent}, settled_to={settled}, gaps={Gaps.Count}, "
            + $"not_provided={NotProvided.Count}, quarantined={quarantined}{(QuarantinedIsLeast ? ", quarantined_is_least=true" : "")}";
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("complete", Complete);
        json.WriteInstant("settled_to", SettledTo);
        if (CoveredPercent is { } percent) json.WriteNumber("covered_percent", (decimal)percent);
        else json.WriteNull("covered_percent");
        json.WriteStartArray("gaps");
        foreach (var gap in Gaps)
        {
            json.WriteStartObject();
            json.WriteString("operator_id", gap.OperatorId);
            json.WriteInstant("from", gap.Window.From);
            json.WriteInstant("to", gap.Window.To);
            json.WriteString("state", Words<GapState>.Of(gap.State));
            if (gap.Cause is not null) json.WriteString("cause", gap.Cause);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("not_provided", NotProvided);
        if (Quarantined is { } quarantined) json.WriteNumber("quarantined", quarantined);
        else json.WriteNull("quarantined");
        if (QuarantinedIsLeast) json.WriteBoolean("quarantined_is_least", true);
        json.WriteEndObject();
    }
}
