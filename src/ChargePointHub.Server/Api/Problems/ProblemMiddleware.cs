using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Bulk;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Problems;

/// <summary>
/// Outermost: every answer carries a request id, every failure becomes a problem with nothing internal in it. A body that has
/// begun and cannot be finished is cut at the connection, so that nobody takes it for whole.
/// </summary>
internal sealed class ProblemMiddleware(RequestDelegate next, HubServices hub, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[RequestIds.Header] = RequestIds.Of(context);
        SecurityHeaders.Set(context.Response.Headers);
        try
        {
            if (RequestSize.FaultOf(context) is { } tooLarge)
            {
                // The rest is not read: on this connection no other request can follow.
                if (HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
                await Problem.Of(tooLarge).WriteAsync(context);
                return;
            }

            if (KeyInPath(context.Request) is { } exposed)
            {
                await Problem.Of(exposed).WriteAsync(context);
                return;
            }

            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The last stop: whatever comes here must not reach the caller as it is.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FailAsync(context, exception);
            return;
        }

        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null) return;
        if (context.Response.StatusCode == StatusCodes.Status404NotFound)
        {
            HubApi.ShareWithOtherSites(context.Response);
            await Problem.Of(NoSuchRoute(context.Request)).WriteAsync(context);
        }
        else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed) await Problem.Of(WrongMethod(context)).WriteAsync(context);
    }

    /// <summary>Told before anything else, as every other answer would repeat it.</summary>
    private static Fault? KeyInPath(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return path.IndexOf(CallerAccess.Prefix, StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            ? new Fault(
                ErrorCatalogue.KeyInUrl, null, $"The path carries a key; it was not used. Treat that key as exposed. {ErrorCatalogue.KeyInUrl.Remedy}",
                Example: OpenRoutes.NearestTo(path[..at]), In: FaultPlace.Path)
            : null;
    }

    private static Fault NoSuchRoute(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        var message = $"Nothing is served at {(path.Length <= 80 ? path : path[..80] + "...")}.{CutInPieces(path)}";
        return new Fault(
            ErrorCatalogue.NoSuchRoute, null, message, [.. ApiRoutes.All.Select(r => r.Path)], Nearest.Of(path, ApiRoutes.All.Select(r => r.Path)),
            OpenRoutes.NearestTo(path), FaultPlace.Path);
    }

    /// <summary>Below the address of one record lies what has its id in pieces, as it was not written for a path.</summary>
    private static string CutInPieces(string path)
    {
        const string versions = "{id}/versions";
        var lists = ApiRoutes.All.Where(r => r.Path.EndsWith(versions, StringComparison.Ordinal)).Select(r => r.Path[..^versions.Length]);
        return lists.FirstOrDefault(l => path.StartsWith(l, StringComparison.OrdinalIgnoreCase) && path.IndexOf('/', l.Length) >= 0) is { } list
            ? $" An id that holds / is written with %2F there, as in {list}lamplight:A%2F1."
            : "";
    }

    private static Fault WrongMethod(HttpContext context)
    {
        var allowed = context.Response.Headers.Allow.ToString();
        return new Fault(
            ErrorCatalogue.MethodNotAllowed, null, $"{context.Request.Method} is not taken here; allowed: {allowed}.", allowed.Split(", "), Example: allowed.Split(", ")[0], In: FaultPlace.Method);
    }

    private async Task FailAsync(HttpContext context, Exception exception)
    {
        var error = exception is ServingExhaustedException or BulkFileGoneException || DatabaseGone.IsSlow(exception) ? ErrorCatalogue.HubBusy
            : StatementTime.Explains(exception) ? ErrorCatalogue.TookTooLong
            : DatabaseGone.Explains(exception) ? ErrorCatalogue.DatabaseAway
            : ErrorCatalogue.Unexpected;
        if (error == ErrorCatalogue.DatabaseAway) hub.DatabaseWasAway();
        if (error != ErrorCatalogue.Unexpected) logger.LogWarning("Request {RequestId}: {Error}: {Reason}", RequestIds.Of(context), error.Title, exception.Message);
        else logger.LogError(exception, "Request {RequestId} failed", RequestIds.Of(context));
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await Problem.Of(new Fault(error, null, $"{error.Happened} {error.Remedy}", In: FaultPlace.Service)).WriteAsync(context);
    }
}
