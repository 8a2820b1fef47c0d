using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api;

/// <summary>One endpoint, said once: what is mapped, checked, refused and documented all come from here.</summary>
public sealed record ApiRoute
{
    public const string Json = "application/json";
    public const string GeoJson = "application/geo+json";
    public const string NdJson = "application/x-ndjson";

    /// <summary>Pattern of the address, e.g. <c>/v1/operators/{id}</c>. The only variable part is <c>id</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Verb and noun, e.g. <c>listTariffs</c>: method names of generated clients.</summary>
    public required string OperationId { get; init; }

    public required string Summary { get; init; }

    public required string Description { get; init; }

    /// <summary>Chapter of the documentation.</summary>
    public required string Tag { get; init; }

    /// <summary>What <c>id</c> is, with an example; null: the path has none.</summary>
    public (string Description, string Example)? Id { get; init; }

    /// <summary>True: only under a key whose scope holds it.</summary>
    public bool IsRestricted { get; init; }

    /// <summary>True: served without looking at keys, as monitors ask without any.</summary>
    public bool IsOpen { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    public string MediaType { get; init; } = Json;

    /// <summary>An answer, as JSON; shortened records are well.</summary>
    public required string Example { get; init; }

    /// <summary>Errors of this route beyond those of its parameters and its access.</summary>
    public IReadOnlyList<ErrorCode> Errors { get; init; } = [];

    public required Func<HubRequest, Task> Handler { get; init; }
}
