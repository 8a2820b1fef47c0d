namespace ChargePointHub.Feeds.Registry;

/// <summary>
/// Takes the place of the secret that a reference <c>file:PATH</c> leads to, whole or not at all, readable by its owner alone. It is made ready
/// before the secret is asked for: one that was given and cannot be kept would be lost.
/// </summary>
public sealed class SecretFile : IDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private bool isWritten;

    private SecretFile(string path, FileStream stream)
    {
        this.path = path;
        this.stream = stream;
    }

    /// <summary>What is being written, until it takes the place of the other. Where the hub is killed in between, the secret is here.</summary>
    public string NextPath => stream.Name;

    /// <summary>Null where <paramref name="fault"/> says why there is no such file to replace.</summary>
    public static SecretFile? Open(string reference, out string fault)
    {
        fault = "";
        if (!reference.StartsWith("file:", StringComparison.Ordinal))
        {
            fault = $"The credential {reference} cannot be written: only file:PATH can.";
            return null;
        }

        try
        {
            var named = reference["file:".Length..];
            // Mounted secrets are often links; the file at the end is what is replaced.
            var path = File.ResolveLinkTarget(named, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(named);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new SecretFile(path, new FileStream($"{path}.next", options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = File.Exists($"{reference["file:".Length..]}.next")
                ? $"{reference}.next is there: another registration is under way, or one was broken off. If it holds a token, the operator gave that one last: put it in the credential's place; else delete it."
                : $"No file can be made beside {reference} ({e.GetType().Name}).";
            return null;
        }
    }

    /// <exception cref="IOException">The secret may then be in <see cref="NextPath"/>.</exception>
    public void Write(string secret)
    {
        isWritten = true;
        stream.Write(System.Text.Encoding.UTF8.GetBytes(secret));
        stream.Flush(flushToDisk: true);
        stream.Close();
        File.Move(NextPath, path, overwrite: true);
    }

    /// <summary>What was not written leaves nothing behind.</summary>
    public void Dispose()
    {
        stream.Dispose();
        if (!isWritten) File.Delete(NextPath);
    }
}
