namespace ChargePointHub.Server.Doctor;

/// <summary>Free space where the hub writes.</summary>
public static class DiskCheck
{
    private const long Gigabyte = 1L << 30;
    private const long Little = 10 * Gigabyte;

    /// <param name="what">As in "the data folder".</param>
    public static Check Look(string what, string folder) => Look(what, folder, Directory.Exists);

    /// <param name="what">As in "the data folder".</param>
    /// <param name="folder">Need not be there: the nearest folder above it that is there tells.</param>
    /// <param name="exists">Whether a folder is there.</param>
    public static Check Look(string what, string folder, Func<string, bool> exists)
    {
        var existing = Path.GetFullPath(folder);
        while (!exists(existing))
        {
            if (Path.GetDirectoryName(existing) is not { } above)
                return Check.NotChecked("disk", $"Free space at {what}, {folder}, is not told: neither it nor a folder above it exists; is its drive there?");
            existing = above;
        }

        try
        {
            var free = new DriveInfo(existing).AvailableFreeSpace;
            var sentence = $"Free at {what}, {folder}: {free / (double)Gigabyte:0.0} GB.";
            const string Remedy = "Make room, or move it to a larger disk: a database without room stops.";
            return free < Gigabyte ? Check.Failed("disk", sentence, Remedy) : free < Little ? Check.Warning("disk", sentence, Remedy) : Check.Ok("disk", sentence);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Check.NotChecked("disk", $"Free space at {what}, {folder}, is not told: {refused.Message}");
        }
    }
}
