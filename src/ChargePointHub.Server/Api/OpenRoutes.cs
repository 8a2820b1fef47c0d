using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api;

/// <summary>Routes that anyone can ask without an id and without a key: what examples may lead to.</summary>
internal static class OpenRoutes
{
    private static readonly ApiRoute Default = ChargePoints.ListChargePoints.Route;

    /// <summary>The nearest list above a route, else charge points.</summary>
    public static string InsteadOf(ApiRoute route) =>
        All.FirstOrDefault(r => route.Path.StartsWith(r.Path + "/", StringComparison.Ordinal))?.Path ?? Default.Path;

    /// <summary>What was probably meant by a path that leads nowhere, else charge points.</summary>
    public static string NearestTo(string path) => Nearest.Of(path, All.Select(r => r.Path)) ?? Default.Path;

    private static IEnumerable<ApiRoute> All => ApiRoutes.All.Where(r => !r.IsRestricted && r.Id is null);
}
