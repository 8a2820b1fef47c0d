using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Agreements;

/// <summary>
/// Who reads what in a pretend London, as a file of grants: each operator shares with its boroughs what happens there, with the GLA and TfL all of it,
/// and with London Councils its statuses, and its sessions without energy and cost, with times by the quarter of an hour.
/// </summary>
internal static class PretendAgreements
{
    public const string FileName = "grants.json";

    private const string Since = "2025-04-01T00:00:00+01:00";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly (string Id, string Name, OrganisationRole Role)[] Bodies =
    [
        ("gla", "Greater London Authority", OrganisationRole.Gla),
        ("tfl", "Transport for London", OrganisationRole.Tfl),
        ("london-councils", "London Councils", OrganisationRole.LondonCouncils),
        ("hub-keepers", "Those who keep this hub", OrganisationRole.Administrator),
        ("auditors", "Those who look over their shoulders", OrganisationRole.Auditor),
    ];

    /// <summary>One organisation of each role, for a key of each: of the boroughs Camden, of the operators the first.</summary>
    public static IReadOnlyList<(OrganisationRole Role, string OrganisationId)> OneOfEach(IReadOnlyList<RunningOperator> operators) =>
    [
        .. operators.Take(1).Select(o => (OrganisationRole.Operator, OrganisationOf(o))), (OrganisationRole.Borough, "camden"), .. Bodies.Select(b => (b.Role, b.Id)),
    ];

    public static byte[] FileOf(IReadOnlyList<RunningOperator> operators) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Organisations = (object[])
            [
                .. Bodies.Select(b => new { OrganisationId = b.Id, b.Name, Role = Words<OrganisationRole>.Of(b.Role) }),
                .. BoroughFacts.All.Select(b => new { OrganisationId = SlugOf(b.Name), b.Name, Role = Words<OrganisationRole>.Of(OrganisationRole.Borough) }),
                .. operators.Select(o => new { OrganisationId = OrganisationOf(o), o.Name, Role = Words<OrganisationRole>.Of(OrganisationRole.Operator), o.OperatorId }),
            ],
            Agreements = operators.Select(o => new
            {
                AgreementId = $"{o.OperatorId}-sharing",
                Title = $"Data sharing with {o.Name}",
                o.OperatorId,
                ValidFrom = Since,
                Grants = (object[])
                [
                    Grant(o, "gla", ["status_changes", "charging_sessions", "outages", "reported_usage", "feed_quality"], ["london"]),
                    Grant(o, "tfl", ["status_changes", "charging_sessions", "outages", "reported_usage"], ["london"]),
                    .. WithLimits(o, "london-councils"),
                    .. BoroughFacts.All.Select(b => Grant(o, SlugOf(b.Name), ["status_changes", "charging_sessions", "outages"], [b.Gss])),
                ],
            }),
        },
        Indented);

    private static object Grant(RunningOperator o, string organisation, string[] datasets, string[] areas) =>
        new { GrantId = $"{o.OperatorId}-{organisation}", OrganisationId = organisation, Datasets = datasets, Areas = areas };

    /// <summary>Both datasets by the quarter of an hour: a change to CHARGING tells when a session began.</summary>
    private static IEnumerable<object> WithLimits(RunningOperator o, string organisation)
    {
        var quarter = Words<TimePrecision>.Of(TimePrecision.QuarterHour);
        yield return new { GrantId = $"{o.OperatorId}-{organisation}", OrganisationId = organisation, Datasets = (string[])["status_changes"], Areas = (string[])["london"], TimePrecision = quarter };
        yield return new
        {
            GrantId = $"{o.OperatorId}-{organisation}-sessions",
            OrganisationId = organisation,
            Datasets = (string[])["charging_sessions"],
            Areas = (string[])["london"],
            Fields = (string[])["connector_id", "payment_method", "user_type", "outcome", "ended_by", "error_code"],
            TimePrecision = quarter,
        };
    }

    private static string OrganisationOf(RunningOperator o) => $"operator-{o.OperatorId}";

    private static string SlugOf(string name) => name.ToLowerInvariant().Replace(' ', '-');
}
