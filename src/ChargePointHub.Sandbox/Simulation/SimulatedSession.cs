using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>One charging session with all that will ever be known of it. Times: milliseconds since 1970.</summary>
public sealed record SimulatedSession
{
    /// <summary>Of the charge point within its operator.</summary>
    public required int ChargePoint { get; init; }

    /// <summary>Number of its block of 24 hours since 1970.</summary>
    public required int Block { get; init; }

    /// <summary>From 0 within the charge point's block.</summary>
    public required int Number { get; init; }

    public required long PlugInAt { get; init; }

    public required long PlugOutAt { get; init; }

    public required long ChargeStartAt { get; init; }

    public required long ChargeEndAt { get; init; }

    /// <summary>Of the charge point's connectors, from 0.</summary>
    public required int Connector { get; init; }

    public required int EnergyWh { get; init; }

    public required int PeakWatts { get; init; }

    /// <summary>When the operator's books show it as finished.</summary>
    public required long FinalAt { get; init; }

    /// <summary>When its energy and cost were corrected; null: never.</summary>
    public long? CorrectedAt { get; init; }

    public int CorrectedWh { get; init; }

    public required PaymentMethod PaymentMethod { get; init; }

    /// <summary>Null: the operator does not say.</summary>
    public UserType? UserType { get; init; }

    /// <summary>Ended by a fault of the charge point.</summary>
    public bool CutByFault { get; init; }

    public int? StartSoc { get; init; }

    public int? EndSoc { get; init; }

    public string OwnId => $"S{ChargePoint + 1:D5}-{Block:D5}-{Number:D2}";

    /// <summary>The version in the books at an instant at or after <see cref="PlugInAt"/>.</summary>
    public SessionVersion AsOf(long at) =>
        new(this, at < FinalAt ? SessionStage.Open : CorrectedAt is { } corrected && at >= corrected ? SessionStage.Corrected : SessionStage.Final);
}

/// <summary>What became of a session's record, in this order.</summary>
public enum SessionStage
{
    Open,
    Final,
    Corrected,
}

/// <summary>A session as its operator's books had it for a while.</summary>
public readonly record struct SessionVersion(SimulatedSession Session, SessionStage Stage)
{
    /// <summary>Milliseconds since 1970.</summary>
    public long LastUpdated => Stage switch
    {
        SessionStage.Open => Session.PlugInAt,
        SessionStage.Final => Session.FinalAt,
        _ => Session.CorrectedAt!.Value,
    };

    /// <summary>What its operator said of it up to this version, in order, this one included.</summary>
    public IEnumerable<SessionVersion> History
    {
        get
        {
            var session = Session;
            return Enumerable.Range(0, (int)Stage + 1).Select(stage => new SessionVersion(session, (SessionStage)stage));
        }
    }

    public int EnergyWh => Stage == SessionStage.Corrected ? Session.CorrectedWh : Session.EnergyWh;
}

/// <summary>One change of a charge point's status. Times: milliseconds since 1970.</summary>
/// <param name="ChargePoint">Index within its operator.</param>
/// <param name="ReportedAt">When its operator's books show it.</param>
public readonly record struct SimulatedStatusChange(int ChargePoint, Status Status, long At, long ReportedAt);
