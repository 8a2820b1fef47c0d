namespace ChargePointHub.Tests;

/// <summary>Real files that are not part of the repository: at <c>CHARGEPOINTHUB_SHARED</c>, or in <c>shared</c> beside the repository.</summary>
public static class RealData
{
    /// <summary>Null where they are not there.</summary>
    public static string? Folder { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder!, .. parts]);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CHARGEPOINTHUB_SHARED") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot.Folder, "..", "shared"));
        return Directory.Exists(beside) ? beside : null;
    }
}

/// <summary>Where the repository's own files lie, found from the tests' build output.</summary>
public static class RepositoryRoot
{
    public static string Folder { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ChargePointHub.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}

/// <summary>A test on real files; where they are absent it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute()
    {
        if (RealData.Folder is null) Skip = "The shared real data is not here: set CHARGEPOINTHUB_SHARED or put it at ../shared.";
    }
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealDataTheoryAttribute : TheoryAttribute
{
    public RealDataTheoryAttribute()
    {
        if (RealData.Folder is null) Skip = "The shared real data is not here: set CHARGEPOINTHUB_SHARED or put it at ../shared.";
    }
}
