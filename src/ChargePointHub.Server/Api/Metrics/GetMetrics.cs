using System.Text;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Metrics;

namespace ChargePointHub.Server.Api.Metrics;

/// <summary>
/// GET /metrics: for those who watch the hub. How many records an operator's sessions bring is commercially sensitive, so that it is
/// read under an administrator's key.
/// </summary>
internal static class GetMetrics
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/metrics",
        OperationId = "getMetrics",
        Summary = "What the hub measures of itself",
        Description = "Requests to operators and of clients, pulls, pages, records, gaps, lag, quarantine, leases and database connections, of this "
            + "instance, in the Prometheus text format. Counts by operator tell how much its charge points are used, so a key of an administrator is needed.",
        Tag = "Health",
        IsHeldBy = RouteRights.Watching,
        IsRestricted = true,
        Answers = [new("text/plain", "MetricsText")],
        Handler = async request =>
        {
            using var text = new StringWriter { NewLine = "\n" };
            request.Http.RequestServices.GetRequiredService<MetricListener>().WriteTo(text);
            using var body = new AnswerBody(request);
            Encoding.UTF8.GetBytes(text.ToString(), body);
            await JsonAnswer.SendAsync(request, PrometheusText.MediaType, body);
        },
    };
}
