using System.Text.Json.Nodes;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>Query parameters as OpenAPI says them.</summary>
internal static class OpenApiParameters
{
    public static JsonNode Of(Parameter parameter)
    {
        var said = new JsonObject
        {
            ["name"] = parameter.Name,
            ["in"] = "query",
            ["description"] = parameter.Description,
        };
        if (parameter.IsList)
        {
            said["style"] = "form";
            said["explode"] = false;
            said["schema"] = new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = Parameter.LongestList, ["items"] = ValueOf(parameter) };
            said["example"] = new JsonArray([.. Parameter.Split(parameter.Example).Select(e => JsonValue.Create(e))]);
        }
        else
        {
            said["schema"] = ValueOf(parameter);
            said["example"] = parameter.Range is { } range ? range.Default : parameter.Example;
        }

        return said;
    }

    private static JsonObject ValueOf(Parameter parameter) => parameter switch
    {
        { Range: { } range } => new() { ["type"] = "integer", ["format"] = "int32", ["minimum"] = range.Least, ["maximum"] = range.Most, ["default"] = range.Default },
        { Allowed: { } allowed } => new() { ["type"] = "string", ["enum"] = new JsonArray([.. allowed.Select(a => JsonValue.Create(a))]) },
        _ => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = parameter.MaxLength },
    };
}
