namespace ChargePointHub.Store.Queries;

/// <summary>Which time of its records a window is about.</summary>
public enum TimeField
{
    /// <summary>When it happened: <c>plug_in_at</c> or <c>at</c>.</summary>
    Event,

    /// <summary>When the vehicle left; sessions that are open have none.</summary>
    PlugOut,

    /// <summary>When the operator last changed the record. Charging sessions only.</summary>
    LastUpdated,

    /// <summary>When the hub learnt the record as it now is.</summary>
    Recorded,
}
