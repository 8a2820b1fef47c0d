using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.FeedHealth;

namespace ChargePointHub.Server.Api.Operators;

/// <summary>GET /v1/operators: who is collected from.</summary>
internal static class ListOperators
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/operators",
        OperationId = "listOperators",
        Summary = "Operators and what they provide",
        Description = "Every operator that the hub collects from, with the licence of its data, how many charge points it has here, how each dataset comes in, whether it does at the moment, and which it does not provide. How much of each there is says /v1/coverage.",
        Tag = "Operators",
        IsHeldBy = RouteRights.OpenData,
        Answers = [new(ApiRoute.Json, "OperatorList")],
        Handler = async request =>
        {
            var operators = await request.Hub.FeedHealth.ReadStandingsAsync(
                [.. request.Directory.Operators.OrderBy(o => o.OperatorId, StringComparer.Ordinal)], request.Now, request.Scope, request.Aborted);
            var counts = await request.Hub.Records.CountChargePointsAsync(null, request.Scope, request.Aborted);
            await JsonAnswer.SendAsync(request, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("data");
                foreach (var (o, standings) in operators) Write(json, o, standings, counts.GetValueOrDefault(o.OperatorId));
                json.WriteEndArray();
                json.WriteEndObject();
            });
        },
    };

    /// <param name="standings">Of its datasets, in their order.</param>
    /// <param name="served">Of its charge points.</param>
    public static void Write(Utf8JsonWriter json, ListedOperator o, IReadOnlyList<FeedStanding> standings, (long ChargePoints, long Locations) served)
    {
        json.WriteStartObject();
        json.WriteString("operator_id", o.OperatorId);
        json.WriteString("name", o.Name);
        json.WriteStrings("party_ids", o.PartyIds);
        json.WriteString("licence", o.Licence);
        json.WriteString("attribution", o.Attribution);
        json.WriteNumber("charge_points", served.ChargePoints);
        json.WriteNumber("locations", served.Locations);
        json.WriteString("state", Words<FeedStanding>.Of(FeedStandings.Worst(standings)));
        json.WriteStartArray("datasets");
        foreach (var (d, standing) in o.Datasets.Zip(standings))
        {
            json.WriteStartObject();
            json.WriteString("dataset", d.Dataset.Name);
            json.WriteString("state", Words<FeedStanding>.Of(standing));
            json.WriteString("protocol", d.Protocol);
            json.WriteBoolean("handed_in", d.IsHandedIn);
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
        json.WriteStrings("not_provided", [.. Dataset.All.Where(d => o.Find(d) is null).Select(d => d.Name)]);
        json.WriteEndObject();
    }

    /// <summary>As fields are named on the wire; null for snapshots.</summary>
    public static string? AxisWord(WindowAxis? axis) => axis is { } a ? JsonNamingPolicy.SnakeCaseLower.ConvertName(a.ToString()) : null;
}
