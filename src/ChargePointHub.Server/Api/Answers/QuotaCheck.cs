using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Takes what a request costs from its reader's quota, and tells what is left.</summary>
internal static class QuotaCheck
{
    /// <summary>False: the quota does not hold it, and the reader has been told so.</summary>
    public static async Task<bool> TakeAsync(HttpContext context, HubServices hub, Reader reader, int cost)
    {
        var quota = hub.Quotas.Take(reader, cost);
        QuotaHeaders.Set(context.Response.Headers, quota);
        if (quota.RetryAfter is null) return true;
        await hub.Quotas.HoldBackAsync(context.RequestAborted);
        await RefuseAsync(context, ErrorCatalogue.QuotaUsedUp);
        return false;
    }

    /// <summary>Nothing is wrong with the request itself: the same will do later.</summary>
    public static Task RefuseAsync(HttpContext context, ErrorCode error) =>
        Problem.Of(new Fault(error, null, $"{error.Happened} {error.Remedy}", In: FaultPlace.Service)).WriteAsync(context);
}
