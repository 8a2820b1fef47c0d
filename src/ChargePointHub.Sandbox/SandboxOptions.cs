namespace ChargePointHub.Sandbox;

/// <summary>How large a pretend London is unless told otherwise.</summary>
public enum SandboxScale
{
    Small,
    London,
}

/// <summary>What the Sandbox was asked to be. Null: not asked, so that a folder that remembers a London decides, then the scale.</summary>
public sealed record SandboxOptions
{
    public const int DefaultPort = 8443;

    public const int MostOperators = 50;

    public const int MostChargePoints = 200_000;

    public const int MostDays = 400;

    /// <summary>The hub's port; operators take the next ones where they are free. 0: any free ports.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Everything that the Sandbox keeps lies in this folder.</summary>
    public string DataFolder { get; init; } = Path.Combine(".chargepointhub", "sandbox");

    /// <summary>Forget the London that the folder holds.</summary>
    public bool Fresh { get; init; }

    public int? Operators { get; init; }

    public int? ChargePoints { get; init; }

    /// <summary>Length of the history at the first start.</summary>
    public int? Days { get; init; }

    public long? Seed { get; init; }

    public SandboxScale? Scale { get; init; }

    /// <summary>GeoJSON; null: the simple areas.</summary>
    public string? AreasFile { get; init; }

    /// <summary>As OPERATOR=FROM/TO.</summary>
    public IReadOnlyList<string> Outages { get; init; } = [];

    /// <summary>As OPERATOR=DURATION, ISO 8601: how far back that operator still answers.</summary>
    public IReadOnlyList<string> LookBacks { get; init; } = [];

    /// <summary>Folder of PostgreSQL's programs; null: found, or fetched with npm.</summary>
    public string? PostgresBinaries { get; init; }

    public string? ReplayFolder { get; init; }

    public string? OracleFolder { get; init; }
}
