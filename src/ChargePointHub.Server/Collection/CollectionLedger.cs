using ChargePointHub.Store;

namespace ChargePointHub.Server.Collection;

/// <summary>What a collection reads to know what is here and where it stood; all of it outlives the process.</summary>
public sealed record CollectionLedger(CoverageStore Coverage, PullPlaces Places, RereadStore Rereads);
