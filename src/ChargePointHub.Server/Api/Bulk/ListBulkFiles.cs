using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Api.Bulk;

/// <summary>GET /v1/bulk: which months there are as files, and how to know that one has arrived whole.</summary>
internal static class ListBulkFiles
{
    private static readonly Parameter Since = HubParameters.Since with
    {
        Description = "Only what was made, for the first time or anew, at this instant or later (with its offset), or after a London date began. Default: everything.",
        Errors = [ErrorCatalogue.InvalidTime, ErrorCatalogue.NaiveTime, ErrorCatalogue.WhollyInFuture],
    };

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/bulk",
        OperationId = "listBulkFiles",
        Summary = "Whole months as compressed files",
        Description = "Each month of each dataset that has settled, as one file of NDJSON and one of CSV, for the rights of who asks: how many rows, how complete, as of when, and SHA-256 of the packed and of the plain bytes. "
            + "A file is made anew after something in it changed (`stale_since` says that it is about to be); it then has another `made_at`, `revision` and hash, so that since= names what to fetch again. "
            + "Of restricted data a key's first asking here has its files made; `meta.waiting` says how many months are still to come, null that nobody has looked yet.",
        Tag = "Bulk files",
        IsHeldBy = RouteRights.OpenData,
        Restricted = RestrictedPart.OfDatasets(request => [.. BulkFile.Datasets.Where(request.Scope.Reads)]),
        Parameters = [Since],
        Errors = [ErrorCatalogue.TooManyAnswers],
        Answers = [new(ApiRoute.Json, "BulkFileList")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var since = request.Parameters["since"] is { } text ? TimeText.Parse(text) : null;
        if (since >= request.Now)
        {
            await request.RefuseAsync(WindowReading.Future("since", since.Value, request.Now));
            return;
        }

        using var room = await AnswerRoom.EnterAsync(request, 0);
        if (room is null) return;
        if (BulkFile.Datasets.Any(d => d.IsRestricted && request.Scope.Reads(d))) await request.Hub.BulkRegister.RegisterAsync(request.Scope.Mark, request.Now, request.Aborted);
        var waiting = await request.Hub.BulkFiles.ReadWaitingAsync(request.Scope, request.Aborted);
        var files = await request.Hub.BulkFiles.ListAsync(since, request.Scope, request.Aborted);
        await JsonAnswer.SendAsync(request, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var file in files) Write(json, file);
            json.WriteEndArray();
            json.WriteStartObject("meta");
            if (waiting is { } left) json.WriteNumber("waiting", left);
            else json.WriteNull("waiting");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, BulkFile file)
    {
        json.WriteStartObject();
        json.WriteString("dataset", file.Dataset.Name);
        json.WriteString("month", BulkReading.NameOf(file.Month));
        json.WriteInstant("made_at", file.MadeAt);
        json.WriteNumber("revision", file.Revision);
        json.WriteInstant("stale_since", file.StaleSince);
        json.WriteNumber("rows", file.Rows);
        json.WriteStartArray("files");
        foreach (var form in file.Forms)
        {
            json.WriteStartObject();
            json.WriteString("format", form.Name);
            json.WriteString("href", GetBulkFile.AddressOf(file.Dataset, file.Month, form.Name));
            json.WriteNumber("bytes", form.Bytes);
            json.WriteString("sha256", Convert.ToHexStringLower(form.Sha256));
            json.WriteNumber("plain_bytes", form.PlainBytes);
            json.WriteString("plain_sha256", Convert.ToHexStringLower(form.PlainSha256));
            json.WriteString("replaces_sha256", form.ReplacesSha256 is { } before ? Convert.ToHexStringLower(before) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("meta");
        json.WriteRawValue(file.Statement, skipInputValidation: true);
        json.WriteEndObject();
    }
}
