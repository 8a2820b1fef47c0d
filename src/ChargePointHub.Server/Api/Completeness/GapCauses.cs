namespace ChargePointHub.Server.Api.Completeness;

/// <summary>Why time is missing: a closed list of words.</summary>
public static class GapCauses
{
    public const string OperatorDown = "operator_down";
    public const string HubDown = "hub_down";
    public const string HubFault = "hub_fault";
    public const string Refused = "refused";
    public const string Throttled = "throttled";
    public const string BeyondLookBack = "beyond_look_back";
    public const string NoHistoryOffered = "no_history_offered";

    public const string NotHandedIn = "not_handed_in";

    public static readonly IReadOnlyList<string> All = [OperatorDown, HubDown, HubFault, Refused, Throttled, BeyondLookBack, NoHistoryOffered, NotHandedIn];

    /// <param name="failure">Kind of the latest failed run in the gap, as its run keeps it; null: no run was made, so the hub was away.</param>
    /// <param name="plan">How the dataset comes in; what comes as files is asked for by nobody.</param>
    public static string Of(string? failure, ListedDataset? plan) => failure switch
    {
        _ when plan is { IsHandedIn: true } => NotHandedIn,
        null => HubDown,
        "hub_fault" or "credential_missing" => HubFault,
        "unauthorised" or "forbidden" or "tls_refused" or "address_refused" => Refused,
        "throttled" => Throttled,
        _ => OperatorDown,
    };
}
