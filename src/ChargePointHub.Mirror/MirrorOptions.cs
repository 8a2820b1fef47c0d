namespace ChargePointHub.Mirror;

/// <summary>What the command line asked for.</summary>
/// <param name="Every">Null: once.</param>
/// <param name="Datasets">None: all that the key holds.</param>
internal sealed record MirrorOptions(string Folder, Uri Hub, string? Key, string? CaFile, TimeSpan? Every, IReadOnlyList<string> Datasets, bool Proves)
{
    /// <summary>A key by reference, so that it stands in no list of processes: <c>env:NAME</c> or <c>file:PATH</c>.</summary>
    /// <exception cref="MirrorException">There is none.</exception>
    public static string? KeyOf(string? reference)
    {
        try
        {
            var key = reference?.Split(':', 2) switch
            {
                null => null,
                ["env", { Length: > 0 } name] => Environment.GetEnvironmentVariable(name)?.Trim() ?? "",
                ["file", { Length: > 0 } path] => File.ReadAllText(path).Trim(),
                _ => throw new MirrorException(ExitCode.WrongUse, "--key takes env:NAME or file:PATH, which holds the key: a key itself would stand in the list of processes."),
            };
            return key is "" ? throw new MirrorException(ExitCode.WrongUse, $"{reference} holds no key.") : key;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new MirrorException(ExitCode.WrongUse, $"{reference} cannot be read: {unreadable.Message}");
        }
    }
}
