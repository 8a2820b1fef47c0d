using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>OCPI's modules, as versions and details name them, and which of them bring a dataset.</summary>
public static class OcpiModules
{
    public const string Locations = "locations";
    public const string Tariffs = "tariffs";
    public const string Sessions = "sessions";
    public const string Cdrs = "cdrs";

    /// <summary>What charging sessions may be made of.</summary>
    public static readonly IReadOnlyList<string> OfSessions = [Sessions, Cdrs];

    /// <summary>In the order in which they are asked.</summary>
    internal static IReadOnlyList<string> Of(FeedDefinition feed, Dataset dataset) =>
        dataset == Dataset.ChargingSessions ? feed.Ocpi.SessionModules : dataset == Dataset.Tariffs ? [Tariffs] : [Locations];

    /// <summary>As <c>ocpi.paths</c> of an operator file names the module's path.</summary>
    internal static string PathName(string module) => module == Locations ? Dataset.ChargePoints.Name : module;
}
