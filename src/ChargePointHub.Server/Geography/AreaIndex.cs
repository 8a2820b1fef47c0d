using ChargePointHub.Model;

namespace ChargePointHub.Server.Geography;

/// <summary>All loaded boundary layers: from a place to its area codes.</summary>
public sealed class AreaIndex
{
    public static readonly AreaIndex None = new([]);

    private readonly BoundaryLayer? boroughs;
    private readonly BoundaryLayer? wards;
    private readonly BoundaryLayer? lsoas;
    private readonly Lazy<IReadOnlyList<ListedArea>> listed;
    private readonly Lazy<Dictionary<string, string>> names;

    /// <exception cref="BoundaryException">Two layers of one kind.</exception>
    public AreaIndex(IReadOnlyList<BoundaryLayer> layers)
    {
        boroughs = Only(layers, AreaKind.Borough);
        wards = Only(layers, AreaKind.Ward);
        lsoas = Only(layers, AreaKind.Lsoa);
        Wards = new AreaNames(wards?.Areas ?? []);
        Lsoas = new AreaNames(lsoas?.Areas ?? []);
        Version = layers.Count == 0 ? null : string.Join('+', layers.OrderBy(l => l.Kind).Select(l => l.Version));
        names = new(() => Boroughs.Concat(wards?.Areas ?? []).ToDictionary(a => a.Gss, a => a.Name, StringComparer.Ordinal));
        listed = new(() => [.. layers.OrderBy(l => l.Kind).SelectMany(Listed)]);
    }

    /// <summary>Versions of the layers joined by +, in the order borough, ward, LSOA; null when none is loaded.</summary>
    public string? Version { get; }

    public IReadOnlyList<Area> Boroughs => boroughs?.Areas ?? [];

    /// <summary>Every loaded area: boroughs, wards, LSOAs, each by code. Worked out when it is first asked for.</summary>
    public IReadOnlyList<ListedArea> All => listed.Value;

    /// <summary>Wards by code and name; none where no layer is loaded.</summary>
    public AreaNames Wards { get; }

    /// <summary>As <see cref="Wards"/>, of LSOAs.</summary>
    public AreaNames Lsoas { get; }

    /// <summary>Of a borough or ward by its code; null: none of those loaded.</summary>
    public string? NameOf(string gss) => names.Value.GetValueOrDefault(gss);

    public AreaCodes Place(decimal? latitude, decimal? longitude)
    {
        if (Version is null || latitude is not { } lat || longitude is not { } lon) return AreaCodes.None;
        var borough = boroughs?.Find(lat, lon);
        return new AreaCodes(borough?.Gss, borough?.Name, wards?.Find(lat, lon)?.Gss, lsoas?.Find(lat, lon)?.Gss, Version);
    }

    private IEnumerable<ListedArea> Listed(BoundaryLayer layer) => layer.PlacesInside().Select(p => new ListedArea(
        layer.Kind, p.Area, layer.Kind == AreaKind.Borough ? p.Area : p.Inside is { } at ? boroughs?.Find(at.Latitude, at.Longitude) : null, layer.Version));

    private static BoundaryLayer? Only(IReadOnlyList<BoundaryLayer> layers, AreaKind kind)
    {
        var found = layers.Where(l => l.Kind == kind).ToList();
        return found.Count <= 1 ? found.FirstOrDefault()
            : throw new BoundaryException($"{found.Count} boundary files hold {kind} areas; name one file for each kind.");
    }
}
