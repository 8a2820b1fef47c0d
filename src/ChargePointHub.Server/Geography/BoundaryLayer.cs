using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using NetTopologySuite.Algorithm.Locate;
using NetTopologySuite.Geometries;
using NetTopologySuite.Index.Strtree;

namespace ChargePointHub.Server.Geography;

/// <summary>One kind of area, by the first three characters of its GSS codes.</summary>
public enum AreaKind
{
    /// <summary>London borough or the City, <c>E09</c>.</summary>
    [JsonStringEnumMemberName("borough")]
    Borough,

    /// <summary>Electoral ward, <c>E05</c>.</summary>
    [JsonStringEnumMemberName("ward")]
    Ward,

    /// <summary>Lower layer super output area of 2021, <c>E01</c>.</summary>
    [JsonStringEnumMemberName("lsoa")]
    Lsoa,
}

/// <summary>One area's code and name.</summary>
public sealed record Area(string Gss, string Name);

/// <summary>
/// Areas of one kind with their boundaries, read from a GeoJSON FeatureCollection (RFC 7946: WGS84, longitude first).
/// A place on a border, or where two areas overlap, belongs to the lowest code, so that every place has one answer.
/// </summary>
public sealed partial class BoundaryLayer
{
    private readonly STRtree<Shape> shapes = new();
    private readonly IReadOnlyList<Shape> all;

    private BoundaryLayer(AreaKind kind, string version, IReadOnlyList<Shape> areas)
    {
        Kind = kind;
        Version = version;
        all = [.. areas.OrderBy(a => a.Area.Gss, StringComparer.Ordinal)];
        Areas = [.. all.Select(a => a.Area)];
        foreach (var shape in all) shapes.Insert(shape.Geometry.EnvelopeInternal, shape);
        shapes.Build();
    }

    public AreaKind Kind { get; }

    /// <summary>The collection's own <c>version</c> or <c>name</c>, with a hash of the file: two files never share a version.</summary>
    public string Version { get; }

    /// <summary>Ascending by code.</summary>
    public IReadOnlyList<Area> Areas { get; }

    /// <summary>The area that holds the place, or null where none does.</summary>
    public Area? Find(decimal latitude, decimal longitude)
    {
        var at = new Coordinate((double)longitude, (double)latitude);
        Area? found = null;
        foreach (var shape in shapes.Query(new Envelope(at)))
        {
            if ((found is null || string.CompareOrdinal(shape.Area.Gss, found.Gss) < 0) && shape.Locator.Locate(at) != Location.Exterior)
                found = shape.Area;
        }

        return found;
    }

    /// <summary>Each area once, ascending by code, with a place well inside it; null where it has no extent.</summary>
    public IEnumerable<(Area Area, (decimal Latitude, decimal Longitude)? Inside)> PlacesInside() => all.DistinctBy(s => s.Area.Gss)
        .Select(s => (s.Area, s.Geometry.InteriorPoint.Coordinate is { } at ? ((decimal)at.Y, (decimal)at.X) : ((decimal, decimal)?)null));

    /// <exception cref="BoundaryException">The file cannot be used; the message says why and what is expected.</exception>
    public static BoundaryLayer Load(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BoundaryException($"The boundary file {file} cannot be read: {failure.Message}", failure);
        }

        try
        {
            using var json = JsonDocument.Parse(bytes);
            return Read(json.RootElement, file, Convert.ToHexStringLower(SHA256.HashData(bytes))[..8]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new BoundaryException($"The boundary file {file} is not a GeoJSON FeatureCollection of polygons: {failure.Message}", failure);
        }
    }

    private static BoundaryLayer Read(JsonElement root, string file, string hash)
    {
        var areas = new List<Shape>();
        foreach (var feature in root.GetProperty("features").EnumerateArray())
        {
            var properties = feature.GetProperty("properties");
            var code = Property(properties, CodeName()) ?? throw new BoundaryException(
                $"A feature of {file} has no code: expected a property such as areaCode, LAD24CD, WD24CD, LSOA21CD or code.");
            areas.Add(new Shape(new Area(code, Property(properties, NameName()) ?? code), Geometry(feature.GetProperty("geometry"))));
        }

        var prefixes = areas.Select(a => a.Area.Gss.Length == 9 ? a.Area.Gss[..3] : "").Distinct().ToList();
        var kind = prefixes switch
        {
            ["E09"] => AreaKind.Borough,
            ["E05"] => AreaKind.Ward,
            ["E01"] => AreaKind.Lsoa,
            _ => throw new BoundaryException($"{file} mixes or has no known GSS codes: expected all E09 (boroughs), all E05 (wards) or all E01 (LSOAs)."),
        };
        var title = Text(root, "version") ?? Text(root, "name") ?? Path.GetFileNameWithoutExtension(file);
        return new BoundaryLayer(kind, $"{title}@{hash}", areas);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Property(JsonElement properties, Regex name)
    {
        foreach (var property in properties.EnumerateObject())
        {
            if (name.IsMatch(property.Name) && property.Value.ValueKind == JsonValueKind.String) return property.Value.GetString();
        }

        return null;
    }

    private static Geometry Geometry(JsonElement geometry)
    {
        var coordinates = geometry.GetProperty("coordinates");
        return geometry.GetProperty("type").GetString() switch
        {
            "Polygon" => Polygon(coordinates),
            "MultiPolygon" => new MultiPolygon([.. coordinates.EnumerateArray().Select(Polygon)]),
            var type => throw new FormatException($"geometry type {type} is not Polygon or MultiPolygon"),
        };
    }

    private static Polygon Polygon(JsonElement rings)
    {
        var all = rings.EnumerateArray().Select(Ring).ToList();
        return new Polygon(all[0], [.. all.Skip(1)]);
    }

    private static LinearRing Ring(JsonElement ring) =>
        new([.. ring.EnumerateArray().Select(p => new Coordinate(p[0].GetDouble(), p[1].GetDouble()))]);

    [GeneratedRegex(@"^(areaCode|LAD\d\dCD|WD\d\dCD|LSOA\d\dCD|gss_code|code)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex CodeName();

    [GeneratedRegex(@"^(areaName|LAD\d\dNM|WD\d\dNM|LSOA\d\dNM|name)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex NameName();

    private sealed record Shape(Area Area, Geometry Geometry)
    {
        public IndexedPointInAreaLocator Locator { get; } = new(Geometry);
    }
}

/// <summary>A boundary file that cannot be used.</summary>
public sealed class BoundaryException : Exception
{
    public BoundaryException(string message)
        : base(message)
    {
    }

    public BoundaryException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public BoundaryException()
    {
    }
}
