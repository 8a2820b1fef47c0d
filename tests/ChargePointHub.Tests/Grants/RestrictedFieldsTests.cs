using ChargePointHub.Model;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Tests.Grants;

/// <summary>The catalogue of fields that grants may withhold, held against records, schemas and filters.</summary>
public sealed class RestrictedFieldsTests
{
    /// <summary>Ids, places, times of events, and what is told between these. A field that stands neither here nor in the catalogue fails the build: somebody must say which it is.</summary>
    private static readonly string[] Always =
    [
        "session_id", "corrects_session_id", "operator_id", "charge_point_id", "plug_in_at", "plug_out_at", "charge_start_at", "charge_end_at", "plug_in_minutes", "last_updated",
        "borough_gss", "ward_gss", "lsoa21", "power_band", "started_local", "status", "at", "reported_at", "evidence",
        "outage_id", "started_at", "detected_at", "attended_at", "ended_at", "derived",
        "reported_usage_id", "group", "location_id", "period", "period_unit", "period_from", "period_to",
    ];

    private static IEnumerable<Dataset> Restricted => Dataset.All.Where(d => d.IsRestricted);

    [Fact]
    public void Every_field_of_restricted_records_goes_out_always_or_can_be_withheld()
    {
        foreach (var dataset in Restricted)
        {
            var withheld = Detail.Of(dataset.Name, [], TimePrecision.Exact).HiddenOf(dataset.Name);
            Assert.Equal(Served(dataset).Except(Always).Order(), withheld.Order());
            Assert.Empty(withheld.Intersect(Always));
            Assert.Equal(Served(dataset).Where(RestrictedFields.Of(dataset.Name).Contains), RestrictedFields.Of(dataset.Name));
        }
    }

    [Fact]
    public void The_schema_of_grants_names_the_same_fields_and_precisions()
    {
        var grant = PublishedSchemas.Find("config/grants")!.Read()["$defs"]!["Grant"]!["properties"]!;

        Assert.Equal(Restricted.SelectMany(d => RestrictedFields.Of(d.Name)).Distinct(), grant["fields"]!["items"]!["enum"]!.AsArray().Select(e => e!.GetValue<string>()));
        Assert.All(new[] { grant["datasets"]!, grant["fields"]! }, list => Assert.Equal(list["items"]!["enum"]!.AsArray().Count, list["maxItems"]!.GetValue<int>()));
        Assert.Equal(Words<TimePrecision>.All, grant["time_precision"]!["enum"]!.AsArray().Select(e => e?.GetValue<string>()).OfType<string>());
    }

    [Fact]
    public void What_can_be_withheld_may_be_null()
    {
        foreach (var dataset in Restricted)
        {
            var properties = PublishedSchemas.Find("hub/v1/" + dataset.Name)!.Read()["properties"]!;
            Assert.All(Detail.Of(dataset.Name, [], TimePrecision.Exact).HiddenOf(dataset.Name), f => Assert.Contains("\"null\"", properties[f]!.ToJsonString(), StringComparison.Ordinal));
        }
    }

    /// <summary>A filter on what is withheld would tell it: it names its field, by which it is refused where the field is withheld.</summary>
    [Fact]
    public void A_filter_on_a_field_that_can_be_withheld_says_so()
    {
        var filters = ApiRoutes.All.Where(r => r.Dataset is { IsRestricted: true })
            .SelectMany(r => r.Parameters.Where(p => Hidden(r.Dataset!).Any(f => p.Name.Contains(f.Split('_')[0], StringComparison.Ordinal))).Select(p => (r.Dataset, Parameter: p))).ToList();

        Assert.NotEmpty(filters);
        Assert.All(filters, f => Assert.Contains(f.Parameter.Field, Hidden(f.Dataset!)));
        Assert.All(filters, f => Assert.StartsWith(f.Parameter.Field!, f.Parameter.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_field_made_of_others_goes_out_with_all_of_them_and_exact_times_alone()
    {
        Assert.False(Detail.Of("charging_sessions", ["energy_kwh", "charging_minutes"], TimePrecision.Exact).Hides("average_kw"));
        Assert.True(Detail.Of("charging_sessions", ["energy_kwh"], TimePrecision.Exact).Hides("average_kw"));
        Assert.True(Detail.Of("charging_sessions", ["charging_minutes"], TimePrecision.Exact).Hides("average_kw"));
        Assert.True(Detail.Of("charging_sessions", null, TimePrecision.QuarterHour).Hides("average_kw"));
        Assert.False(Detail.Of("charging_sessions", ["energy_kwh"], TimePrecision.Exact).Or(Detail.Of("charging_sessions", ["charging_minutes"], TimePrecision.Hour)).Hides("average_kw"));
    }

    private static IReadOnlyList<string> Served(Dataset dataset) => ApiRoutes.All.First(r => r.Dataset == dataset).Parameters.Single(p => p.Name == "select").Allowed!;

    private static IReadOnlyList<string> Hidden(Dataset dataset) => Detail.Of(dataset.Name, [], TimePrecision.Exact).HiddenOf(dataset.Name);
}
