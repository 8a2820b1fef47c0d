using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Ledger;

/// <summary>GET /v1/gaps: what is missing, and whether it can still be had.</summary>
internal static class ListGaps
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/gaps",
        OperationId = "listGaps",
        Summary = "The ledger: what is missing",
        Description = "Per operator and dataset, on its axis: wanted, and neither covered nor known to be lost (state=open), or known never to come "
            + "(state=lost). Gaps are worked out from coverage at every request. The cause is told under a key only. from, to and period choose gaps that "
            + "meet the window.",
        Tag = "Coverage",
        Parameters =
        [
            HubParameters.State, HubParameters.From, HubParameters.To, HubParameters.Period, HubParameters.Operator, HubParameters.DatasetName, HubParameters.Cause,
        ],
        Errors = [ErrorCatalogue.KeyNeeded],
        Example = """
            {"data":[{"operator_id":"lamplight","dataset":"charging_sessions","state":"open","from":"2026-11-20T01:00:00.000Z","to":"2026-11-20T01:30:00.000Z",
            "since":"2026-11-20T01:15:00.000Z","cause":"operator_down"}]}
            """,
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var causes = request.Parameters.List("cause");
        if (causes is not null && !request.Scope.ReadsRestricted)
        {
            await request.RefuseAsync(new Fault(ErrorCatalogue.KeyNeeded, "cause", "Causes of gaps are told under a key only."));
            return;
        }

        var state = request.Parameters["state"] == "lost" ? GapState.Lost : GapState.Open;
        var window = LedgerReading.Window(request);
        var gaps = (await LedgerReading.ReadAsync(request))
            .SelectMany(o => GapList.Of(o, request.Now))
            .Where(g => g.State == state && (window is not { } w || g.Window.Overlaps(w)))
            .ToList();
        if (request.Scope.ReadsRestricted && state == GapState.Open)
        {
            var failures = await request.Hub.Ledger.ReadFailuresAsync(
                [.. gaps.Select(g => new OpenGap(g.OperatorId, g.Dataset, g.Window))], request.Scope, request.Aborted);
            gaps = [.. gaps.Zip(failures, (g, failure) => g with { Cause = GapCauses.OfFailure(failure) })];
        }

        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var gap in gaps.Where(g => causes is null || causes.Contains(g.Cause)))
            {
                json.WriteStartObject();
                json.WriteString("operator_id", gap.OperatorId);
                json.WriteString("dataset", gap.Dataset.Name);
                json.WriteString("state", gap.State == GapState.Open ? "open" : "lost");
                json.WriteInstant("from", gap.Window.From);
                json.WriteInstant("to", gap.Window.To);
                json.WriteInstant("since", gap.Since);
                if (request.Scope.ReadsRestricted) json.WriteString("cause", gap.Cause);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
