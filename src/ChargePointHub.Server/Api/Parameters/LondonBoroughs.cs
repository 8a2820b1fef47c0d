using System.Collections.Frozen;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>The 33 boroughs (the City among them) and their codes. Source: ONS, Local Authority Districts, unchanged since 2009.</summary>
internal static class LondonBoroughs
{
    /// <summary>In the order of their codes, E09000001 to E09000033.</summary>
    private static readonly string[] Names =
    [
        "City of London", "Barking and Dagenham", "Barnet", "Bexley", "Brent", "Bromley", "Camden", "Croydon", "Ealing", "Enfield", "Greenwich",
        "Hackney", "Hammersmith and Fulham", "Haringey", "Harrow", "Havering", "Hillingdon", "Hounslow", "Islington", "Kensington and Chelsea",
        "Kingston upon Thames", "Lambeth", "Lewisham", "Merton", "Newham", "Redbridge", "Richmond upon Thames", "Southwark", "Sutton",
        "Tower Hamlets", "Waltham Forest", "Wandsworth", "Westminster",
    ];

    private static readonly FrozenDictionary<string, string> CodeBySlug =
        Names.Select((name, i) => (Slug: AreaNames.Slug(name), Code: $"E09{i + 1:000000}")).ToFrozenDictionary(b => b.Slug, b => b.Code);

    /// <summary>Names as they are used in queries: <c>tower-hamlets</c>.</summary>
    public static IReadOnlyList<string> Slugs { get; } = [.. Names.Select(AreaNames.Slug)];

    /// <summary>GSS code for a code, a name or a slug, in any case; null: there is no such borough.</summary>
    public static string? CodeOf(string text)
    {
        var slug = AreaNames.Slug(text);
        if (CodeBySlug.TryGetValue(slug, out var code)) return code;
        var upper = text.ToUpperInvariant();
        return CodeBySlug.Values.Contains(upper) ? upper : null;
    }
}
