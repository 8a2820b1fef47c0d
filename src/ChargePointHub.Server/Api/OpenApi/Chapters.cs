namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>A chapter of the documentation: what a route's <see cref="ApiRoute.Tag"/> names.</summary>
public sealed record Chapter(string Name, string Description);

/// <summary>The chapters in the order in which they are read.</summary>
public static class Chapters
{
    public static readonly IReadOnlyList<Chapter> All =
    [
        new("Charge points", "Charge Point Data: where one can charge, with what power, at what price, and whether it is free now. Open."),
        new("Charging sessions", "Management Information Data: how charge points are used. Under a key."),
        new("Status changes", "Management Information Data: when charge points were free, in use or out of order. Under a key."),
        new("Outages", "Management Information Data: when charge points could not be used, and why. Under a key."),
        new("Figures", "Management Information: how charge points were used, by place, operator and period, worked out by the hub. Under a key."),
        new("Reported usage", "Management Information Data: what operators themselves report of the use of their charge points, period by period. Under a key."),
        new("Tariffs", "What charging costs. Open."),
        new("Changes", "Everything that changed, in the order in which the hub learnt it: how a copy is kept equal. Open; under a key with what it holds."),
        new("Bulk files", "Whole months as compressed files, with hashes: how a history is loaded. Open; under a key with what it holds."),
        new("Operators", "Who is collected from, under which licence, and what was noticed about their records."),
        new("Areas", "The boroughs, wards and LSOAs by which charge points are found. Open."),
        new("Coverage", "The ledger: what of each operator's data is here, what is missing, and whether it can still be had."),
        new("Submissions", "Files that operators hand in, and what became of them. Under a key of the operator."),
        new("Access", "Who the hub takes a caller for, and what that opens."),
        new("Errors", "What each error code means and what to do."),
        new("Documentation", "What describes the hub to programs: its catalogue, schemas and OpenAPI."),
        new("Health", "For those who start, stop and route."),
    ];
}
