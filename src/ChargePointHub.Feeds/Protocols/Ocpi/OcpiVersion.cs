using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.Ocpi;

/// <summary>A version of OCPI, and how it differs from the others that are read.</summary>
public sealed record OcpiVersion
{
    public static readonly OcpiVersion V221 = new() { Number = "2.2.1" };

    public static readonly OcpiVersion V230 = new() { Number = "2.3.0", NamesTaxes = true, HasOpenWords = true, HasParkingPlaces = true };

    public static readonly IReadOnlyList<OcpiVersion> All = [V221, V230];

    /// <summary>As in a versions answer.</summary>
    public required string Number { get; init; }

    /// <summary>As in an operator file.</summary>
    public string Protocol => $"ocpi-{Number}";

    /// <summary>Prices are before taxes, and each tax stands beside; else before and with VAT.</summary>
    public bool NamesTaxes { get; private init; }

    /// <summary>Lists of words are open: an operator may use its own.</summary>
    public bool HasOpenWords { get; private init; }

    /// <summary>Locations list their parking places, and what a connector can do stands with it.</summary>
    public bool HasParkingPlaces { get; private init; }

    /// <summary>Null: the feed is not read by OCPI.</summary>
    public static OcpiVersion? Of(FeedDefinition feed) => All.FirstOrDefault(v => v.Protocol == feed.Protocol);
}
