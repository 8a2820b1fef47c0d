using System.Text.Json;
using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Bulk;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Api.Metadata;

/// <summary>GET /v1/metadata: the hub's data as a catalogue entry. Source: DCAT 3 (W3C Recommendation), JSON-LD 1.1; names are those of the vocabularies.</summary>
internal static class GetMetadata
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/v1/metadata",
        OperationId = "getMetadata",
        Summary = "The catalogue of the hub's data, as DCAT",
        Description = "DCAT 3 as JSON-LD, for data catalogues that harvest it: a series for each kind of record, and in it a dataset for each operator with its licence, the words that a reuser "
            + "must show, how often it comes in, from when on, its fields, and where it is downloaded; of a series whole months as files. Outages of operators that report none stand there as derived from "
            + "their status changes. Addresses are relative to the hub.",
        Tag = "Documentation",
        IsHeldBy = RouteRights.OpenData,
        Answers = [new("application/ld+json", "Catalogue")],
        Handler = HandleAsync,
    };

    private static async Task HandleAsync(HubRequest request)
    {
        var reporting = await request.Hub.Ledger.ReadOutageReportersAsync(null, request.Scope, request.Aborted);
        await JsonAnswer.SendAsync(request, json => Write(json, [.. request.Directory.Operators.OrderBy(o => o.OperatorId, StringComparer.Ordinal)], reporting));
    }

    /// <param name="reporting">Operators that report their outages themselves.</param>
    private static void Write(Utf8JsonWriter json, IReadOnlyList<ListedOperator> operators, IReadOnlySet<string> reporting)
    {
        json.WriteStartObject();
        json.WriteStartObject("@context");
        json.WriteString("dcat", "http://www.w3.org/ns/dcat#");
        json.WriteString("dcterms", "http://purl.org/dc/terms/");
        json.WriteString("foaf", "http://xmlns.com/foaf/0.1/");
        json.WriteString("prov", "http://www.w3.org/ns/prov#");
        json.WriteString("xsd", "http://www.w3.org/2001/XMLSchema#");
        json.WriteEndObject();
        Begin(json, "/v1/metadata", "dcat:Catalog", "ChargePointHub", "London's charge points: where they are, what they cost, how they are used, and how complete that knowledge is.");
        Id(json, "foaf:homepage", "/docs");
        json.WriteStartArray("dcat:dataset");
        foreach (var dataset in Dataset.All)
        {
            var schema = PublishedSchemas.Find("hub/v1/" + dataset.Name)!;
            json.WriteStartObject();
            Begin(json, SeriesOf(dataset), "dcat:DatasetSeries", dataset.Name.Replace('_', ' '), schema.Description);
            WriteFiles(json, dataset);
            json.WriteEndObject();
            foreach (var o in operators)
            {
                if ((dataset == Dataset.Outages ? CompletenessReader.PlanOfOutages(o, reporting) : o.Find(dataset)) is { } plan) WriteDataset(json, o, dataset, plan, schema);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <param name="plan">How it comes in; of another dataset: how that comes in from which it is derived.</param>
    private static void WriteDataset(Utf8JsonWriter json, ListedOperator o, Dataset dataset, ListedDataset plan, PublishedSchema schema)
    {
        json.WriteStartObject();
        Begin(json, $"{SeriesOf(dataset)}?operator={o.OperatorId}", "dcat:Dataset", $"{dataset.Name.Replace('_', ' ')} of {o.Name}", schema.Description);
        Id(json, "dcat:inSeries", SeriesOf(dataset));
        if (plan.Dataset == dataset) json.WriteNull("prov:wasDerivedFrom");
        else Id(json, "prov:wasDerivedFrom", $"{SeriesOf(plan.Dataset)}?operator={o.OperatorId}");
        json.WriteStartObject("dcterms:publisher");
        json.WriteString("@id", $"/v1/operators/{o.OperatorId}");
        json.WriteString("@type", "foaf:Agent");
        json.WriteString("foaf:name", o.Name);
        json.WriteEndObject();
        json.WriteString("dcterms:license", o.Licence);
        json.WriteString("dcterms:rights", o.Attribution);
        Id(json, "dcterms:accessRights", "http://publications.europa.eu/resource/authority/access-right/" + (dataset.IsRestricted ? "RESTRICTED" : "PUBLIC"));
        Id(json, "dcterms:spatial", "http://statistics.data.gov.uk/id/statistical-geography/E12000007");
        Id(json, "dcterms:conformsTo", schema.Href);
        Id(json, "foaf:page", "/docs/data/" + dataset.Name.Replace('_', '-'));
        Typed(json, "dcat:temporalResolution", "xsd:duration", XmlConvert.ToString(plan.Cadence));
        json.WritePropertyName("dcterms:temporal");
        if (plan.Earliest is { } earliest)
        {
            json.WriteStartObject();
            json.WriteString("@type", "dcterms:PeriodOfTime");
            Typed(json, "dcat:startDate", "xsd:dateTime", Instants.Format(earliest));
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteStartArray("dcat:distribution");
        foreach (var form in ApiRoutes.All.Where(r => r.Path == SeriesOf(dataset)).SelectMany(r => r.Answers))
        {
            json.WriteStartObject();
            json.WriteString("@type", "dcat:Distribution");
            Id(json, "dcat:accessURL", $"{SeriesOf(dataset)}?operator={o.OperatorId}&format={Formats.WordOf(form.MediaType)}");
            json.WriteString("dcat:mediaType", form.MediaType);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Months as files are of all operators together.</summary>
    private static void WriteFiles(Utf8JsonWriter json, Dataset dataset)
    {
        json.WriteStartArray("dcat:distribution");
        foreach (var form in BulkFile.Datasets.Contains(dataset) ? [ApiRoute.NdJson, ApiRoute.Csv] : Array.Empty<string>())
        {
            json.WriteStartObject();
            json.WriteString("@type", "dcat:Distribution");
            Id(json, "dcat:accessURL", ListBulkFiles.Route.Path);
            json.WriteString("dcat:mediaType", form);
            json.WriteString("dcat:compressFormat", ApiRoute.GZip);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string SeriesOf(Dataset dataset) => "/v1/" + dataset.Name.Replace('_', '-');

    private static void Begin(Utf8JsonWriter json, string id, string type, string title, string description)
    {
        json.WriteString("@id", id);
        json.WriteString("@type", type);
        json.WriteString("dcterms:title", title);
        json.WriteString("dcterms:description", description);
    }

    private static void Id(Utf8JsonWriter json, string name, string id)
    {
        json.WriteStartObject(name);
        json.WriteString("@id", id);
        json.WriteEndObject();
    }

    private static void Typed(Utf8JsonWriter json, string name, string type, string value)
    {
        json.WriteStartObject(name);
        json.WriteString("@type", type);
        json.WriteString("@value", value);
        json.WriteEndObject();
    }
}
