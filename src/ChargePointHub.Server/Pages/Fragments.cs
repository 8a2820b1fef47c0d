using System.Collections.Frozen;
using System.Globalization;

namespace ChargePointHub.Server.Pages;

/// <summary>Files of the documentation, embedded in the program.</summary>
internal static class Fragments
{
    private const string Prefix = "docs/";

    private static readonly FrozenDictionary<string, byte[]> Files = typeof(Fragments).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Read);

    public static ReadOnlyMemory<byte> Asset(string name) => Files[name];

    /// <summary>The words of a page, with the reader's own address and dates in its samples.</summary>
    public static string Fill(string name, PageReading reading) => System.Text.Encoding.UTF8.GetString(Files[name + ".html"])
        .Replace("{{setup}}", System.Text.Encoding.UTF8.GetString(Files["setup.html"]), StringComparison.Ordinal)
        .Replace("{{complete-first-page}}\n", System.Text.Encoding.UTF8.GetString(Files["complete-first-page.html"]), StringComparison.Ordinal)
        .Replace("{{hub}}", Html.Encode(reading.Hub), StringComparison.Ordinal)
        .Replace("{{yesterday}}", Day(reading.Yesterday), StringComparison.Ordinal)
        .Replace("{{today}}", Day(reading.Yesterday.AddDays(1)), StringComparison.Ordinal)
        .Replace("{{week-ago}}", Day(reading.Yesterday.AddDays(-7)), StringComparison.Ordinal)
        .Replace("{{twelve-days-ago}}", Day(reading.Yesterday.AddDays(-12)), StringComparison.Ordinal);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static byte[] Read(string name)
    {
        using var stream = typeof(Fragments).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
