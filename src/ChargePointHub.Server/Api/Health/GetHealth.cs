using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Health;

/// <summary>GET /health/live and /health/ready: for those who start, stop and route.</summary>
internal static class GetHealth
{
    public static readonly ApiRoute Live = new()
    {
        Path = "/health/live",
        OperationId = "getLiveness",
        Summary = "Whether the hub runs",
        Description = "Answers as long as the process does; asks nothing of the database.",
        Tag = "Health",
        IsHeldBy = RouteRights.Anyone,
        IsOpen = true,
        Answers = [new(ApiRoute.Json, "Health")],
        Handler = request => StatusAsync(request, "live"),
    };

    public static readonly ApiRoute Ready = Live with
    {
        Path = "/health/ready",
        OperationId = "getReadiness",
        Summary = "Whether the hub can answer",
        Description = "Asks the database one question. Says no from the moment the hub is asked to stop, while it still answers everything else: "
            + "time for whoever routes to route elsewhere.",
        Errors = [ErrorCatalogue.DatabaseAway, ErrorCatalogue.HubStopping],
        Handler = async request =>
        {
            if (request.Hub.Readiness.IsStopping)
            {
                var error = ErrorCatalogue.HubStopping;
                await request.RefuseAsync(new Fault(error, null, $"{error.Happened} {error.Remedy}", In: FaultPlace.Service));
                return;
            }

            await request.Hub.Records.PingAsync(request.Aborted);
            await StatusAsync(request, "ready");
        },
    };

    private static Task StatusAsync(HubRequest request, string status) => JsonAnswer.SendAsync(request, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", status);
        json.WriteEndObject();
    });
}
