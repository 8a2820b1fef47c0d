using System.Globalization;
using System.Text.RegularExpressions;

namespace ChargePointHub.Store.Embedded;

/// <summary>A folder with PostgreSQL's programs, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>Oldest major version that the hub runs on.</summary>
    public const int OldestMajor = 15;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    public string InitDb => Program(Folder, "initdb");

    public string PgCtl => Program(Folder, "pg_ctl");

    /// <param name="configured">The only folder looked at, when given.</param>
    /// <param name="required">Major version that an existing data folder was made with; null: the newest there is.</param>
    public static async Task<PostgresBinaries> FindAsync(string? configured, int? required, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var folder in (configured is null ? UsualPlaces() : [Path.GetFullPath(configured)]).Distinct())
        {
            if (await LookAsync(folder, cancellationToken) is { } binaries) found.Add(binaries);
        }

        var fit = found.Where(b => b.Major >= OldestMajor && (required is null || b.Major == required)).MaxBy(b => b.Major);
        return fit ?? throw new EmbeddedPostgresException(
            (required is null ? "No PostgreSQL to run was found" : $"The data folder was made by PostgreSQL {required}, and its programs were not found")
            + (found.Count == 0 ? ". " : $" (seen: {string.Join(", ", found.Select(b => $"{b.Major} in {b.Folder}"))}). ")
            + "Give the hub the connection string of a server that runs already, "
            + $"or install PostgreSQL {required?.ToString(CultureInfo.InvariantCulture) ?? $"{OldestMajor} or newer"} (Debian: postgresql, Homebrew: postgresql@17), "
            + "or point --postgres-binaries at a folder that holds initdb, pg_ctl and postgres.");
    }

    private static async Task<PostgresBinaries?> LookAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Needed.All(name => File.Exists(Program(folder, name)))) return null;
        var version = await Tool.RunAsync(Program(folder, "postgres"), ["--version"], null, TimeSpan.FromSeconds(20), cancellationToken);
        var major = MajorVersion().Match(version.Output);
        return version.ExitCode == 0 && major.Success
            ? new PostgresBinaries(folder, int.Parse(major.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
    }

    private static IEnumerable<string> UsualPlaces()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted)) yield return folder;
        (string Parent, string Names)[] places = OperatingSystem.IsWindows()
            ? [(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*")]
            : [("/usr/lib/postgresql", "*"), ("/opt/homebrew/opt", "postgresql*"), ("/usr/local/opt", "postgresql*"), ("/usr", "pgsql-*")];
        foreach (var (parent, names) in places.Where(p => Directory.Exists(p.Parent)))
        {
            foreach (var version in Directory.EnumerateDirectories(parent, names)) yield return Path.Combine(version, "bin");
        }
    }

    private static string Program(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex MajorVersion();
}
