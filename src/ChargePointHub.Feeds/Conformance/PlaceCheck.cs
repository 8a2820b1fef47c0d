namespace ChargePointHub.Feeds.Conformance;

/// <summary>What a pair of coordinates means. Pure.</summary>
public static class PlaceCheck
{
    /// <summary>Both, rounded to 7 decimals (about a centimetre), or neither. What lies in the territory once it is swapped or its sign turned was meant so.</summary>
    public static (decimal? Latitude, decimal? Longitude) Judge(
        decimal? latitude, decimal? longitude, string latitudePointer, string longitudePointer, Territory territory, Findings findings)
    {
        if (latitude is not { } lat || longitude is not { } lon)
        {
            if (latitude is null) findings.Add(ValueRules.ExpectedMissing, latitudePointer, null);
            if (longitude is null) findings.Add(ValueRules.ExpectedMissing, longitudePointer, null);
            return (null, null);
        }

        if (lat == 0 && lon == 0)
        {
            findings.Add(ChargePointRules.CoordinatesZero, latitudePointer, "0, 0");
            return (null, null);
        }

        if (!territory.Holds(lat, lon))
        {
            var sent = $"{lat}, {lon}";
            if (Meant(lat, lon, territory) is { } meant)
            {
                var isSwapped = (Math.Abs(meant.Latitude), Math.Abs(meant.Longitude)) == (Math.Abs(lon), Math.Abs(lat)) && Math.Abs(lat) != Math.Abs(lon);
                if (isSwapped) (lat, lon) = (lon, lat);
                if (isSwapped) findings.Add(ChargePointRules.CoordinatesSwapped, latitudePointer, sent);
                if (meant != (lat, lon)) findings.Add(ChargePointRules.CoordinatesSignFlipped, meant.Latitude != lat ? latitudePointer : longitudePointer, sent);
                (lat, lon) = meant;
            }
            else if (Math.Abs(lat) > 90 || Math.Abs(lon) > 180)
            {
                findings.Add(ChargePointRules.CoordinatesOutOfRange, latitudePointer, sent);
                return (null, null);
            }
            else
            {
                findings.Add(ChargePointRules.OutsideTerritory, latitudePointer, sent);
            }
        }

        return (Math.Round(lat, 7, MidpointRounding.AwayFromZero), Math.Round(lon, 7, MidpointRounding.AwayFromZero));
    }

    /// <summary>The least repair that leads into the territory; null: none does.</summary>
    private static (decimal Latitude, decimal Longitude)? Meant(decimal lat, decimal lon, Territory territory)
    {
        foreach (var (a, b) in new[] { (lon, lat), (lat, -lon), (-lat, lon), (-lat, -lon), (lon, -lat), (-lon, lat), (-lon, -lat) })
        {
            if (territory.Holds(a, b)) return (a, b);
        }

        return null;
    }
}
