using System.Text.Json.Nodes;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Notices;
using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Api.Reliability;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Server.FeedHealth;

namespace ChargePointHub.Tests.Contract;

/// <summary>The published schemas say what the code does: fields, their order, closed lists, and words for each field.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Datasets => [.. Dataset.All.Select(d => d.Name)];

    [Fact]
    public void What_is_published_is_what_lies_in_the_folder()
    {
        var folder = RepositoryRoot.Path("schemas");
        var files = Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
            .ToDictionary(f => Path.ChangeExtension(Path.GetRelativePath(folder, f), null).Replace('\\', '/'), File.ReadAllBytes);

        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), PublishedSchemas.All.Select(s => s.Name));
        Assert.All(PublishedSchemas.All, s => Assert.True(s.Utf8.Span.SequenceEqual(files[s.Name]), s.Name));
    }

    [Fact]
    public void A_schema_s_id_is_its_address_so_that_references_within_are_relative_to_it() => Assert.All(PublishedSchemas.All, s =>
    {
        Assert.Equal("/v1/schemas/" + s.Name, (string)s.Read()["$id"]!);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string)s.Read()["$schema"]!);
    });

    [Fact]
    public void Every_property_has_words_of_its_own_or_those_of_what_it_refers_to() =>
        Assert.Empty(PublishedSchemas.All.SelectMany(s => Wordless(s.Read(), s.Name)));

    [Theory]
    [MemberData(nameof(Datasets))]
    public void A_record_s_fields_are_those_that_are_served_in_their_order(string dataset)
    {
        var fields = ApiRoutes.All.First(r => r.Dataset?.Name == dataset).Parameters.Single(p => p.Name == "select").Allowed!;

        AssertClosed(PublishedSchemas.Find("hub/v1/" + dataset)!.Read(), fields);
    }

    [Fact]
    public void A_connector_s_fields_are_those_that_are_served_in_their_order() => AssertClosed(
        Component("Connector"),
        [.. HubJson.Default.GetTypeInfo(typeof(Connector))!.Properties.Where(p => p.Get is not null).Select(p => p.Name)]);

    [Fact]
    public void Closed_lists_are_those_of_the_code()
    {
        Assert.Equal(Dataset.All.Select(d => d.Name), Words("DatasetName"));
        Assert.Equal(Words<WindowAxis>.All, Words("WindowAxis"));
        Assert.Equal(Words<Status>.All, Words("Status"));
        Assert.Equal(Words<Status>.All.Where(s => s != Words<Status>.Of(Status.Missing)), Words("ReportedStatus"));
        Assert.Equal(Words<Evidence>.All, Words("Evidence"));
        Assert.Equal(Words<PowerBand>.All, Words("PowerBand"));
        Assert.Equal(Words<LocationType>.All, Words("LocationType"));
        Assert.Equal(Words<FundingStream>.All, Words("FundingStream"));
        Assert.Equal(Words<Access>.All, Words("Access"));
        Assert.Equal(Words<PaymentMethod>.All, Words("PaymentMethod"));
        Assert.Equal(Words<PriceState>.All, Words("PriceState"));
        Assert.Equal(Words<ConnectorFormat>.All, Words("ConnectorFormat"));
        Assert.Equal(Words<PowerType>.All, Words("PowerType"));
        Assert.Equal(Words<UserType>.All, Words("UserType"));
        Assert.Equal(Words<UsageGroup>.All, Words("UsageGroup"));
        Assert.Equal(Words<PeriodUnit>.All, Words("PeriodUnit"));
        Assert.Equal(Words<Outcome>.All, Words("Outcome"));
        Assert.Equal(Words<OrganisationRole>.All, Words("OrganisationRole"));
        Assert.Equal(Right.All, Component("MyRight")["properties"]!["dataset"]!["enum"]!.AsArray().Select(w => (string)w!));
        Assert.Equal(Words<Severity>.All, Words("Severity"));
        Assert.Equal(Words<GapState>.All, Words("GapState"));
        Assert.Equal(Words<FeedStanding>.All, Words("FeedState"));
        Assert.Equal(Words<FailureKind>.All, Words("FailureKind"));
        Assert.Equal(Words<NoticeFailureKind>.All, Words("NoticeFailureKind"));
        Assert.Equal(Words<LeftOut>.All, Component("LeftOut")["properties"]!["reason"]!["enum"]!.AsArray().Select(w => (string)w!));
        Assert.Equal(Words<AdviceMatter>.All, Component("Advice")["properties"]!["matter"]!["enum"]!.AsArray().Select(w => (string)w!));
        Assert.Equal(GapCauses.All, Words("GapCause"));
        Assert.Equal(Words<FaultPlace>.All, Component("ProblemFault")["properties"]!["in"]!["enum"]!.AsArray().Select(w => (string)w!));
    }

    /// <summary>Every field is there in every record, and no other.</summary>
    private static void AssertClosed(JsonObject schema, IReadOnlyList<string> fields)
    {
        Assert.Equal(fields, schema["properties"]!.AsObject().Select(p => p.Key));
        Assert.Equal(fields, schema["required"]!.AsArray().Select(r => (string)r!));
        Assert.False((bool)schema["additionalProperties"]!);
    }

    /// <summary>Properties without a description. Examples hold values, and conditions only narrow what is described elsewhere.</summary>
    private static IEnumerable<string> Wordless(JsonNode? node, string at) => node switch
    {
        JsonArray list => list.SelectMany((item, i) => Wordless(item, $"{at}/{i}")),
        JsonObject schema => (schema["properties"] as JsonObject ?? []).Where(p => p.Value is JsonObject property && !IsDescribed(property)).Select(p => $"{at}/{p.Key}")
            .Concat(schema.Where(p => p.Key is not ("examples" or "if" or "then" or "else")).SelectMany(p => Wordless(p.Value, $"{at}/{p.Key}"))),
        _ => [],
    };

    private static bool IsDescribed(JsonObject property) =>
        property["description"] is JsonValue || property.ContainsKey("$ref") || property["oneOf"]?.AsArray().Any(one => one!.AsObject().ContainsKey("$ref")) == true;

    private static JsonObject Component(string name) => HubSchemas.Component(name).Schema;

    private static IEnumerable<string> Words(string component) => Component(component)["enum"]!.AsArray().Select(w => (string)w!);
}
