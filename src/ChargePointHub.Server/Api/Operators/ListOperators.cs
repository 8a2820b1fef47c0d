using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators: who is collected from.</summary>
internal static class ListOperators
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators",
        OperationId = "listOperators",
        Summary = "Operators and what they provide",
        Description = "Every operator that the hub collects from, with the licence of its data and how each dataset comes in.",
        Tag = "Operators",
        Answers = [new(ApiRoute.Json, "OperatorList")],
        Handler = request => JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var o in request.Directory.Operators.OrderBy(o => o.OperatorId, StringComparer.Ordinal)) Write(json, o);
            json.WriteEndArray();
            json.WriteEndObject();
        }),
    };

    public static void Write(Utf8JsonWriter json, ListedOperator o)
    {
        json.WriteStartObject();
        json.WriteString("operator_id", o.OperatorId);
        json.WriteString("name", o.Name);
        json.WriteString("licence", o.Licence);
        json.WriteString("attribution", o.Attribution);
        json.WriteStartArray("datasets");
        foreach (var d in o.Datasets)
        {
            json.WriteStartObject();
            json.WriteString("dataset", d.Dataset.Name);
            json.WriteString("protocol", d.Protocol);
            json.WriteString("axis", AxisWord(d.Axis));
            json.WriteInstant("earliest", d.Earliest);
            json.WriteNumber("cadence_seconds", (long)d.Cadence.TotalSeconds);
            json.WriteNumber("settle_seconds", (long)d.Settle.TotalSeconds);
            json.WriteNumber("freshness_seconds", (long)d.Freshness.TotalSeconds);
            if (d.LookBack is { } lookBack) json.WriteNumber("look_back_days", (decimal)lookBack.TotalDays);
            else json.WriteNull("look_back_days");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>As fields are named on the wire; null for snapshots.</summary>
    public static string? AxisWord(WindowAxis? axis) => axis is { } a ? JsonNamingPolicy.SnakeCaseLower.ConvertName(a.ToString()) : null;
}
