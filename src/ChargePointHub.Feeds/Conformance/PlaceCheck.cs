namespace ChargePointHub.Feeds.Conformance;

/// <summary>What a pair of coordinates means. Pure.</summary>
public static class PlaceCheck
{
    /// <summary>Both, rounded to 7 decimals (about a centimetre), or neither.</summary>
    public static (decimal? Latitude, decimal? Longitude) Judge(decimal? latitude, decimal? longitude, string latitudePointer, string longitudePointer, Findings findings)
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

        // The band of latitudes that holds the British Isles, and the longitudes about Greenwich: London's, put the wrong way round.
        if (Math.Abs(lat) <= 2 && lon is >= 49 and <= 61)
        {
            findings.Add(ChargePointRules.CoordinatesSwapped, latitudePointer, $"{lat}, {lon}");
            (lat, lon) = (lon, lat);
        }

        if (Math.Abs(lat) > 90 || Math.Abs(lon) > 180)
        {
            findings.Add(ChargePointRules.CoordinatesOutOfRange, latitudePointer, $"{lat}, {lon}");
            return (null, null);
        }

        return (Math.Round(lat, 7, MidpointRounding.AwayFromZero), Math.Round(lon, 7, MidpointRounding.AwayFromZero));
    }
}
