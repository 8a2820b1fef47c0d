using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Operators;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.Ledger;

/// <summary>GET /v1/coverage: what of each operator's datasets is here.</summary>
internal static class ListCoverage
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/coverage",
        OperationId = "listCoverage",
        Summary = "The ledger: what is here",
        Description = "Per operator and dataset, on the axis by which its API answers windows: what is wanted, what is covered, and what is known to be lost. "
            + "from, to and period cut the windows.",
        Tag = "Coverage",
        IsHeldBy = RouteRights.OpenData,
        Restricted = RestrictedPart.FeedQuality,
        Parameters = [HubParameters.FromOfAll, HubParameters.ToOfAll, HubParameters.Period, HubParameters.OperatorOnly, HubParameters.DatasetName],
        Answers = [new(ApiRoute.Json, "CoverageList")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var operators = await LedgerReading.ReadAsync(request);
        var cut = LedgerReading.Window(request);
        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var o in operators)
            {
                if (request.Scope.ReadsQuality(o.OperatorId)) request.Tally?.Count(o.OperatorId);
                var wanted = GapList.Wanted(o, request.Now) is { } all ? cut is { } w ? all.Intersect(w) : all : null;
                json.WriteStartObject();
                json.WriteString("operator_id", o.OperatorId);
                json.WriteString("dataset", o.Plan!.Dataset.Name);
                json.WriteString("axis", ListOperators.AxisWord(o.Plan.Axis));
                json.WriteWindow("wanted", wanted);
                if (wanted is { } judged)
                {
                    json.WriteNumber("covered_percent", GapList.CoveredPercent(o, judged));
                }
                else
                {
                    json.WriteNull("covered_percent");
                }

                json.WriteStartArray("covered");
                foreach (var window in cut is { } c ? o.Covered.Intersect(c) : o.Covered) WriteWindow(json, window, null);
                json.WriteEndArray();
                json.WriteStartArray("unavailable");
                foreach (var lost in o.Lost)
                {
                    if ((cut is { } l ? lost.Window.Intersect(l) : lost.Window) is { } window) WriteWindow(json, window, request.Scope.ReadsQuality(o.OperatorId) ? lost.Cause : null);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteWindow(System.Text.Json.Utf8JsonWriter json, Window window, string? cause)
    {
        json.WriteStartObject();
        json.WriteInstant("from", window.From);
        json.WriteInstant("to", window.To);
        if (cause is not null) json.WriteString("cause", cause);
        json.WriteEndObject();
    }
}
