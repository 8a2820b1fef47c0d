using System.Text.RegularExpressions;

namespace ChargePointHub.Tests.House;

/// <summary>What stands where, what it is called, and how long it is.</summary>
public class RoomTests
{
    private const int LongestFile = 300;

    private static readonly string[] TopLevel =
        ["src", "tests", "schemas", "openapi", "Directory.Build.props", "ChargePointHub.sln", "README.md", "global.json", "LICENSE"];

    /// <summary>Words that say nothing about what a thing is.</summary>
    private static readonly string[] Refused =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Shared", "Base", "Core", "Impl", "Processor", "Info", "Dto", "Entity"];

    private static readonly Regex TypeDeclaration = new(
        @"^\s*(?:(?:public|internal|private|protected|file|static|sealed|abstract|readonly|partial|ref|unsafe)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+([A-Z]\w*)");

    private static readonly Regex Word = new("[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+");

    [Fact]
    public void The_top_level_holds_only_what_was_agreed() =>
        Fault.None(Repository.TopLevel.Where(name => !name.StartsWith('.')).Except(TopLevel));

    [Fact]
    public void No_folder_has_a_name_that_says_nothing() => Fault.None(
        Repository.Files.Select(f => f.Folder).Distinct().Where(folder => folder.Split('/', '.').Any(SaysNothing)));

    [Fact]
    public void No_type_has_a_name_that_says_nothing() => Fault.None(
        Repository.Files.Where(f => f.IsCode).SelectMany(f => f.Where(line => TypeDeclaration.Match(line) is { Success: true } m && SaysNothing(m.Groups[1].Value))));

    /// <summary>One that nobody starts passes all of its own tests.</summary>
    [Fact]
    public void Every_background_service_is_started_by_the_host()
    {
        var services = typeof(Server.Hosting.HubOptions).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Microsoft.Extensions.Hosting.BackgroundService)) && !t.IsAbstract).Select(t => t.Name).ToList();
        Assert.NotEmpty(services);
        var starting = Repository.Files.Where(f => f.IsCode && f.Folder.StartsWith("src/ChargePointHub.Server", StringComparison.Ordinal)).Select(f => string.Join('\n', f.Lines))
            .Where(text => text.Contains("AddHostedService", StringComparison.Ordinal)).ToList();
        Fault.None(services.Where(s => !starting.Exists(text => text.Contains($"AddHostedService<{s}>", StringComparison.Ordinal) || text.Contains($"return new {s}(", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("public sealed class FeedManager", true)]
    [InlineData("internal static partial class JsonUtils", true)]
    [InlineData("public readonly record struct TariffDto(string Id);", true)]
    [InlineData("public abstract class ProtocolBase<T>", true)]
    [InlineData("    private sealed record PageInfo(int Size);", true)]
    [InlineData("enum CoreKind", true)]
    [InlineData("public sealed class FeedSchedule", false)]
    [InlineData("public static class Base64Token", false)]
    [InlineData("public sealed class Database", false)]
    [InlineData("/// <summary>A record Manager of nothing.</summary>", false)]
    [InlineData("var info = new FileInfo(path);", false)]
    public void The_rule_on_names_catches_what_it_should(string line, bool caught) =>
        Assert.Equal(caught, TypeDeclaration.Match(line) is { Success: true } m && SaysNothing(m.Groups[1].Value));

    [Fact]
    public void A_long_file_says_at_its_top_why_it_is_long() => Fault.None(
        Repository.Source.Where(f => f.IsText && (f.IsCode || f.Path.EndsWith(".sql", StringComparison.Ordinal)) && f.Lines.Length > LongestFile)
            .Where(f => !f.Lines.Take(5).Any(line => line.Contains("Long because", StringComparison.Ordinal)))
            .Select(f => $"{f.Path} has {f.Lines.Length} lines: divide it, or begin it with '// Long because ...'."));

    [Fact]
    public void Every_room_has_its_sentence()
    {
        var rooms = Repository.Source.Where(f => f.IsCode).Select(f => f.Folder).Distinct();

        Fault.None(rooms.Where(room => !HasSentence(room)).Select(room => $"{room}: write its README.md, or name the folder in its project's README.md."));
    }

    [Fact]
    public void Namespaces_follow_folders() => Fault.None(
        Repository.Files.Where(f => f.IsCode && f.Name is not "Program.cs")
            .Where(f => f.Lines.FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal)) is { } line
                && line != $"namespace {f.Folder.Split('/', 2)[1].Replace('/', '.')};")
            .Select(f => f.Path));

    /// <summary>Its own README opens with a sentence, or its project's README names the folder.</summary>
    private static bool HasSentence(string room)
    {
        if (Repository.Has($"{room}/README.md"))
        {
            var opening = new RepositoryFile($"{room}/README.md").Lines.FirstOrDefault(line => line.Length > 0 && !line.StartsWith('#'));
            return opening?.Contains(' ', StringComparison.Ordinal) ?? false;
        }

        var parts = room.Split('/', 3);
        var project = $"{parts[0]}/{parts[1]}/README.md";
        return parts.Length == 3 && Repository.Has(project) && new RepositoryFile(project).Text.Contains($"{parts[2]}/", StringComparison.Ordinal);
    }

    private static bool SaysNothing(string name) => Word.Matches(name).Any(word => Refused.Contains(word.Value))
        || name.EndsWith("ViewModel", StringComparison.Ordinal);
}
