using System.Globalization;

namespace ChargePointHub.Proofs;

/// <summary>What the kernel says of a process. Linux only.</summary>
internal static class ProcessReading
{
    /// <summary>Of a clock tick in <c>/proc</c>: the same on every Linux that .NET runs on.</summary>
    private const double TicksASecond = 100;

    public static TimeSpan ProcessorTime(int processId) => Ticks(Stat(processId), 11, 12);

    /// <summary>Its own, that of its children that live, and that of those that have ended.</summary>
    public static TimeSpan ProcessorTimeWithChildren(int processId) =>
        Ticks(Stat(processId), 11, 12, 13, 14) + Children(processId).Aggregate(TimeSpan.Zero, (sum, child) => sum + child);

    public static double ResidentMegabytes(int processId) => Kilobytes(processId, "VmRSS:") / 1000;

    /// <summary>The most it ever had.</summary>
    public static double PeakMegabytes(int processId) => Kilobytes(processId, "VmHWM:") / 1000;

    private static IEnumerable<TimeSpan> Children(int processId)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            string[] stat;
            try
            {
                stat = Stat(id);
            }
            catch (IOException)
            {
                // It has ended since it was listed.
                continue;
            }

            if (stat[1] == processId.ToString(CultureInfo.InvariantCulture)) yield return Ticks(stat, 11, 12);
        }
    }

    private static TimeSpan Ticks(string[] stat, params ReadOnlySpan<int> places)
    {
        var ticks = 0L;
        foreach (var place in places) ticks += long.Parse(stat[place], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksASecond);
    }

    /// <summary>From the state on, which is the first behind the name; proc(5) counts it as the third.</summary>
    private static string[] Stat(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    /// <summary>The kernel's kB are of 1,024 bytes; given in those of 1,000.</summary>
    private static double Kilobytes(int processId, string name) =>
        File.ReadLines($"/proc/{processId}/status").Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => double.Parse(line.AsSpan(name.Length, line.Length - name.Length - " kB".Length), CultureInfo.InvariantCulture) * 1.024).Single();
}
