namespace ChargePointHub.Store.Queries;

/// <summary>What a filter can ask about: a field of the record, or of the charge point that it belongs to.</summary>
public enum FilterField
{
    /// <summary>GSS code, by today's areas.</summary>
    Ward,

    /// <summary>Code of 2021, by today's areas.</summary>
    Lsoa,

    /// <summary>Of any of the connectors; OCPI ConnectorType.</summary>
    Standard,

    Access,

    FundingStream,

    LocationType,

    UserType,

    /// <summary>Kilowatt-hours.</summary>
    EnergyKwh,

    /// <summary>Kilowatts.</summary>
    MaxPowerKw,

    /// <summary>From plug-in to plug-out.</summary>
    PlugInMinutes,
}

/// <summary>A condition that records must meet. What is not known meets none.</summary>
public abstract record RecordFilter
{
    private RecordFilter()
    {
    }

    /// <summary>The field is one of these words.</summary>
    public sealed record OneOf(FilterField Field, IReadOnlyList<string> Words) : RecordFilter;

    /// <summary>The field lies in a range of numbers.</summary>
    /// <param name="Least">Inclusive; null: from anything on.</param>
    /// <param name="Below">Exclusive; null: up to anything.</param>
    public sealed record Between(FilterField Field, decimal? Least, decimal? Below) : RecordFilter;

    /// <summary>The charge point's place lies in a box, WGS84 degrees, edges inclusive.</summary>
    public sealed record InBox(decimal West, decimal South, decimal East, decimal North) : RecordFilter;

    /// <summary>The charge point's place lies within a distance, inclusive, on a sphere of the Earth's mean radius (6,371,008.8 m).</summary>
    /// <param name="Metres">At most 50,000.</param>
    public sealed record Near(decimal Latitude, decimal Longitude, int Metres) : RecordFilter;

    /// <summary>Last changed by the operator in a span of time.</summary>
    /// <param name="From">Inclusive; null: from anything on.</param>
    /// <param name="To">Exclusive; null: up to anything.</param>
    public sealed record LastUpdated(DateTimeOffset? From, DateTimeOffset? To) : RecordFilter;
}
