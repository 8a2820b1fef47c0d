using System.Reflection;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

/// <summary>The hand-written lists hold everything that they should.</summary>
public class CatalogueTests
{
    [Fact]
    public void Every_dataset_is_in_the_catalogue_and_found_by_its_name()
    {
        var declared = typeof(Dataset).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(Dataset)).Select(field => (Dataset)field.GetValue(null)!).ToList();

        Assert.Equal(declared.Select(d => d.Name).Order(), Dataset.All.Select(d => d.Name).Order());
        Assert.All(declared, dataset => Assert.Same(dataset, Dataset.Named(dataset.Name)));
        Assert.All(declared, dataset => Assert.Equal(dataset.Name, dataset.ToString()));
        Assert.Null(Dataset.Named("charge-points"));
    }

    [Fact]
    public void What_others_refer_to_is_collected_first() =>
        Assert.True(Dataset.All.ToList().IndexOf(Dataset.ChargePoints) < Dataset.All.ToList().IndexOf(Dataset.ChargingSessions));

    [Fact]
    public void Use_of_charge_points_is_restricted_and_their_description_is_not()
    {
        Assert.True(Dataset.ChargingSessions.IsRestricted);
        Assert.True(Dataset.StatusChanges.IsRestricted);
        Assert.True(Dataset.ReportedUsage.IsRestricted);
        Assert.False(Dataset.ChargePoints.IsRestricted);
        Assert.False(Dataset.Tariffs.IsRestricted);
    }

    [Fact]
    public void Every_scope_is_found_by_its_name_and_nothing_else_is_a_scope()
    {
        var scopes = typeof(Scope).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(Scope)).Select(property => (Scope)property.GetValue(null)!).ToList();

        Assert.Equal(2, scopes.Count);
        Assert.All(scopes, scope => Assert.Same(scope, Scope.Named(scope.Name)));
        Assert.Null(Scope.Named("Everything"));
        Assert.Null(Scope.Named(""));
        Assert.False(Scope.Public.HoldsRights);
        Assert.Null(Scope.Named("granted"));
    }
}
