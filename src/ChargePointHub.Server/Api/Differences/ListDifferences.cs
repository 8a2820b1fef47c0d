using System.Buffers;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Figures;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Differences;

/// <summary>GET /v1/differences: where an operator's own figures and the hub's disagree.</summary>
internal static class ListDifferences
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/differences",
        OperationId = "listDifferences",
        Summary = "Where operators' own figures and the hub's disagree",
        Description = "What operators report (/v1/reported-usage) held against what the hub works out of the same charge points' sessions in the same period (/v1/usage): each measure of which the two are not the "
            + "same to the last decimal reported, by how much, and the likely cause: `unit` (one is 1,000, 60, 3,600 or 100 times the other), `gap` (not all sessions are here), `day_boundary` (it is what the days of UTC, or the ends of "
            + "sessions, give), `late_records` (sessions changed after the count was made). A page is of so many reported figures as `limit` says, of which `compared` were compared; the others are of charge points "
            + "that are not known, or not all of which the reader holds the sessions of. Needs both datasets. Ordered by period_from, operator_id, reported_usage_id.",
        Tag = "Reported usage",
        IsHeldBy = scope => scope.Reads(Dataset.ReportedUsage) && scope.Reads(Dataset.ChargingSessions),
        IsRestricted = true,
        Restricted = RestrictedPart.OfDatasets(_ => [Dataset.ReportedUsage, Dataset.ChargingSessions]),
        Errors = [ErrorCatalogue.FinerThanGranted, ErrorCatalogue.FiguresOfCutTimes],
        Parameters =
        [
            HubParameters.FromOfUsage, HubParameters.ToOfUsage, HubParameters.Period, HubParameters.Operator, HubParameters.BoroughOfUsage, HubParameters.UsageGroup, HubParameters.PeriodUnit,
            HubParameters.PageLimit, HubParameters.PageCursor,
        ],
        Answers = [new(ApiRoute.Json, "DifferenceList")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        ListReading reading;
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        {
            var (prepared, faults) = await ListReading.PrepareAsync(request, Dataset.ReportedUsage, request.Operators, null);
            if (prepared is null)
            {
                await Problem.Of(faults).WriteAsync(request.Http);
                return;
            }

            reading = prepared;
        }

        IReadOnlyList<NetworkPoint> held, everybody;
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        {
            everybody = await request.Hub.Network.ReadAsync(reading.Clock, Dataset.ChargingSessions, Scope.Everything, request.Aborted);
            held = await request.Hub.Network.ReadAsync(reading.Clock, Dataset.ChargingSessions, request.Scope, request.Aborted);
        }

        // Of an operator without a file too.
        var asked = request.Parameters.List("operator");
        if (FigureRights.FaultOf(request, Dataset.ChargingSessions, [.. held.Where(p => asked?.Contains(p.OperatorId) != false)]) is { } cut)
        {
            await request.RefuseAsync(cut);
            return;
        }

        using var room = await AnswerRoom.EnterAsync(request, RequestCost.OfAnswer(request.Parameters, AnswerForm.Json) + RequestCost.Counting);
        if (room is null) return;
        var (reports, next) = await ReadReportsAsync(request, reading);
        using var body = new AnswerBody(request);
        using (await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted))
        {
            var comparing = new DifferenceReading(request, everybody, held, request.Now);
            Write(request, body, await comparing.ReadAsync(reports), comparing);
        }

        var cursor = next is null ? null : reading.Cursors.Write(new PageCursor(reading.Clock.Tick, reading.Clock.RecordedAt, reading.Asked, reading.Meta.Window, next), reading.Question);
        AnswerMeta.WriteTail(
            body, reading.Meta, request.Parameters.Link(request.Path, request.Parameters["cursor"]), cursor is null ? null : request.Parameters.Link(request.Path, cursor), cursor);
        await JsonAnswer.SendAsync(request, ApiRoute.Json, body);
    }

    /// <returns>As many as the limit says, and the key of the last of them when more follow.</returns>
    private static async Task<(IReadOnlyList<Model.ReportedUsage> Reports, PageKey? Next)> ReadReportsAsync(HubRequest request, ListReading reading)
    {
        var (reports, text, last) = (new List<Model.ReportedUsage>(), new ArrayBufferWriter<byte>(), (PageKey?)null);
        using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
        await using var rows = await request.Hub.Records.ReadAsync(reading.Query with { Limit = request.Parameters.Limit + 1, TellsKeys = true }, request.Scope, request.Aborted);
        while (await rows.NextAsync(request.Aborted))
        {
            if (reports.Count == request.Parameters.Limit) return (reports, last);
            text.ResetWrittenCount();
            rows.Write(text);
            reports.Add(HubJson.Read<Model.ReportedUsage>(text.WrittenSpan));
            request.Tally?.Count(rows.OperatorId);
            last = rows.Key();
        }

        return (reports, null);
    }

    private static void Write(HubRequest request, AnswerBody body, IReadOnlyList<Difference> differences, DifferenceReading comparing)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var d in differences) Write(json, d);
            json.WriteEndArray();
            json.WriteNumber("compared", comparing.Compared);
            json.WriteNumber("not_compared", comparing.NotCompared);
            json.WriteEndObject();
        }

        body.Write(text.WrittenSpan[..^1]);
        body.Write(","u8);
    }

    private static void Write(Utf8JsonWriter json, Difference d)
    {
        json.WriteStartObject();
        json.WriteString("reported_usage_id", d.Report.ReportedUsageId);
        json.WriteString("operator_id", d.Report.OperatorId);
        json.WriteString("group", Words<UsageGroup>.Of(d.Report.Group));
        json.WriteString("charge_point_id", d.Report.ChargePointId);
        json.WriteString("location_id", d.Report.LocationId);
        json.WriteString("period", d.Report.Period);
        json.WriteString("period_unit", Words<PeriodUnit>.Of(d.Report.PeriodUnit));
        json.WriteInstant("period_from", d.Report.PeriodFrom);
        json.WriteInstant("period_to", d.Report.PeriodTo);
        json.WriteString("measure", d.Measure);
        Number("reported", d.Reported);
        Number("computed", d.Computed);
        Number("difference", d.By);
        Number("difference_percent", d.Percent);
        Number("coverage_percent", d.CoveragePercent);
        json.WriteString("likely_cause", d.Cause is { } cause ? Words<DifferenceCause>.Of(cause) : null);
        json.WriteEndObject();

        void Number(string name, decimal? value)
        {
            if (value is { } number) json.WriteNumber(name, number / 1.0000000000000000000000000000m);
            else json.WriteNull(name);
        }
    }
}
