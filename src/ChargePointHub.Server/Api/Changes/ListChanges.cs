using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.Changes;

/// <summary>GET /v1/changes: everything that changed, in the order in which the hub learnt it.</summary>
internal static class ListChanges
{
    private static readonly MediaForm AsEvents = new(
        ApiRoute.EventStream, null, "What there is, then what comes, without end, or with a `limit` until so many are told: each event `change` holds one Change, its id is the cursor behind it (Last-Event-ID takes it back); `heartbeat` says that all is told.");

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/changes",
        OperationId = "listChanges",
        Summary = "Everything that changed, in the order in which the hub learnt it",
        Description = "Each record once, as its newest state stands in the list of its dataset, at the place where the hub learnt that. A removal says that every record of "
            + "`dataset` whose fields equal all of `key` is no longer there: it ended, was purged, or the reader may no longer have it. Who does what each change says, in order, "
            + "has what the lists have, derived outages excepted, which are worked out of status changes. `next_cursor` is always there, also at the end: keep it, and ask again with it. Status, areas, links and power band are told again "
            + "when they change. A page may be empty and more follow. 410: what follows would fit no copy made until then, so begin anew without a cursor. "
            + "`history=all` tells every version that the hub served: `key` and `recorded_at` name it, `superseded_at` says until when it held (null: it does, as far as is told here). `end`: the record ended "
            + "at `recorded_at`, or is of another charge point from then on, and its versions stay; `removal`: take out every version. Of charge points `status` is the one last known when the version was recorded, by those status changes that the key holds (none: MISSING); areas and links are as "
            + "they are now, and a change in these alone makes no version. All versions of a charge point, and of what is there, are told again when its place or publication changes. "
            + "Status changes have no versions: each is told as it stands.",
        Tag = "Changes",
        IsHeldBy = RouteRights.OpenData,
        Restricted = RestrictedPart.OfDatasets(ChangeReading.HeldBy),
        Parameters = [ChangeParameters.ChangedDataset, HubParameters.OperatorOnly, HubParameters.Since, ChangeParameters.History, HubParameters.Limit, HubParameters.ChangeCursor, HubParameters.ChangeFormat],
        Errors = [ErrorCatalogue.KeyNeeded, ErrorCatalogue.ScopeTooNarrow, ErrorCatalogue.NotToldApart, ErrorCatalogue.TooManyAnswers],
        Answers = [new(ApiRoute.Json, "ChangeList"), new(ApiRoute.NdJson, "ChangeLine"), AsEvents],
        Handler = ChangesAnswer.SendAsync,
    };
}
