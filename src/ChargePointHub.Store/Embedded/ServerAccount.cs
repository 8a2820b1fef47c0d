using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Store.Embedded;

/// <summary>
/// Who runs the server. PostgreSQL refuses root; a hub that runs as root gives the server to an account without rights.
/// </summary>
/// <param name="Name">Null: the account that runs the hub.</param>
internal sealed record ServerAccount(string? Name)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Whoever owns the data already, else <c>postgres</c>, else <c>nobody</c>; our own account unless we are root.</summary>
    public static async Task<ServerAccount> ChooseAsync(string clusterFolder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return new ServerAccount((string?)null);
        if (OperatingSystem.IsLinux() && Directory.Exists(clusterFolder))
        {
            var owner = await Tool.RunAsync("/usr/bin/stat", ["-c", "%U", clusterFolder], null, Limit, cancellationToken);
            if (owner.ExitCode == 0 && owner.Output is not ("root" or "UNKNOWN")) return new ServerAccount(owner.Output);
        }

        foreach (var name in new[] { "postgres", "nobody" })
        {
            if ((await Tool.RunAsync("/usr/bin/id", ["-u", name], null, Limit, cancellationToken)).ExitCode == 0) return new ServerAccount(name);
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root, and there is no account postgres or nobody to run it as. "
            + "Run the hub as an ordinary user, or give it a connection string.");
    }

    /// <summary>The wanted folder, or, where the account cannot get there, one under /var/lib that is always the same for it.</summary>
    public async Task<(string Home, string? Note)> ReachableAsync(string wanted, CancellationToken cancellationToken)
    {
        if (Name is null) return (wanted, null);
        var existing = wanted;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        if ((await Tool.RunAsync("/usr/bin/env", ["test", "-x", existing], Name, Limit, cancellationToken)).ExitCode == 0) return (wanted, null);
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..16];
        var home = Path.Combine("/var/lib/chargepointhub", mark);
        return (home, $"PostgreSQL runs as {Name}, which cannot reach {wanted}: the data is in {home}.");
    }

    /// <summary>Makes a folder that only the server's account (and root) can enter.</summary>
    public async Task MakePrivateAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (OperatingSystem.IsWindows()) return;
        if (Name is not null)
        {
            var changed = await Tool.RunAsync("/usr/bin/env", ["chown", Name, folder], null, Limit, cancellationToken);
            if (changed.ExitCode != 0) throw new EmbeddedPostgresException($"{folder} could not be given to {Name}: {changed.Output}");
        }

        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Makes the folder that holds the server's folders: the account may pass through it.</summary>
    public void MakeHome(string home)
    {
        if (Directory.Exists(home)) return;
        var made = new List<string>();
        for (var folder = home; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) made.Add(folder);
        Directory.CreateDirectory(home);
        if (Name is null || OperatingSystem.IsWindows()) return;

        // A strict umask would leave what we made closed to the account.
        foreach (var folder in made) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
