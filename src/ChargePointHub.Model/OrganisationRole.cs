using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>What an organisation is to the hub. A closed list; what each may read is settled in <see cref="Scope.Of"/>.</summary>
public enum OrganisationRole
{
    /// <summary>Provides data, and reads all of its own without a grant.</summary>
    [JsonStringEnumMemberName("operator")] Operator,

    [JsonStringEnumMemberName("borough")] Borough,

    [JsonStringEnumMemberName("tfl")] Tfl,

    [JsonStringEnumMemberName("gla")] Gla,

    [JsonStringEnumMemberName("london_councils")] LondonCouncils,

    /// <summary>Keeps the hub: reads its metrics, and of operators' data only what is open or granted.</summary>
    [JsonStringEnumMemberName("administrator")] Administrator,

    /// <summary>Reads who read what, and no data, not even what is open.</summary>
    [JsonStringEnumMemberName("auditor")] Auditor,
}
