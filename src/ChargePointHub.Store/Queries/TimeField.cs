namespace ChargePointHub.Store.Queries;

/// <summary>Which time of its records a window is about.</summary>
public enum TimeField
{
    /// <summary>When it happened: <c>plug_in_at</c>, <c>at</c>, <c>started_at</c> or <c>period_from</c>.</summary>
    Event,

    /// <summary>When the vehicle left; sessions that are open have none.</summary>
    PlugOut,

    /// <summary>When the charge point could be used again; outages that last have none.</summary>
    Ended,

    /// <summary>Any time that it lasted. Outages only.</summary>
    Lasting,

    /// <summary>When the operator last changed the record. Charging sessions and outages only.</summary>
    LastUpdated,

    /// <summary>When the hub learnt the record as it now is.</summary>
    Recorded,
}
