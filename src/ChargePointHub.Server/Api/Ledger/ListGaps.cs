using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Ledger;

/// <summary>GET /v1/gaps: what is missing, whether it can still be had, and what became of what was missing.</summary>
internal static class ListGaps
{
    /// <summary>Closings read of each operator and dataset.</summary>
    private const int MostClosed = 1000;

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/gaps",
        OperationId = "listGaps",
        Summary = "The ledger: what is missing",
        Description = "Per operator and dataset, on its axis: wanted, and neither covered nor known to be lost (state=open), or known never to come "
            + "(state=lost). Gaps are worked out from coverage at every request; meta.backfill says how fast open ones are being filled: hours of the axis missing, "
            + "and hours of the clock left at the pace of the last hour (null: nothing came in it, or so little that it would take a century). The cause is told under a key only, and so are state=closed "
            + "(what was missing, since when, and when it came by which kind of run; the newest 1000 closings of each dataset; cause null: history from before "
            + "collecting began) and state=discrepancy (the operator counts other records than it sends; from null: a crawl). from, to and period choose what meets the window.",
        Tag = "Coverage",
        IsHeldBy = RouteRights.OpenData,
        Restricted = RestrictedPart.FeedQuality,
        Parameters =
        [
            HubParameters.State, HubParameters.FromOfAll, HubParameters.ToOfAll, HubParameters.Period, HubParameters.OperatorOnly, HubParameters.DatasetName, HubParameters.Cause,
        ],
        Errors = [ErrorCatalogue.KeyNeeded, ErrorCatalogue.ScopeTooNarrow],
        Answers = [new(ApiRoute.Json, "GapList")],
        Handler = HandleAsync,
    };

    private static Task HandleAsync(HubRequest request)
    {
        if (!request.Scope.ReadsQuality())
        {
            var refusal = request.Caller.KeyId is null ? ErrorCatalogue.KeyNeeded : ErrorCatalogue.ScopeTooNarrow;
            if (request.Parameters.List("cause") is not null) return request.RefuseAsync(new Fault(refusal, "cause", "Causes of gaps are told under a key that holds the quality of feeds."));
            if (request.Parameters["state"] is "closed" or "discrepancy")
                return request.RefuseAsync(new Fault(refusal, "state", "What became of gaps, and differences of counts, are told under a key that holds the quality of feeds."));
        }
        else if ((request.Parameters["cause"] is not null || request.Parameters["state"] is "closed" or "discrepancy") && GrantedPart.FaultOfQuality(request) is { } outside)
        {
            return request.RefuseAsync(outside);
        }

        return request.Parameters["state"] switch
        {
            "closed" => ListClosedAsync(request),
            "discrepancy" => ListDiscrepanciesAsync(request),
            "lost" => ListPresentAsync(request, GapState.Lost),
            _ => ListPresentAsync(request, GapState.Open),
        };
    }

    private static async Task ListPresentAsync(HubRequest request, GapState state)
    {
        var causes = request.Parameters.List("cause");
        var window = LedgerReading.Window(request);
        var operators = await LedgerReading.ReadAsync(request);
        var gaps = operators.SelectMany(o => GapList.Of(o, request.Now))
            .Where(g => g.State == state && (window is not { } w || g.Window.Overlaps(w)))
            .ToList();
        gaps = await WithCausesAsync(request, gaps);

        var lately = await request.Hub.Ledger.ReadClosedLatelyAsync(request.Now, request.Scope, request.Aborted);
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
                if (request.Scope.ReadsQuality(gap.OperatorId))
                {
                    request.Tally?.Count(gap.OperatorId);
                    json.WriteString("cause", gap.Cause);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("meta");
            json.WriteStartArray("backfill");
            foreach (var filling in BackfillState.Of(operators, lately, request.Now))
            {
                json.WriteStartObject();
                json.WriteString("operator_id", filling.OperatorId);
                json.WriteString("dataset", filling.Dataset.Name);
                json.WriteNumber("missing_hours", Hours(filling.Missing));
                json.WriteNumber("here_percent", filling.HerePercent);
                json.WriteNumber("filled_last_hour_hours", Hours(filling.FilledLastHour));
                if (filling.TimeLeft is { } left) json.WriteNumber("hours_left", Hours(left));
                else json.WriteNull("hours_left");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary>Causes of those operators' gaps that the key holds: of open ones from the runs that met them; a lost one knows its own.</summary>
    private static async Task<List<ListedGap>> WithCausesAsync(HubRequest request, List<ListedGap> gaps)
    {
        var open = gaps.Where(g => g.State == GapState.Open && request.Scope.ReadsQuality(g.OperatorId)).ToList();
        var read = await GapCauseReading.ReadAsync(request.Hub.Ledger, [.. open.Select(g => (g, request.Directory.Find(g.OperatorId)?.Find(g.Dataset)))], request.Scope, request.Aborted);
        var causes = open.Zip(read).ToDictionary(p => p.First, p => p.Second);
        return [.. gaps.Select(g => causes.TryGetValue(g, out var cause) ? g with { Cause = cause } : request.Scope.ReadsQuality(g.OperatorId) ? g : g with { Cause = null })];
    }

    private static async Task ListClosedAsync(HubRequest request)
    {
        using var room = await AnswerRoom.EnterAsync(request, RequestCost.Counting);
        if (room is null) return;
        var causes = request.Parameters.List("cause");
        var held = GrantedPart.OfQuality(request, out var restrictedTo);
        var of = (await LedgerReading.ReadAsync(request)).Where(o => !o.Plan!.Dataset.IsSnapshot && held.Contains(o.OperatorId)).Select(o => (o.OperatorId, o.Plan!.Dataset)).ToList();
        var closed = ClosedGap.Of(
            await request.Hub.Ledger.ReadClosedAsync(of, LedgerReading.Window(request), MostClosed, request.Scope, request.Aborted), w => request.Directory.Find(w.OperatorId)?.Find(w.Dataset));
        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var gap in closed.Where(g => causes is null || (g.Cause is { } cause && causes.Contains(cause))))
            {
                json.WriteStartObject();
                request.Tally?.Count(gap.OperatorId);
                json.WriteString("operator_id", gap.OperatorId);
                json.WriteString("dataset", gap.Dataset.Name);
                json.WriteString("state", "closed");
                json.WriteInstant("from", gap.Window.From);
                json.WriteInstant("to", gap.Window.To);
                json.WriteInstant("since", gap.Since);
                json.WriteString("cause", gap.Cause);
                json.WriteInstant("closed_at", gap.ClosedAt);
                json.WriteString("closed_by", gap.ClosedBy is { } kind ? Words<Store.RunKind>.Of(kind) : null);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteRestriction(json, restrictedTo);
            json.WriteEndObject();
        });
    }

    private static async Task ListDiscrepanciesAsync(HubRequest request)
    {
        var names = request.Parameters.List("dataset");
        var window = LedgerReading.Window(request);
        var open = await request.Hub.Ledger.ReadDiscrepanciesAsync(GrantedPart.OfQuality(request, out var restrictedTo), request.Scope, request.Aborted);
        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var one in open.Where(d => names?.Contains(d.Dataset.Name) != false && (window is not { } w || d.Window?.Overlaps(w) != false)))
            {
                json.WriteStartObject();
                request.Tally?.Count(one.OperatorId);
                json.WriteString("operator_id", one.OperatorId);
                json.WriteString("dataset", one.Dataset.Name);
                json.WriteString("state", "discrepancy");
                json.WriteInstant("from", one.Window?.From);
                json.WriteInstant("to", one.Window?.To);
                json.WriteInstant("since", one.FirstSeenAt);
                json.WriteInstant("last_seen_at", one.LastSeenAt);
                json.WriteNumber("counted_by_operator", one.Stated);
                json.WriteNumber("received", one.Received);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteRestriction(json, restrictedTo);
            json.WriteEndObject();
        });
    }

    private static void WriteRestriction(Utf8JsonWriter json, IReadOnlyList<string> restrictedTo)
    {
        json.WriteStartObject("meta");
        json.WriteStrings("restricted_to", restrictedTo);
        json.WriteEndObject();
    }

    private static decimal Hours(TimeSpan time) => Math.Round((decimal)time.TotalHours, 2);
}
