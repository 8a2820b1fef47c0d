namespace ChargePointHub.Server.Api.Figures;

/// <summary>What one figure means, for those who decide by it.</summary>
/// <param name="Name">As rows have it.</param>
/// <param name="Definition">What it says.</param>
/// <param name="Formula">How it is worked out.</param>
/// <param name="Source">The fields, and whose definition it is.</param>
/// <param name="Example">Worked by hand.</param>
/// <param name="IsNot">What it is easily taken for.</param>
public sealed record Measure(string Name, string Definition, string Formula, string Source, string Example, string IsNot)
{
    /// <summary>Of its page.</summary>
    public string Path => "/docs/measures/" + Name.Replace('_', '-');
}
