namespace ChargePointHub.Sandbox.Simulation;

/// <summary>Everything that a pretend London depends on, apart from its areas and the time at which one looks.</summary>
/// <param name="Epoch">Before this instant nothing happened.</param>
/// <param name="Operators">1 to 50.</param>
/// <param name="ChargePoints">At least one for each operator.</param>
public sealed record World(long Seed, DateTimeOffset Epoch, int Operators, int ChargePoints);

/// <summary>How a simulated operator lets itself be asked.</summary>
public enum OperatorStyle
{
    /// <summary>loti-v1, everything in one list each.</summary>
    Loti,

    /// <summary>loti-v1, but charging sessions only one charge point at a time.</summary>
    LotiPerChargePoint,

    /// <summary>Charge points and tariffs by OCPI 2.2.1 with discovery; charging sessions and status changes by loti-v1.</summary>
    OcpiAndLoti,
}

/// <summary>One invented operator and its habits.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Party">Three letters.</param>
public sealed record SimulatedOperator(int Index, string OperatorId, string Name, string Party, OperatorStyle Style)
{
    /// <summary>More would make the loop over charge points long.</summary>
    public const int MostChargePointsPerLoop = 12;

    /// <summary>Its clock gives whole seconds; otherwise milliseconds.</summary>
    public bool WholeSeconds => Index % 2 == 0;

    /// <summary>Open sessions say 0 kWh so far; otherwise they leave energy out.</summary>
    public bool OpenEnergyIsZero => Index % 3 == 1;

    /// <summary>Finished sessions say whether they succeeded.</summary>
    public bool ReportsOutcome => Index % 4 != 2;

    /// <summary>Says when it came to know of a status change.</summary>
    public bool ReportsWhenSeen => Index % 3 != 2;

    /// <summary>Keeps books of outages, and offers them; those of all others follow from their status changes.</summary>
    public bool ReportsOutages => ReportsOutagesAt(Index);

    /// <summary>Index of a charge point whose status never tells of a vehicle, as its contact is stuck: faults it tells, and its sessions are in the books. Null: it has none.</summary>
    public int? StuckContact => Index == 2 ? 0 : null;

    /// <summary>Of all sessions, 0 to 1: those that are corrected within 60 hours.</summary>
    public double CorrectedShare { get; init; } = 0.01;

    public required IReadOnlyList<SimulatedChargePoint> ChargePoints { get; init; }

    public required IReadOnlyList<SimulatedTariff> Tariffs { get; init; }

    public SimulatedTariff TariffFor(PowerKind kind) => Tariffs[kind is PowerKind.LampColumn or PowerKind.Fast ? 0 : 1];

    public static bool ReportsOutagesAt(int index) => StyleOf(index) == OperatorStyle.Loti && index % 5 == 1;

    public static OperatorStyle StyleOf(int index) => index switch
    {
        3 => OperatorStyle.LotiPerChargePoint,
        4 => OperatorStyle.OcpiAndLoti,
        > 4 when index % 10 == 8 => OperatorStyle.OcpiAndLoti,
        > 4 when index % 10 == 9 => OperatorStyle.LotiPerChargePoint,
        _ => OperatorStyle.Loti,
    };
}

/// <summary>A price for energy that changed, or will change, once.</summary>
/// <param name="OwnId">The operator's own id.</param>
/// <param name="PoundsExVat">Per kWh before <see cref="ChangedAt"/>.</param>
/// <param name="PoundsExVatLater">Per kWh from then on.</param>
/// <param name="SetAt">When the first price was set, milliseconds since 1970.</param>
/// <param name="ChangedAt">Milliseconds since 1970.</param>
public sealed record SimulatedTariff(string OwnId, decimal PoundsExVat, decimal PoundsExVatLater, long SetAt, long ChangedAt)
{
    /// <summary>Percent, on every price.</summary>
    public const decimal VatPercent = 20m;

    public decimal PoundsExVatAt(long at) => at < ChangedAt ? PoundsExVat : PoundsExVatLater;

    public decimal PenceIncVatAt(long at) => PoundsExVatAt(at) * (100 + VatPercent);

    /// <summary>When what holds at <paramref name="at"/> was last changed.</summary>
    public long LastUpdatedAt(long at) => at < ChangedAt ? SetAt : ChangedAt;
}
