using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server.Doctor;

/// <summary>The boundaries, from which charge points get their area codes.</summary>
public static class AreaCheck
{
    private const string Subject = "boundaries";

    public static Check Look(IReadOnlyList<string> files)
    {
        try
        {
            var layers = files.Select(BoundaryLayer.Load).ToList();
            if (new AreaIndex(layers).Boroughs.Count > 0) return Check.Ok(Subject, $"Loaded: {string.Join(", ", layers.Select(l => $"{l.Kind} areas: {l.Areas.Count}"))}.");
            return Check.Warning(Subject, "No boundaries of boroughs are loaded, so no charge point has a borough.", "Name a GeoJSON file of E09 codes with --areas; the Sandbox's own is areas.geojson in its folder.");
        }
        catch (Exception wrong) when (wrong is BoundaryException or IOException or UnauthorizedAccessException)
        {
            return Check.Failed(Subject, wrong.Message, "Name GeoJSON files that hold E09, E05 or E01 codes, one of each kind.");
        }
    }
}
