using System.Text.RegularExpressions;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Pages;
using ChargePointHub.Tests.House;

namespace ChargePointHub.Tests.Pages;

/// <summary>What the page about the clause names is there.</summary>
public class ClauseTableTests
{
    [Fact]
    public void Every_line_of_the_clause_is_there_once_in_order_with_what_shows_it()
    {
        Assert.Equal(Enumerable.Range(1, 14).Select(n => $"C{n}"), ClauseTable.All.Select(l => l.Id));
        Assert.All(ClauseTable.All, line =>
        {
            Assert.All([line.Clause, line.Kept], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.NotEmpty(line.Routes);
            Assert.NotEmpty(line.Tests);
        });
    }

    /// <summary>Pages of the documentation are followed by its own test of links.</summary>
    [Fact]
    public void Every_route_it_names_is_served() => Fault.None(
        ClauseTable.All.SelectMany(l => l.Routes).Distinct()
            .Where(r => r != "/openapi/v1.json" && !r.StartsWith("/docs", StringComparison.Ordinal))
            .Except(ApiRoutes.All.Select(r => r.Path)));

    [Fact]
    public void Every_test_it_names_exists()
    {
        // A class of several files is told by the first word of each.
        var tests = Repository.Files.Where(f => f.IsCode && f.Path.StartsWith("tests/", StringComparison.Ordinal)).ToLookup(f => f.Name.Split('.')[0]);

        Fault.None(ClauseTable.All.SelectMany(l => l.Tests).Distinct().Where(named => named.Split('.') is not [var type, var method]
            || !tests[type].Any(f => Regex.IsMatch(f.Text, $@"\bpublic (async Task|Task|void) {method}\("))));
    }
}
