using System.Text.RegularExpressions;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.Api;

public sealed class CatalogueTests
{
    [Fact]
    public void Every_error_code_that_is_declared_is_in_the_catalogue_once()
    {
        var declared = typeof(ErrorCatalogue).GetFields().Select(f => f.GetValue(null)).OfType<ErrorCode>().ToList();

        Assert.Equal(declared.OrderBy(e => e.Code, StringComparer.Ordinal), ErrorCatalogue.All.OrderBy(e => e.Code, StringComparer.Ordinal));
        Assert.Equal(ErrorCatalogue.All.Count, ErrorCatalogue.All.Select(e => e.Code).Distinct().Count());
    }

    [Fact]
    public void Every_error_says_what_happened_and_what_to_do_under_a_code_of_its_hundred()
    {
        foreach (var error in ErrorCatalogue.All)
        {
            Assert.Matches("^CPH-(10|11|12|20|30|40|50)[0-9]{2}$", error.Code);
            Assert.All([error.Title, error.Happened, error.Remedy, error.Example], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            var status = error.Code[4..6] switch { "20" => new[] { 401, 403, 429 }, "30" => [404], "40" => [400, 415, 422], "50" => [500, 503], _ => [400, 405, 406, 410, 413, 414, 416, 431] };
            Assert.Contains(error.Status, status);
        }
    }

    [Fact]
    public void Every_route_is_documented_and_has_a_name_and_an_address_of_its_own()
    {
        Assert.Equal(ApiRoutes.All.Count, ApiRoutes.All.Select(r => r.Path).Distinct().Count());
        Assert.Equal(ApiRoutes.All.Count, ApiRoutes.All.Select(r => r.OperationId).Distinct().Count());
        foreach (var route in ApiRoutes.All)
        {
            Assert.All([route.Summary, route.Description, route.Tag], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.Equal(route.Path.Contains("{id}", StringComparison.Ordinal), route.Id is not null);
        }
    }

    [Fact]
    public void Every_route_declared_in_the_room_is_in_the_table_of_contents()
    {
        var declared = typeof(ApiRoutes).Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith("ChargePointHub.Server.Api", StringComparison.Ordinal) == true)
            .SelectMany(t => t.GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public))
            .Where(f => f.FieldType == typeof(ApiRoute)).Select(f => ((ApiRoute)f.GetValue(null)!).Path);

        Assert.Equal(declared.Order(StringComparer.Ordinal), ApiRoutes.All.Where(r => r.TableOf is null).Concat(ApiRoutes.Posts).Select(r => r.Path).Order(StringComparer.Ordinal));
        Assert.Equal(ApiRoutes.All.Where(r => r.TableOf is null && r.Answers.Contains(ApiRoute.AsCsv)), ApiRoutes.All.Select(r => r.TableOf).OfType<ApiRoute>());
        Assert.All(ApiRoutes.All, r => Assert.Equal(("GET", 0), (r.Method, r.Bodies.Count)));
        Assert.All(ApiRoutes.Posts, r => Assert.Contains(r.Path, ApiRoutes.All.Select(read => read.Path)));
    }

    /// <summary>The access log of an operator leaves out what they name of others.</summary>
    [Fact]
    public void Every_parameter_that_takes_ids_of_records_is_known_to_the_audit()
    {
        var naming = ApiRoutes.All.Concat(ApiRoutes.Posts).SelectMany(r => r.Parameters).Where(p => Regex.IsMatch(p.Example, "^[a-z0-9-]+:[^/]")).Select(p => p.Name).Distinct();

        Assert.Equal(AuditQueries.NamesOfRecords.Order(StringComparer.Ordinal), naming.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Wire_names_are_snake_case()
    {
        foreach (var parameter in ApiRoutes.All.SelectMany(r => r.Parameters)) Assert.Matches(new Regex("^[a-z]+(_[a-z0-9]+)*(__(gte|lt))?$"), parameter.Name);
    }
}
