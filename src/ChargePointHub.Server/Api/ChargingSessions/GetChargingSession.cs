using ChargePointHub.Model;
using ChargePointHub.Server.Api.Records;

namespace ChargePointHub.Server.Api.ChargingSessions;

/// <summary>GET /v1/charging-sessions/{id}: one charging session, and every version of it.</summary>
internal static class GetChargingSession
{
    public static readonly ApiRoute Route = RecordAnswer.RouteOf(ListChargingSessions.Route, "ChargingSession", "lamplight:S-20261120-0001", "One charging session");

    public static readonly ApiRoute Versions = VersionsAnswer.RouteOf(Route, Dataset.ChargingSessions, "ChargingSession");
}
