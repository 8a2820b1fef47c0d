namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>The README's fenced blocks, as a reader meets them.</summary>
internal sealed class ReadmeFile
{
    private ReadmeFile(string root, IReadOnlyList<(string Language, string Text)> blocks) => (Root, Blocks) = (root, blocks);

    /// <summary>Folder of the repository.</summary>
    public string Root { get; }

    public IReadOnlyList<(string Language, string Text)> Blocks { get; }

    /// <summary>A shell block and the JSON block that stands right after it: what to type and what comes.</summary>
    public IEnumerable<(string Command, string Output)> Examples =>
        Blocks.Zip(Blocks.Skip(1)).Where(p => p.First.Language == "sh" && p.Second.Language == "json").Select(p => (p.First.Text, p.Second.Text));

    public static ReadmeFile Read()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "ChargePointHub.sln"))) root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("No repository around the tests.");
        var blocks = new List<(string, string)>();
        string? language = null;
        var text = new List<string>();
        foreach (var line in File.ReadAllLines(Path.Combine(root, "README.md")))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                if (language is not null) text.Add(line);
            }
            else if (language is null)
            {
                language = line[3..];
            }
            else
            {
                blocks.Add((language, string.Join('\n', text)));
                language = null;
                text.Clear();
            }
        }

        return new ReadmeFile(root, blocks);
    }
}
