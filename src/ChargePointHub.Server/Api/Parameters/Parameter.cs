using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>What a check may lean on.</summary>
public sealed record CheckAgainst(DateTimeOffset Now, OperatorDirectory Directory);

/// <summary>One query parameter, the same on every route that has it.</summary>
/// <param name="Description">For OpenAPI and the documentation.</param>
/// <param name="Allowed">The closed list its words come from; null: open.</param>
/// <param name="Check">Everything that is wrong with a value.</param>
public sealed record Parameter(
    string Name,
    string Description,
    string Example,
    IReadOnlyList<string>? Allowed,
    Func<string, CheckAgainst, IEnumerable<Fault>> Check)
{
    /// <summary>Values of a list parameter.</summary>
    public static string[] Split(string value) => value.Split(',', StringSplitOptions.TrimEntries);
}
