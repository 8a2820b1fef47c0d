using System.Reflection;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Store;

namespace ChargePointHub.Server.Commands;

/// <summary>Which hub this is, and what it speaks.</summary>
public static class ProductVersion
{
    /// <summary>As <c>0.1.0</c>; a build from a working copy adds <c>+commit</c>.</summary>
    public static string Product { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static IReadOnlyList<string> Lines { get; } =
    [
        $"ChargePointHub {Product}",
        "API: v1",
        $"Database schema: {Migrator.Newest}",
        $"Operator protocols: {string.Join(", ", ProtocolCatalogue.Names)}",
        $"Rules: {RuleCatalogue.All.Count}",
    ];
}
