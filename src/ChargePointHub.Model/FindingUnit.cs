using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What a rule over a dataset measures in.</summary>
public enum FindingUnit
{
    [JsonStringEnumMemberName("minutes")] Minutes,
    [JsonStringEnumMemberName("days")] Days,
    [JsonStringEnumMemberName("percent")] Percent,
}
