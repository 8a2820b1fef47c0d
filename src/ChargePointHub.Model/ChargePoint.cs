using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChargePointHub.Model;

/// <summary>Where a charge point stands. Source: 03-model; OCPI's ParkingType is mapped onto it.</summary>
public enum LocationType
{
    [JsonStringEnumMemberName("ON_STREET")] OnStreet,
    [JsonStringEnumMemberName("OFF_STREET")] OffStreet,
    [JsonStringEnumMemberName("CAR_PARK")] CarPark,
    [JsonStringEnumMemberName("FORECOURT")] Forecourt,
    [JsonStringEnumMemberName("HUB")] Hub,
    [JsonStringEnumMemberName("DEPOT")] Depot,
    [JsonStringEnumMemberName("HOUSING_ESTATE")] HousingEstate,
    [JsonStringEnumMemberName("LAMP_COLUMN")] LampColumn,
    [JsonStringEnumMemberName("OTHER")] Other,
}

public enum FundingStream
{
    [JsonStringEnumMemberName("GULCS")] Gulcs,
    [JsonStringEnumMemberName("ORCS")] Orcs,
    [JsonStringEnumMemberName("LEVI")] Levi,
    [JsonStringEnumMemberName("TFL_EVCI")] TflEvci,
    [JsonStringEnumMemberName("OZEV_OTHER")] OzevOther,
    [JsonStringEnumMemberName("BOROUGH")] Borough,
    [JsonStringEnumMemberName("PRIVATE")] Private,
}

/// <summary>Who may use a charge point.</summary>
public enum Access
{
    [JsonStringEnumMemberName("PUBLIC")] Public,
    [JsonStringEnumMemberName("RESTRICTED")] Restricted,
    [JsonStringEnumMemberName("TAXI_ONLY")] TaxiOnly,
    [JsonStringEnumMemberName("PHV_TAXI")] PhvTaxi,
    [JsonStringEnumMemberName("PERMIT")] Permit,
    [JsonStringEnumMemberName("CAR_CLUB")] CarClub,
}

public enum PaymentMethod
{
    [JsonStringEnumMemberName("CONTACTLESS")] Contactless,
    [JsonStringEnumMemberName("APP")] App,
    [JsonStringEnumMemberName("RFID")] Rfid,
    [JsonStringEnumMemberName("ROAMING")] Roaming,
    [JsonStringEnumMemberName("PLUG_CHARGE")] PlugCharge,
    [JsonStringEnumMemberName("FREE")] Free,
}

/// <summary>Whether a missing price means that nothing is charged or that nothing is known.</summary>
public enum PriceState
{
    [JsonStringEnumMemberName("PRICED")] Priced,
    [JsonStringEnumMemberName("CONFIRMED_FREE")] ConfirmedFree,
    [JsonStringEnumMemberName("UNKNOWN")] Unknown,
}

/// <summary>
/// One EVSE: serves one vehicle at a time; its connectors nested. The stored record; area codes and current status are kept
/// apart and joined when served. Null: the operator did not say, or what it said could not be used (then with a finding).
/// Property order is the order on the wire.
/// </summary>
public sealed record ChargePoint
{
    /// <summary>Hub id: <c>{operator_id}:{operator's own id}</c>.</summary>
    public required string ChargePointId { get; init; }

    /// <summary>Slug of the operator.</summary>
    public required string OperatorId { get; init; }

    public required string OperatorName { get; init; }

    /// <summary>eMI3 id, <c>GB*XXX*E...</c>, as sent.</summary>
    public string? EvseId { get; init; }

    public string? OwnerName { get; init; }

    /// <summary>GSS code of the authority that let the contract.</summary>
    public string? ContractingAuthorityGss { get; init; }

    /// <summary>Hub id of the location (a site with one or more charge points).</summary>
    public required string LocationId { get; init; }

    public string? LocationName { get; init; }

    /// <summary>The physical post, where several charge points share one.</summary>
    public string? ChargeStationId { get; init; }

    public string? Address { get; init; }

    public string? City { get; init; }

    public string? Postcode { get; init; }

    /// <summary>Unique Property Reference Number, text: leading zeros are kept.</summary>
    public string? Uprn { get; init; }

    /// <summary>Unique Street Reference Number, text: leading zeros are kept.</summary>
    public string? Usrn { get; init; }

    /// <summary>WGS84 degrees, 7 decimals.</summary>
    public decimal? Latitude { get; init; }

    /// <summary>WGS84 degrees, 7 decimals; west is negative.</summary>
    public decimal? Longitude { get; init; }

    public bool? OnStreet { get; init; }

    public LocationType? LocationType { get; init; }

    public string? Manufacturer { get; init; }

    public string? Model { get; init; }

    /// <summary>London date on which it went into service.</summary>
    public DateOnly? CommissionedOn { get; init; }

    /// <summary>London date on which it left service; it stays retrievable.</summary>
    public DateOnly? DecommissionedOn { get; init; }

    public FundingStream? FundingStream { get; init; }

    /// <summary>Kilowatts: the strongest connector's.</summary>
    public decimal? MaxPowerKw { get; init; }

    /// <summary>Derived from <see cref="MaxPowerKw"/>.</summary>
    public PowerBand? PowerBand { get; init; }

    public IReadOnlyList<Connector> Connectors { get; init; } = [];

    /// <summary>OCPI Hours object (2.2.1, mod_locations), allow-listed.</summary>
    public JsonElement? OpeningHours { get; init; }

    public Access? Access { get; init; }

    public bool? AccessibleBay { get; init; }

    /// <summary>Minutes.</summary>
    public int? MaxStayMinutes { get; init; }

    /// <summary>Whether parking costs beside charging.</summary>
    public bool? ParkingFee { get; init; }

    public string? PhysicalRestriction { get; init; }

    public IReadOnlyList<PaymentMethod> PaymentMethods { get; init; } = [];

    /// <summary>Pence per kWh.</summary>
    public decimal? PricePencePerKwh { get; init; }

    public bool? PriceVatIncluded { get; init; }

    public PriceState PriceState { get; init; } = PriceState.Unknown;

    public bool? EnergyMixGreen { get; init; }

    /// <summary>When the operator says that this record last changed.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>OCPI's <c>publish</c>: false keeps the site out of every public answer. Not on the wire.</summary>
    [JsonIgnore]
    public bool Published { get; init; } = true;
}
