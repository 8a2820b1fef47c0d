namespace ChargePointHub.Feeds.Conformance;

/// <summary>Every rule, by hand, in the order in which reports list them. Tests hold it complete.</summary>
public static class RuleCatalogue
{
    public static readonly IReadOnlyList<Rule> All =
    [
        ValueRules.RecordNotObject,
        ValueRules.IdMissing,
        ValueRules.IdUnusable,
        ValueRules.DuplicateId,
        ValueRules.DuplicateIdDiffers,
        ValueRules.ExpectedMissing,
        ValueRules.PersonalDataPresent,
        ValueRules.PlaceholderValue,
        ValueRules.TextTrimmed,
        ValueRules.TextTooLong,
        ValueRules.TextUnstorable,
        ValueRules.TextAsNumber,
        ValueRules.NumberAsText,
        ValueRules.NumberUnusable,
        ValueRules.NumberOutOfRange,
        ValueRules.BooleanAsText,
        ValueRules.ValueWrongType,
        ValueRules.WordCase,
        ValueRules.WordUnknown,
        ValueRules.TimeMissing,
        ValueRules.TimeUnusable,
        ValueRules.TimeZeroDate,
        ValueRules.TimeYearOutOfRange,
        ValueRules.TimeWithoutZone,
        ValueRules.TimeUnusualForm,
        ValueRules.TimeInGap,
        ValueRules.TimeInFold,
        ValueRules.TimeInFuture,
        ValueRules.OutsideWindow,

        ChargePointRules.EvseIdMalformed,
        ChargePointRules.PartyNotTheOperators,
        ChargePointRules.CountryNotAlpha3,
        ChargePointRules.CoordinatesOutOfRange,
        ChargePointRules.CoordinatesSwapped,
        ChargePointRules.CoordinatesSignFlipped,
        ChargePointRules.CoordinatesZero,
        ChargePointRules.OutsideTerritory,
        ChargePointRules.PowerDerived,
        ChargePointRules.PowerUnitSuspectedKw,
        ChargePointRules.PowerUnitSuspectedW,
        ChargePointRules.PowerDisagrees,
        ChargePointRules.PowerTooHigh,
        ChargePointRules.PowerTooLow,
        ChargePointRules.CurrencyNotGbp,
        ChargePointRules.VatUnstated,

        SessionRules.EnergyFinerThanWh,
        SessionRules.EnergyNegative,
        SessionRules.EnergyTooHigh,
        SessionRules.EnergyHigh,
        SessionRules.EnergyLow,
        SessionRules.EndsBeforeStart,
        SessionRules.TooLong,
        SessionRules.Long,
        SessionRules.Short,
        SessionRules.ZeroDurationEnergy,
        SessionRules.ChargingLongerThanPlugged,
        SessionRules.CostVatOrder,
        SessionRules.Late,
        SessionRules.CdrCredited,

        UsageRules.PeriodUnusable,
        UsageRules.PeriodNotOver,
        UsageRules.FiguresMissing,
        UsageRules.Negative,
        UsageRules.PercentOverHundred,
        UsageRules.MinutesOverPeriod,
        UsageRules.PartOverWhole,
        UsageRules.UtilisationDisagrees,

        TableRules.RowWidth,
        TableRules.CellError,
        TableRules.CellFormula,
        TableRules.CellMerged,

        StoredRules.ChargePointUnknown,
        StoredRules.EnergyAboveRating,
        StoredRules.EnergyExcessive,
        StoredRules.EnergyUnitSuspected,
        StoredRules.TimeOutOfRange,
        StoredRules.AbsentFromTwoCrawls,
        StoredRules.CdrSeveral,
        StoredRules.UsageChargePointUnknown,
        StoredRules.UsageAboveRating,
    ];

    private static readonly Dictionary<string, Rule> ByCode = All.ToDictionary(r => r.Code, StringComparer.Ordinal);

    /// <summary>Null for a code that no rule has.</summary>
    public static Rule? Named(string code) => ByCode.GetValueOrDefault(code);
}
