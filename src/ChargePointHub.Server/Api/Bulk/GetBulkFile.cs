using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Store.Bulk;
using Microsoft.Net.Http.Headers;

namespace ChargePointHub.Server.Api.Bulk;

/// <summary>GET /v1/bulk/{dataset}/{month}.ndjson.gz and .csv.gz: all of a month as one compressed file, in part where that is asked for.</summary>
internal static class GetBulkFile
{
    private const string Ending = ".gz";

    public static readonly ApiRoute OfChargePoints = Of(Dataset.ChargePoints, "ChargePoints");
    public static readonly ApiRoute OfTariffs = Of(Dataset.Tariffs, "Tariffs");
    public static readonly ApiRoute OfStatusChanges = Of(Dataset.StatusChanges, "StatusChanges");
    public static readonly ApiRoute OfChargingSessions = Of(Dataset.ChargingSessions, "ChargingSessions");
    public static readonly ApiRoute OfReportedUsage = Of(Dataset.ReportedUsage, "ReportedUsage");

    /// <summary>As the path names it: <c>2026-10.ndjson.gz</c>.</summary>
    public static string NameOf(DateOnly month, string form) => $"{BulkReading.NameOf(month)}.{form}{Ending}";

    public static string AddressOf(Dataset dataset, DateOnly month, string form) => $"/v1/bulk/{dataset.Name.Replace('_', '-')}/{NameOf(month, form)}";

    private static ApiRoute Of(Dataset dataset, string name) => new()
    {
        Path = $"/v1/bulk/{dataset.Name.Replace('_', '-')}/{{id}}",
        OperationId = "getBulkFileOf" + name,
        Summary = $"A month of {dataset.Name.Replace('_', ' ')} as a compressed file",
        Description = (dataset.IsSnapshot
                ? "Every record as it stood at the last tick of the month in London, "
                : $"Every record of the month in London by the time that {BulkReading.ListOf(dataset)} goes by, ")
            + "one a line as NDJSON without a last line of summary, or as CSV, packed by gzip: the rows of that list's own stream with the same `as_of`, of open data as it is read without a key. /v1/bulk says which months there are, with row counts and "
            + "SHA-256. A Range of bytes is answered by 206, so that who was cut off goes on (If-Range: the ETag, which holds the hash of the file); a file that is made anew meanwhile has another ETag, and a download under way is cut.",
        Tag = "Bulk files",
        IsHeldBy = RouteRights.Of(dataset),
        IsRestricted = dataset.IsRestricted,
        Restricted = dataset.IsRestricted ? RestrictedPart.InFiles(dataset) : null,
        Id = ("Name of the file: the month, then `.ndjson.gz` or `.csv.gz`.", "2026-10.ndjson.gz"),
        Errors = [ErrorCatalogue.NoSuchBulkFile, ErrorCatalogue.RangeOutside, ErrorCatalogue.TooManyAnswers],
        Answers = [new(ApiRoute.GZip, null, "The file, packed by gzip.")],
        Handler = request => SendAsync(request, dataset),
    };

    private static async Task SendAsync(HubRequest request, Dataset dataset)
    {
        var (file, form) = await FindAsync(request, dataset);
        if (file is null || form is null)
        {
            var known = await request.Hub.BulkFiles.ListAsync(null, request.Scope, request.Aborted);
            await request.RefuseIdAsync(
                ErrorCatalogue.NoSuchBulkFile, $"There is no file {WordList.Shown(request.Id)} of {dataset} for this reader.",
                [.. known.Where(f => f.Dataset == dataset).SelectMany(f => f.Forms.Select(o => NameOf(f.Month, o.Name)))]);
            return;
        }

        using var room = await AnswerRoom.EnterAsync(request, (int)Math.Min(file.Rows, HubParameters.LargestLimit) / RequestCost.RecordsAUnit);
        if (room is null) return;
        JsonAnswer.SetHeaders(request, ApiRoute.GZip);
        var response = request.Http.Response;
        response.Headers.ContentEncoding = default;
        response.Headers.ContentDisposition = $"attachment; filename=\"{dataset}-{NameOf(file.Month, form.Name)}\"";
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(form.Sha256)}\"");
        await Results.Stream(new BulkStream(request, file, form), ApiRoute.GZip, null, file.MadeAt, tag, enableRangeProcessing: true).ExecuteAsync(request.Http);
        if (response is not { StatusCode: StatusCodes.Status416RangeNotSatisfiable, HasStarted: false }) return;
        response.ContentLength = null;
        await request.RefuseAsync(new Fault(
            ErrorCatalogue.RangeOutside, "Range", string.Create(CultureInfo.InvariantCulture, $"The file has {form.Bytes} bytes, and the range begins after them."), Example: "Range: bytes=0-", In: FaultPlace.Header));
    }

    private static async Task<(BulkFile? File, BulkForm? Form)> FindAsync(HubRequest request, Dataset dataset)
    {
        var name = request.Id;
        if (name.Length < 7 || !DateOnly.TryParseExact(name[..7], "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)) return (null, null);
        var file = await request.Hub.BulkFiles.FindAsync(dataset, month, request.Scope, request.Aborted);
        return (file, file?.Forms.SingleOrDefault(f => NameOf(month, f.Name) == name));
    }
}
