using System.Text.Json.Serialization;
using ChargePointHub.Model;
using ChargePointHub.Store.Figures;

namespace ChargePointHub.Server.Api.Reliability;

/// <summary>Why a charge point is not of the network whose reliability is regulated. Source: Public Charge Point Regulations 2023: public, and rapid.</summary>
public enum LeftOut
{
    [JsonStringEnumMemberName("restricted_access")] RestrictedAccess,

    [JsonStringEnumMemberName("access_unknown")] AccessUnknown,

    [JsonStringEnumMemberName("below_50_kw")] BelowRapid,

    [JsonStringEnumMemberName("power_unknown")] PowerUnknown,

    /// <summary>It lies in no borough of London, or where it lies is not known.</summary>
    [JsonStringEnumMemberName("outside_london")] OutsideLondon,

    /// <summary>It left service before the period.</summary>
    [JsonStringEnumMemberName("decommissioned")] Decommissioned,

    /// <summary>It went into service after the period.</summary>
    [JsonStringEnumMemberName("not_yet_commissioned")] NotYetCommissioned,

    /// <summary>It would count, and nothing was observed of it in the period.</summary>
    [JsonStringEnumMemberName("never_observed")] NeverObserved,
}

internal static class RegulatedNetwork
{
    /// <summary>Null: it counts.</summary>
    /// <param name="boroughsAreKnown">The hub has their boundaries; without them nothing is said of where a charge point lies.</param>
    public static LeftOut? WhyNot(NetworkPoint point, bool boroughsAreKnown) => point switch
    {
        { BoroughGss: null } when boroughsAreKnown => LeftOut.OutsideLondon,
        { Access: null } => LeftOut.AccessUnknown,
        { Access: not Model.Access.Public } => LeftOut.RestrictedAccess,
        { MaxPowerKw: null } => LeftOut.PowerUnknown,
        { MaxPowerKw: < Model.Reliability.LeastPowerKw } => LeftOut.BelowRapid,
        _ => null,
    };
}
