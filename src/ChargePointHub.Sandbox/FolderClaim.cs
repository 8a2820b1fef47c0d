namespace ChargePointHub.Sandbox;

/// <summary>
/// Taken before anything in a data folder is written: a second Sandbox on the same folder is refused before it can change what
/// the first one lives by.
/// </summary>
public sealed class FolderClaim : IDisposable
{
    public const string FileName = "sandbox.lock";

    private readonly FileStream held;

    private FolderClaim(FileStream held) => this.held = held;

    /// <summary>Null, with a fault, when another Sandbox has the folder or it cannot be written.</summary>
    public static FolderClaim? Take(string dataFolder, List<string> faults)
    {
        try
        {
            Directory.CreateDirectory(dataFolder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            faults.Add($"--data {dataFolder}: the folder cannot be made or written ({refused.Message}). Name another one.");
            return null;
        }

        try
        {
            return new FolderClaim(new FileStream(Path.Combine(dataFolder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException refused)
        {
            faults.Add($"--data {dataFolder}: the folder cannot be written ({refused.Message}). Name another one.");
        }
        catch (IOException)
        {
            faults.Add($"--data {dataFolder}: another Sandbox is using this folder. Stop that one, or give this one a folder of its own.");
        }

        return null;
    }

    public void Dispose() => held.Dispose();
}
