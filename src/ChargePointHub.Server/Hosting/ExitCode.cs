namespace ChargePointHub.Server.Hosting;

/// <summary>How a program of the hub ends: a closed list.</summary>
public enum ExitCode
{
    Done = 0,
    Refused = 1,
    WrongUse = 2,
    Unreachable = 3,
    Interrupted = 130,
}

/// <summary>What each exit code says; help and README.md show these words.</summary>
public static class ExitCodes
{
    public static readonly IReadOnlyList<(ExitCode Code, string Meaning)> All =
    [
        (ExitCode.Done, "done; serve and the Sandbox: stopped as asked (Ctrl-C, SIGTERM)"),
        (ExitCode.Refused, "looked and found faults, or it was refused: a failed check, a taken port, no such key; serve and the Sandbox: ended by a fault of their own"),
        (ExitCode.WrongUse, "wrong use: a wrong option or setting, a file that is wrong or cannot be read"),
        (ExitCode.Unreachable, "the database or an operator could not be reached"),
        (ExitCode.Interrupted, "broken off by Ctrl-C or SIGTERM before it was done"),
    ];
}
