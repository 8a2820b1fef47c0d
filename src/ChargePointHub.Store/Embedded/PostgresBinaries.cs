using System.Globalization;
using System.Text.RegularExpressions;

namespace ChargePointHub.Store.Embedded;

/// <summary>A folder with PostgreSQL's programs, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string InitDb => Program(Folder, "initdb");

    public string PgCtl => Program(Folder, "pg_ctl");

    /// <summary>Null where the programs are not there, or do not run for that account on this machine.</summary>
    /// <param name="account">Account to run them as; null: ours.</param>
    public static async Task<PostgresBinaries?> LookAsync(string folder, string? account, CancellationToken cancellationToken)
    {
        if (!Needed.All(name => File.Exists(Program(folder, name)))) return null;
        try
        {
            var version = await Tool.RunAsync(Program(folder, "postgres"), ["--version"], account, Limit, cancellationToken);
            var major = MajorVersion().Match(version.Output);
            return version.ExitCode == 0 && major.Success
                ? new PostgresBinaries(folder, int.Parse(major.Groups[1].Value, CultureInfo.InvariantCulture))
                : null;
        }
        catch (EmbeddedPostgresException)
        {
            return null;
        }
    }

    /// <summary>PATH, and where Debian, Homebrew, Red Hat and Windows put them.</summary>
    public static IEnumerable<string> UsualPlaces()
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
