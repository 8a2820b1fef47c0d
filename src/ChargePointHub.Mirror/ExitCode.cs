namespace ChargePointHub.Mirror;

/// <summary>How the program ends; the same numbers as the hub's commands.</summary>
internal enum ExitCode
{
    /// <summary>Every copy is up to date and, where that was asked, equal.</summary>
    Done = 0,

    /// <summary>A copy differs, the hub refused, or a copy lies there that the key no longer holds.</summary>
    Refused = 1,

    /// <summary>A wrong option, or a folder that cannot be used.</summary>
    WrongUse = 2,

    /// <summary>The hub could not be reached, or is busy.</summary>
    Unreachable = 3,

    /// <summary>Ctrl-C or SIGTERM before it was done.</summary>
    BrokenOff = 130,
}

/// <summary>Ends the program with a sentence.</summary>
internal sealed class MirrorException(ExitCode code, string message) : Exception(message)
{
    public ExitCode Code => code;
}
