using ChargePointHub.Server.Api;

namespace ChargePointHub.Server.Metrics;

/// <summary>Counts every answer of the API under its route as declared; what matches none is counted as <c>none</c>.</summary>
internal sealed class AnswerMetering(RequestDelegate next)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    public async Task InvokeAsync(HttpContext context)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var route = context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.Path ?? "none";
            var method = Methods.Contains(context.Request.Method) ? context.Request.Method : "other";
            HubMeter.Answered(route, method, context.Response.StatusCode, TimeProvider.System.GetElapsedTime(started));
        }
    }
}
