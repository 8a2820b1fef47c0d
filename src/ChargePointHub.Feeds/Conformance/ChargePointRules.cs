using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Conformance;

/// <summary>Rules about charge points, connectors, places and prices.</summary>
public static class ChargePointRules
{
    private const string Reference = "Public Charge Point Regulations 2023, reference data; OCPI 2.2.1 mod_locations";

    public static readonly Rule EvseIdMalformed = new("evse-id-malformed", Severity.Info, "An EVSE id is not of the form GB*XXX*E...",
        "Roaming partners and national registers join by it.", "Use the eMI3 form with your party id.", "OCPI 2.2.1 EVSE.evse_id");

    public static readonly Rule PartyNotTheOperators = new("party-not-the-operators", Severity.Warning, "An EVSE id has a party id that is none of the operator's.",
        "The charge point may be another operator's, and would count for this one.", "List your own charge points alone, under your own party id.", "OCPI 2.2.1 EVSE.evse_id");

    public static readonly Rule CountryNotAlpha3 = new("country-not-alpha-3", Severity.Info, "A country is not an ISO 3166-1 alpha-3 code.",
        "Readers cannot tell the territory.", "Send GBR.", "OCPI 2.2.1 Location.country");

    public static readonly Rule CoordinatesOutOfRange = new("coordinates-out-of-range", Severity.Warning, "Coordinates are no place on Earth; both were read as null.",
        "The charge point cannot be put on a map.", "Send WGS84 degrees.", Reference);

    public static readonly Rule CoordinatesSwapped = new("coordinates-swapped", Severity.Warning, "Latitude and longitude were swapped; they were put right.",
        "The charge point would lie off Somalia.", "Latitude is the one near 51.5.", Reference);

    public static readonly Rule CoordinatesSignFlipped = new("coordinates-sign-flipped", Severity.Warning, "A coordinate had the wrong sign; it was put right.",
        "The charge point would lie on the other side of Greenwich or of the equator.", "West and south are negative.", Reference);

    public static readonly Rule OutsideTerritory = new("outside-territory", Severity.Warning, "A charge point lies outside the territory of its operator file.",
        "It belongs to no borough, or its coordinates are wrong.", "Check the coordinates; a territory other than the United Kingdom is declared in the operator file.", Reference);

    public static readonly Rule CoordinatesZero = new("coordinates-zero", Severity.Warning, "Coordinates are 0, 0; both were read as null.",
        "The charge point would lie in the Atlantic.", "Send null where the place is unknown.", Reference);

    public static readonly Rule PowerDerived = new("power-derived", Severity.Info, "A connector has no power; it was worked out from volts and amperes.",
        "Power decides the band and the reliability duty.", "Send the connector's power.", "OCPI 2.2.1 Connector.max_electric_power");

    public static readonly Rule PowerUnitSuspectedKw = new("power-unit-suspected-kw", Severity.Warning, "A power in W is only plausible as kW; it was read as kW.",
        "The charge point would fall out of every band.", "Send watts.", "OCPI 2.2.1 Connector.max_electric_power");

    public static readonly Rule PowerUnitSuspectedW = new("power-unit-suspected-w", Severity.Warning, "A power in kW is only plausible as W; it was read as W.",
        "The charge point would count as ultra rapid.", "Send kilowatts.", "operator-feed.v1 Connector.max_power_kw");

    public static readonly Rule PowerDisagrees = new("power-disagrees", Severity.Info, "A connector's power and its volts times amperes differ by more than 1.5 times; the power was kept.",
        "One of the three figures is wrong.", "Check phases, voltage and current.", "OCPI 2.2.1 Connector");

    public static readonly Rule PowerTooHigh = new("power-too-high", Severity.Warning, "A connector's power is over 4,000 kW.",
        "No charge point has it; most likely a unit.", "Check the unit.", Reference);

    public static readonly Rule PowerTooLow = new("power-too-low", Severity.Warning, "A connector's power is under 1.3 kW.",
        "No charge point has it; most likely a unit.", "Check the unit.", Reference);

    public static readonly Rule CurrencyNotGbp = new("currency-not-gbp", Severity.Warning, "A price or cost is not in GBP.",
        "Prices in London are in pounds; it cannot be compared.", "Send GBP.", "OCPI 2.2.1 Tariff.currency");

    public static readonly Rule VatUnstated = new("vat-unstated", Severity.Info, "A price does not say its VAT.",
        "Drivers pay with VAT; no VAT given is not 0 %.", "Fill vat in every price component.", "OCPI 2.2.1 PriceComponent.vat; Price Marking Order 2004");
}
