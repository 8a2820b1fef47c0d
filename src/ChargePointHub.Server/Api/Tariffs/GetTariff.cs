using ChargePointHub.Model;
using ChargePointHub.Server.Api.Records;

namespace ChargePointHub.Server.Api.Tariffs;

/// <summary>GET /v1/tariffs/{id}: what one tariff costs, and every version of it.</summary>
internal static class GetTariff
{
    public static readonly ApiRoute Route = RecordAnswer.RouteOf(ListTariffs.Route, "Tariff", "lamplight:standard", "One tariff");

    public static readonly ApiRoute Versions = VersionsAnswer.RouteOf(Route, Dataset.Tariffs, "Tariff");
}
