using System.Reflection;
using System.Text.RegularExpressions;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Conformance;

public sealed class RuleCatalogueTests
{
    [Fact]
    public void Every_rule_in_the_code_is_in_the_catalogue_once()
    {
        var declared = typeof(Rule).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f.FieldType == typeof(Rule))
            .Select(f => (Rule)f.GetValue(null)!)
            .ToList();

        Assert.Equal(declared.Select(r => r.Code).Order(StringComparer.Ordinal), RuleCatalogue.All.Select(r => r.Code).Order(StringComparer.Ordinal));
        Assert.Equal(RuleCatalogue.All.Count, RuleCatalogue.All.Select(r => r.Code).Distinct().Count());
    }

    [Fact]
    public void Rules_over_datasets_are_in_the_catalogue_and_none_of_them_refuses_a_record()
    {
        Assert.Equal(DatasetRule.All.Select(r => r.Code), RuleCatalogue.All.Select(r => r.Code).Where(c => DatasetRule.Named(c) is not null));
        Assert.All(DatasetRule.All, r => Assert.NotEqual(Severity.Error, RuleCatalogue.Named(r.Code)!.Severity));
        Assert.Equal(
            typeof(DatasetRule).GetFields(BindingFlags.Static | BindingFlags.Public).Where(f => f.FieldType == typeof(DatasetRule)).Select(f => ((DatasetRule)f.GetValue(null)!).Code), DatasetRule.All.Select(r => r.Code));
    }

    [Fact]
    public void Findings_are_made_of_rules_in_one_place_only()
    {
        var makers = Directory.EnumerateFiles(RepositoryRoot.Path("src", "ChargePointHub.Feeds"), "*.cs", SearchOption.AllDirectories)
            .Where(f => Regex.IsMatch(File.ReadAllText(f), @"new Finding\(|new\(rule\.Code"))
            .Select(Path.GetFileName);

        Assert.Equal(["Findings.cs"], makers);
    }

    [Fact]
    public void Every_rule_says_what_why_how_and_by_which_clause()
    {
        Assert.All(RuleCatalogue.All, rule =>
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", rule.Code);
            Assert.All([rule.Summary, rule.Why, rule.Fix, rule.Reference], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        });
    }
}
