using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server.Api.Areas;

/// <summary>GET /v1/areas: the areas by which charge points are found. All at once: of London not 6,000.</summary>
internal static class ListAreas
{
    private static readonly string[] Fields = ["kind", "code", "name", "borough_gss", "borough_name", "boundary_version"];

    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/areas",
        OperationId = "listAreas",
        Summary = "Boroughs, wards and LSOAs that are loaded",
        Description = "The areas whose boundaries this hub has: what borough=, ward= and lsoa= of other routes take, by code or by name, and what borough_gss, ward_gss and lsoa21 of records name. "
            + "The borough of a ward or LSOA is the one that holds its middle, by the boundaries that are loaded. All at once, without pages: boroughs, wards, LSOAs, each by code. "
            + "Of a hub without boundaries the list is empty, and no charge point has a borough.",
        Tag = "Areas",
        IsHeldBy = RouteRights.OpenData,
        Parameters =
        [
            WordList.Words("kind", "Kinds of area, separated by commas. Default: all that are loaded.", Words<AreaKind>.All),
            HubParameters.Borough with { Description = "London boroughs by GSS code or name, separated by commas: these, and what lies in them. Default: all." },
            HubParameters.TableFormat,
        ],
        Errors = [ErrorCatalogue.TooManyAnswers],
        Answers = [new(ApiRoute.Json, "AreaList"), ApiRoute.AsCsv],
        Table = (Fields, "Area"),
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var form = Formats.Of(request);
        var index = request.Directory.Areas;
        JsonAnswer.SetHeaders(request, Formats.MediaTypeOf(form));

        // The version has a hash of each file in it: the question and this decide every byte.
        var facts = $"{request.Path}?{request.Parameters.Normalised()}|{form}|{index.Version}|{request.Coding}";
        if (AnswerTags.IsHeld(request, AnswerTags.OfFacts(Encoding.UTF8.GetBytes(facts), null, request.Coding))) return;
        var (kinds, boroughs) = (request.Parameters.List("kind"), request.Parameters.Boroughs());
        var areas = index.All.Where(a => kinds is null || kinds.Contains(Words<AreaKind>.Of(a.Kind))).Where(a => boroughs is null || boroughs.Contains(a.Borough?.Gss)).ToList();
        using var room = await AnswerRoom.EnterAsync(request, areas.Count / RequestCost.RecordsAUnit);
        if (room is null) return;
        using var body = new AnswerBody(request);
        if (form == AnswerForm.Csv) WriteTable(areas, body);
        else WriteList(areas, index.Version, body);
        await body.EndAsync(request.Aborted);
    }

    private static void WriteList(IReadOnlyList<ListedArea> areas, string? version, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, HubJson.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var area in areas) Write(json, area);
        json.WriteEndArray();
        json.WriteStartObject("meta");
        json.WriteString("boundary_version", version);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTable(IReadOnlyList<ListedArea> areas, IBufferWriter<byte> output)
    {
        var csv = new CsvRecord(Fields);
        var row = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(row, HubJson.WriterOptions);
        csv.WriteHead(output);
        foreach (var area in areas)
        {
            Write(json, area);
            json.Flush();
            csv.Write(row.WrittenSpan, output);
            row.ResetWrittenCount();
            json.Reset();
        }
    }

    private static void Write(Utf8JsonWriter json, ListedArea area)
    {
        json.WriteStartObject();
        json.WriteString(Fields[0], Words<AreaKind>.Of(area.Kind));
        json.WriteString(Fields[1], area.Area.Gss);
        json.WriteString(Fields[2], area.Area.Name);
        json.WriteString(Fields[3], area.Borough?.Gss);
        json.WriteString(Fields[4], area.Borough?.Name);
        json.WriteString(Fields[5], area.Version);
        json.WriteEndObject();
    }
}
