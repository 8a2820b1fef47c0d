using System.Xml.Linq;

namespace ChargePointHub.Tests.House;

/// <summary>The project's own files: what a clone holds, found by walking up to the solution. Paths are relative, with forward slashes.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "TestResults", "BenchmarkResults", "__pycache__"];

    /// <summary>Dot-folders that belong to the project; any other holds a tool's or a person's files.</summary>
    private static readonly string[] DotFolders = [".build", ".ci"];

    public static readonly string Root = FindRoot();

    public static readonly IReadOnlyList<RepositoryFile> Files = [.. Walk(Root).Select(path => new RepositoryFile(Relative(path))).OrderBy(f => f.Path, StringComparer.Ordinal)];

    public static readonly IReadOnlyList<string> TopLevel =
        [.. Directory.EnumerateFileSystemEntries(Root).Select(path => Path.GetFileName(path)).Where(name => !NotOurs.Contains(name)).Order(StringComparer.Ordinal)];

    public static IEnumerable<RepositoryFile> Source => Files.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal));

    public static IEnumerable<RepositoryFile> Projects => Files.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal));

    public static bool Has(string path) => Files.Any(f => f.Path == path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ChargePointHub.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests run from somewhere outside the repository: no ChargePointHub.sln above them.");
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder)
            .Where(child => Path.GetFileName(child) is var name && !NotOurs.Contains(name) && (!name.StartsWith('.') || DotFolders.Contains(name)))
            .SelectMany(Walk));
}

/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
internal sealed record RepositoryFile(string Path)
{
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".sln", ".md", ".json", ".yaml", ".yml", ".sql", ".py", ".js", ".mjs", ".html", ".css", ".csv", ".ndjson", ".geojson", ".xml", ".txt", "/run", "/LICENSE", ".editorconfig", ".gitignore", ".gitattributes"];

    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public bool IsText => Array.Exists(TextEndings, ending => ("/" + Path).EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    public bool IsCode => Path.EndsWith(".cs", StringComparison.Ordinal);

    public string Text => File.ReadAllText(System.IO.Path.Combine(Repository.Root, Path));

    public string[] Lines => File.ReadAllLines(System.IO.Path.Combine(Repository.Root, Path));

    public XDocument Xml => XDocument.Parse(Text);

    /// <summary><c>path:line: text</c> of each line that is found fault with.</summary>
    public IEnumerable<string> Where(Func<string, bool> isFault) =>
        Lines.Select((line, index) => (line, index)).Where(l => isFault(l.line)).Select(l => $"{Path}:{l.index + 1}: {l.line.Trim()}");
}
