using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Server.Api.Usage;

namespace ChargePointHub.Tests.Pages;

/// <summary>Every figure that is served is explained, in the order of the row.</summary>
public class MeasureTests
{
    private static readonly IReadOnlyList<string> Columns = ApiRoutes.All.Single(r => r.Path == "/v1/usage").Table!.Value.Columns;

    private static readonly IReadOnlyList<string> ProfileColumns = ApiRoutes.All.Single(r => r.Path == "/v1/usage/profile").Table!.Value.Columns;

    [Fact]
    public void Each_measure_of_a_row_has_its_page() => Assert.Equal(Columns.SkipWhile(c => c != "charge_points"), UsageMeasures.All.Select(m => m.Name));

    /// <summary>What the profile shares with the figures of periods means the same there.</summary>
    [Fact]
    public void Each_measure_of_a_profile_has_its_page()
    {
        var shared = UsageMeasures.All.Select(m => m.Name).ToHashSet();
        Assert.Equal(ProfileColumns.SkipWhile(c => c != "weekday").Where(c => !shared.Contains(c)), ProfileMeasures.All.Select(m => m.Name));
    }

    /// <summary>The schema has the columns of every grouping.</summary>
    [Fact]
    public void Rows_and_their_schema_name_the_same_fields_in_the_same_order()
    {
        Assert.Equal(Columns, HubSchemas.Component("Usage").Schema["properties"]!.AsObject().Select(p => p.Key).Where(Columns.Contains));
        Assert.Equal(ProfileColumns, HubSchemas.Component("UsageProfile").Schema["properties"]!.AsObject().Select(p => p.Key).Where(ProfileColumns.Contains));
    }

    [Fact]
    public void No_part_of_an_explanation_is_left_out() => Assert.All(
        UsageMeasures.All.Append(ProfileMeasures.Whole).Concat(ProfileMeasures.All), m => Assert.All([m.Definition, m.Formula, m.Source, m.Example, m.IsNot], said => Assert.InRange(said.Length, 15, 600)));
}
