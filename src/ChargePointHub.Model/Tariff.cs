using System.Text.Json;

namespace ChargePointHub.Model;

/// <summary>What charging costs. Property order is the order on the wire.</summary>
public sealed record Tariff
{
    /// <summary>Hub id: <c>{operator_id}:{operator's own id}</c>.</summary>
    public required string TariffId { get; init; }

    public required string OperatorId { get; init; }

    /// <summary>First instant at which it holds (inclusive); null: always has.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>First instant at which it no longer holds (exclusive); null: no end known.</summary>
    public DateTimeOffset? ValidTo { get; init; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>OCPI 2.2.1 TariffElement array, allow-listed.</summary>
    public JsonElement? Elements { get; init; }

    /// <summary>
    /// Derived where one unrestricted ENERGY price in GBP says it all, pence, as priced (see <see cref="VatIncluded"/>); null where
    /// the price depends on time, amount or duration.
    /// </summary>
    public decimal? PencePerKwh { get; init; }

    /// <summary>False: <see cref="PencePerKwh"/> is before VAT (OCPI 2.2.1's way); true: it is what drivers pay; null: nothing was derived.</summary>
    public bool? VatIncluded { get; init; }

    public DateTimeOffset? LastUpdated { get; init; }
}
