using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.Schemas;

/// <summary>GET /v1/schemas: what is published about the form of things.</summary>
internal static class ListSchemas
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/schemas",
        OperationId = "listSchemas",
        Summary = "Every published schema",
        Description = "JSON Schemas (draft 2020-12): `hub/v1` is what this hub serves, `feeds/loti-v1` what an operator sends, `config` what an operator's file holds.",
        Tag = "Documentation",
        IsHeldBy = RouteRights.Anyone,
        Answers = [new(ApiRoute.Json, "SchemaList")],
        Handler = request => JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var schema in PublishedSchemas.All)
            {
                json.WriteStartObject();
                json.WriteString("name", schema.Name);
                json.WriteString("title", schema.Title);
                json.WriteString("description", schema.Description);
                json.WriteString("href", schema.Href);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }),
    };
}
