namespace ChargePointHub.Client;

// Lists that are paged, each with what it is a list of.
public partial class ChargePointList : IPage<ChargePointList, ChargePoint>;

public partial class TariffList : IPage<TariffList, Tariff>;

public partial class StatusChangeList : IPage<StatusChangeList, StatusChange>;

public partial class ChargingSessionList : IPage<ChargingSessionList, ChargingSession>;

public partial class ReportedUsageList : IPage<ReportedUsageList, ReportedUsage>;

public partial class QuarantineList : IPage<QuarantineList, QuarantinedRecord>;
