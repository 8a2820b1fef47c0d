namespace ChargePointHub.Model;

/// <summary>
/// Which fields of restricted records a grant may withhold: a hand-written catalogue, held against the records by a test. Ids, places and the times of
/// events always go out, the id of the session that one corrects among them: which sessions count, in figures too, is what it says. A status change consists of nothing else.
/// </summary>
public static class RestrictedFields
{
    private static readonly string[] OfSessions =
    [
        "connector_id", "charging_minutes", "energy_kwh", "peak_kw", "cost_ex_vat", "cost_inc_vat", "currency", "tariff_id", "payment_method", "user_type",
        "outcome", "ended_by", "error_code", "start_soc_percent", "end_soc_percent",
    ];

    private static readonly string[] OfOutages = ["category", "cause", "exempt", "exempt_reason"];

    private static readonly string[] OfUsage =
    [
        "sessions", "successful_sessions", "energy_kwh", "plugged_minutes", "charging_minutes", "idle_minutes", "open_minutes", "utilisation_percent",
        "charging_utilisation_percent", "sessions_per_day", "charge_points", "unused_charge_points", "revenue_inc_vat", "currency",
    ];

    /// <summary>Fields of sessions that tell others, which they are made of: they go out where all of these do, and where times are exact.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> MadeOf = new Dictionary<string, IReadOnlyList<string>>
    {
        ["average_kw"] = ["energy_kwh", "charging_minutes"],
    };

    /// <summary>Fields that a grant may name, in their order in the record; none of what holds no records.</summary>
    /// <param name="subject">One of <see cref="Right.All"/>.</param>
    public static IReadOnlyList<string> Of(string subject) =>
        subject == Dataset.ChargingSessions.Name ? OfSessions
        : subject == Dataset.Outages.Name ? OfOutages
        : subject == Dataset.ReportedUsage.Name ? OfUsage
        : [];
}
