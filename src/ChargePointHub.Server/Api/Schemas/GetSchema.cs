using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Schemas;

/// <summary>GET /v1/schemas/{name}: one schema, under the name that <c>meta.schema</c> gives.</summary>
internal static class GetSchema
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/schemas/{id}",
        OperationId = "getSchema",
        Summary = "One published schema",
        Description = "A JSON Schema (draft 2020-12). Its `$id` is this address, and its references are relative to it, so that a validator that follows them gets "
            + "everything from the same hub.",
        Tag = "Documentation",
        IsHeldBy = RouteRights.Anyone,
        Id = ("Name of the schema, as in `meta.schema`; its slashes may stand as they are.", "hub/v1/charge_points"),
        IdSpansSegments = true,
        Errors = [ErrorCatalogue.NoSuchSchema],
        Answers = [new("application/schema+json", "SchemaDocument")],
        Handler = request => PublishedSchemas.Find(request.Id) is { } schema
            ? JsonAnswer.SendAsync(request, json => json.WriteRawValue(schema.Utf8.Span, skipInputValidation: true))
            : request.RefuseIdAsync(ErrorCatalogue.NoSuchSchema, $"No schema {request.Id} is published here.", [.. PublishedSchemas.All.Select(s => s.Name)]),
    };
}
