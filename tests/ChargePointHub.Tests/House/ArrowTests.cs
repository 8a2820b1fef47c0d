using System.Xml.Linq;

namespace ChargePointHub.Tests.House;

/// <summary>Who may see whom. The arrows are literal: a project sees exactly what its own file names, packages included.</summary>
public class ArrowTests
{
    private sealed record Arrows(string[] Projects, string[] Packages);

    private static readonly Dictionary<string, Arrows> Allowed = new()
    {
        ["Model"] = new([], []),
        ["Feeds"] = new(["Model"], ["Polly.Core", "CsvHelper", "ExcelDataReader"]),
        ["Store"] = new(["Model"], ["Npgsql", "Dapper"]),
        ["Server"] = new(
            ["Feeds", "Model", "Store"],
            ["FluentValidation", "NetTopologySuite", "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol", "System.CommandLine"]),
        ["Validator"] = new(["Feeds", "Model"], ["System.CommandLine"]),
        ["Sandbox"] = new(["Feeds", "Model", "Server", "Store"], ["System.CommandLine"]),
        ["Client"] = new([], []),
        ["Mirror"] = new(["Client"], ["CsvHelper", "System.CommandLine"]),
    };

    /// <summary>The web host is seen from the server upwards: the validator ships to operators without one.</summary>
    private static readonly string[] MayHostTheWeb = ["Server", "Sandbox"];

    public static TheoryData<string> SourceProjects => [.. Repository.Projects.Where(p => p.Path.StartsWith("src/", StringComparison.Ordinal)).Select(p => p.Path)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_project_references_what_the_arrows_say_and_nothing_else(string path)
    {
        var project = new RepositoryFile(path);
        var name = ShortName(path);
        Assert.True(Allowed.TryGetValue(name, out var arrows), $"{path} has no arrows: add it to this table and to src/README.md.");

        Assert.Equal(arrows.Projects.Order(), Named(project, "ProjectReference").Select(ShortName).Order());
        Assert.All(Named(project, "PackageReference"), package => Assert.Contains(package, arrows.Packages));
        if (!MayHostTheWeb.Contains(name))
        {
            Assert.Equal("Microsoft.NET.Sdk", project.Xml.Root!.Attribute("Sdk")?.Value);
            Assert.Empty(Named(project, "FrameworkReference"));
        }
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_package_is_not_handed_on_to_the_projects_above(string path) => Assert.All(
        Items(new RepositoryFile(path), "PackageReference"),
        package => Assert.Contains("compile", package.Attribute("PrivateAssets")?.Value.Split(';') ?? []));

    [Fact]
    public void The_api_never_mentions_how_feeds_are_fetched_or_what_protocols_they_speak() => Fault.None(
        Repository.Source.Where(f => f.IsCode && f.Path.StartsWith("src/ChargePointHub.Server/Api/", StringComparison.Ordinal))
            .SelectMany(f => f.Where(line => line.Contains("Feeds.Fetching", StringComparison.Ordinal) || line.Contains("Feeds.Protocols", StringComparison.Ordinal))));

    [Fact]
    public void The_store_never_calls_out() => Fault.None(
        Repository.Source.Where(f => f.IsCode && f.Path.StartsWith("src/ChargePointHub.Store/", StringComparison.Ordinal))
            .SelectMany(f => f.Where(line => line.Contains("HttpClient", StringComparison.Ordinal) || line.Contains("System.Net.Http", StringComparison.Ordinal))));

    [Fact]
    public void Every_project_is_in_the_solution_and_the_solution_names_no_other()
    {
        var solution = new RepositoryFile("ChargePointHub.sln").Text.Replace('\\', '/').Split('"')
            .Where(part => part.EndsWith(".csproj", StringComparison.Ordinal));

        Assert.Equal(Repository.Projects.Select(p => p.Path).Order(StringComparer.Ordinal), solution.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Package_versions_stand_in_one_file_and_are_exact()
    {
        var versions = Repository.Files.Where(f => f.Path.EndsWith(".props", StringComparison.Ordinal) || f.Path.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(f => Items(f, "PackageVersion").Any() || Items(f, "PackageReference").Any(p => (p.Attribute("Version") ?? p.Attribute("VersionOverride")) is not null))
            .Select(f => f.Path);

        Assert.Equal([".build/Packages.props"], versions);
        Assert.All(
            Items(new RepositoryFile(".build/Packages.props"), "PackageVersion"),
            package => Assert.Matches(@"^[0-9]+(\.[0-9]+){1,3}$", package.Attribute("Version")!.Value));
    }

    [Fact]
    public void Every_version_is_of_a_package_that_some_project_names() => Fault.None(
        Named(new RepositoryFile(".build/Packages.props"), "PackageVersion").Except(Repository.Projects.SelectMany(p => Named(p, "PackageReference"))));

    [Fact]
    public void Every_project_has_its_lock_file() =>
        Fault.None(Repository.Projects.Select(p => $"{p.Folder}/packages.lock.json").Where(path => !Repository.Has(path)));

    [Fact]
    public void No_project_softens_the_compiler() => Fault.None(
        Repository.Projects.Where(p => p.Xml.Descendants().Any(e =>
            e.Name.LocalName is "TreatWarningsAsErrors" or "NoWarn" or "WarningsNotAsErrors" or "RunAnalyzers" or "Nullable")).Select(p => p.Path));

    private static IEnumerable<XElement> Items(RepositoryFile project, string item) => project.Xml.Descendants(item);

    private static IEnumerable<string> Named(RepositoryFile project, string item) => Items(project, item).Select(e => e.Attribute("Include")!.Value);

    private static string ShortName(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("ChargePointHub.", "", StringComparison.Ordinal);
}
