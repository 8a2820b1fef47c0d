namespace ChargePointHub.Store.Embedded;

/// <summary>What a start of the embedded server is busy with when it takes longer than a moment.</summary>
/// <param name="Doing">A sentence without its full stop.</param>
public sealed record StartStep(string Doing)
{
    /// <summary>How far it has come, e.g. <c>45 %</c>; empty where that is not known.</summary>
    public string Amount { get; init; } = "";

    /// <summary>True for the last one.</summary>
    public bool Ends { get; init; }
}
