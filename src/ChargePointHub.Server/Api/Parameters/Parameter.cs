using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>What a check may lean on.</summary>
public sealed record CheckAgainst(DateTimeOffset Now, OperatorDirectory Directory);

/// <summary>One query parameter, the same on every route that has it.</summary>
/// <param name="Description">For OpenAPI and the documentation.</param>
/// <param name="Allowed">The closed list its words come from; null: open.</param>
/// <param name="Check">Everything that is wrong with a value.</param>
/// <param name="Live">A value that is good on this hub at this time; null: <paramref name="Example"/> always is. A null value: none is.</param>
public sealed record Parameter(
    string Name,
    string Description,
    string Example,
    IReadOnlyList<string>? Allowed,
    Func<string, CheckAgainst, IEnumerable<Fault>> Check,
    Func<CheckAgainst, string?>? Live = null)
{
    /// <summary>Most values that a list holds.</summary>
    public const int LongestList = 1_000;

    /// <summary>True: values separated by commas. False: one value.</summary>
    public bool IsList { get; init; }

    /// <summary>Longest value (of a list: longest word) that can be right, in characters.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>Whole numbers that are right, both inclusive; null: it is text.</summary>
    public (int Least, int Most, int Default)? Range { get; init; }

    /// <summary>The record's field that a filter tells, where a grant may withhold it; null: none may.</summary>
    public string? Field { get; init; }

    /// <summary>True: it tells times more finely than the records do whose times are cut.</summary>
    public bool TellsTimes { get; init; }

    /// <summary>What <see cref="Check"/>, or reading it, can answer beyond what every parameter can.</summary>
    public IReadOnlyList<ErrorCode> Errors { get; init; } = [];

    /// <summary>Values of a list parameter.</summary>
    public static string[] Split(string value) => value.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>The first candidate that is good, else a value that is; as <c>name=value</c> for a query. Null: leave the parameter out.</summary>
    public string? Correction(CheckAgainst against, params IEnumerable<string?> candidates) =>
        candidates.FirstOrDefault(c => !string.IsNullOrWhiteSpace(c) && !Check(c, against).Any()) is { } good ? InQuery(good)
        : Live is null ? InQuery(Example)
        : Live(against) is { } live ? InQuery(live) : null;

    private string InQuery(string value) => $"{Name}={Escaped(value)}";

    /// <summary>Commas and colons may stand in a query as they are, and read better so.</summary>
    private static string Escaped(string value) =>
        Uri.EscapeDataString(value).Replace("%2C", ",", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);
}
