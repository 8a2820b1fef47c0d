using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.Server.Access;

/// <summary>
/// An answer that may hold restricted data: what is read is on record before its first byte, and how it ended after the last. Where that cannot
/// be written down, nothing is read. Who was turned away before it came to this has read nothing, and leaves no row.
/// </summary>
internal static class AuditedAnswer
{
    /// <param name="open">Of the key; null: none was shown.</param>
    public static async Task SendAsync(HubRequest request, OpenAnswer? open)
    {
        if (request.Route.Restricted is not { } part || part.OperatorsOf(request) is not { } operators)
        {
            await request.Route.Handler(request);
            return;
        }

        if (await request.Hub.Audit.OpenAsync(OpeningOf(request, operators, part)) is not { } opened)
        {
            await QuotaCheck.RefuseAsync(request.Http, ErrorCatalogue.NotOnRecord);
            return;
        }

        var (tally, isThrough) = (new ReadTally(operators), false);
        try
        {
            await request.Route.Handler(request with { Tally = tally });
            isThrough = true;
        }
        finally
        {
            request.Hub.Audit.Close(ClosingOf(request, opened, tally, OutcomeOf(request, open, isThrough)));
        }
    }

    private static AuditEvent OpeningOf(HubRequest request, IReadOnlyList<string> operators, RestrictedPart part) => new()
    {
        Kind = AuditKind.Opened,
        WrittenAt = request.Hub.Now,
        RequestId = RequestIds.Of(request.Http),
        KeyId = request.Caller.KeyId,
        OrganisationId = request.Caller.Organisation?.Id,
        Holder = request.Caller.Organisation?.Name ?? request.Caller.Label,
        Rights = part.RightsTo(operators, request),
        Route = request.Route.Path,
        Path = request.Path,
        Filter = request.Parameters.Asked(),
        Operators = operators,
    };

    private static AuditEvent ClosingOf(HubRequest request, AuditEvent opened, ReadTally tally, ReadOutcome outcome)
    {
        var isBare = HttpMethods.IsHead(request.Http.Request.Method);
        return new AuditEvent
        {
            Kind = AuditKind.Closed,
            WrittenAt = request.Hub.Now,
            Opened = opened.Number,
            Operators = tally.Operators,
            Outcome = outcome,
            Records = isBare ? ToldOf(request.Http.Response, tally) : tally.Records,
            Bytes = isBare ? 0 : tally.Bytes,
        };
    }

    /// <summary>Without a body: none, or what was counted. A count of several operators tells them not apart: of each stands what the page would hold.</summary>
    private static IReadOnlyList<long> ToldOf(HttpResponse response, ReadTally tally) =>
        !long.TryParse(response.Headers["Hub-Count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? [.. tally.Records.Select(_ => 0L)]
        : tally.Records.Count == 1 ? [count] : tally.Records;

    private static ReadOutcome OutcomeOf(HubRequest request, OpenAnswer? open, bool isThrough) =>
        open?.WasCut == true ? ReadOutcome.RightsEnded
        : !isThrough ? request.Aborted.IsCancellationRequested ? ReadOutcome.BrokenOff : ReadOutcome.Failed
        : request.Http.Response.StatusCode switch
        {
            StatusCodes.Status304NotModified => ReadOutcome.Unchanged,
            < StatusCodes.Status400BadRequest => ReadOutcome.Complete,
            < StatusCodes.Status500InternalServerError => ReadOutcome.Refused,
            _ => ReadOutcome.Failed,
        };
}
