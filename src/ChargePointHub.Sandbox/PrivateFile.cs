namespace ChargePointHub.Sandbox;

/// <summary>Files written whole or not at all.</summary>
public static class PrivateFile
{
    /// <summary>For its owner's eyes only: never readable by others, not for a moment.</summary>
    public static void Write(string file, ReadOnlySpan<byte> content) => Write(file, content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public static void WriteOpen(string file, ReadOnlySpan<byte> content) =>
        Write(file, content, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

    private static void Write(string file, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var partial = file + ".partial";
        File.Delete(partial);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(partial, options)) stream.Write(content);
        File.Move(partial, file, overwrite: true);
    }
}
