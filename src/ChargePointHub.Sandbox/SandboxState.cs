using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Sandbox;

/// <summary>What a data folder remembers of its London, so that a restart goes on with the same one.</summary>
/// <param name="Areas">SHA-256 of the area layer's file.</param>
/// <param name="OperatorFiles">Names of operator files that the last start wrote.</param>
public sealed record SandboxState(World World, int Days, string Areas, IReadOnlyList<string> OperatorFiles)
{
    public const string FileName = "sandbox-state.json";

    /// <summary>Takes up the folder's London or begins one; null with faults when that is not possible.</summary>
    public static SandboxState? Settle(SandboxOptions options, byte[] areas, DateTimeOffset now, List<string> faults)
    {
        var file = Path.Combine(options.DataFolder, FileName);
        var areasHash = Convert.ToHexStringLower(SHA256.HashData(areas));
        if (File.Exists(file)) return TakeUp(file, options, areasHash, faults);

        var large = options.Scale == SandboxScale.London;
        var operators = options.Operators ?? (large ? 50 : 5);
        var chargePoints = options.ChargePoints ?? (large ? 27_893 : 240);
        var days = options.Days ?? (large ? 7 : 14);
        if (chargePoints < operators)
        {
            faults.Add($"--charge-points {chargePoints} is fewer than one for each of {operators} operators.");
            return null;
        }

        var hour = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);
        return new SandboxState(new World(options.Seed ?? 1, hour.AddDays(-days), operators, chargePoints), days, areasHash, []);
    }

    public void Save(string dataFolder)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", World.Seed);
            json.WriteString("epoch", Instants.Format(World.Epoch));
            json.WriteNumber("operators", World.Operators);
            json.WriteNumber("charge_points", World.ChargePoints);
            json.WriteNumber("days", Days);
            json.WriteString("areas_sha256", Areas);
            json.WriteStartArray("operator_files");
            foreach (var name in OperatorFiles) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        PrivateFile.WriteOpen(Path.Combine(dataFolder, FileName), buffer.ToArray());
    }

    /// <summary>Where the hub of a Sandbox keeps its database.</summary>
    public static string DatabaseFolder(string dataFolder) => Path.Combine(dataFolder, "hub", HubDatabaseHandle.FolderName);

    /// <summary>Empties a data folder; only one that a Sandbox has made, or an empty one.</summary>
    /// <param name="postgresBinaries">Needed only to stop a server that still runs there; null: found.</param>
    public static async Task ForgetAsync(string dataFolder, string? postgresBinaries, List<string> faults, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(dataFolder)) return;
        if (!File.Exists(Path.Combine(dataFolder, FileName)))
        {
            if (Directory.EnumerateFileSystemEntries(dataFolder).Any(f => Path.GetFileName(f) != FolderClaim.FileName)) faults.Add($"--fresh: {dataFolder} holds files and no {FileName}, so it may not be a Sandbox's; empty it yourself or choose another --data.");
            return;
        }

        // The database goes first: it may live elsewhere, and may still be running.
        await EmbeddedPostgres.ForgetAsync(new EmbeddedPostgresOptions { DataFolder = DatabaseFolder(dataFolder), BinariesFolder = postgresBinaries }, cancellationToken);

        // The state goes last: until then the folder is still known as a Sandbox's.
        foreach (var folder in Directory.GetDirectories(dataFolder)) Directory.Delete(folder, recursive: true);
        foreach (var other in Directory.GetFiles(dataFolder).Where(f => Path.GetFileName(f) != FolderClaim.FileName).OrderBy(f => Path.GetFileName(f) == FileName)) File.Delete(other);
    }

    private static SandboxState? TakeUp(string file, SandboxOptions options, string areasHash, List<string> faults)
    {
        SandboxState state;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = json.RootElement;
            state = new SandboxState(
                new World(
                    root.GetProperty("seed").GetInt64(),
                    root.GetProperty("epoch").GetDateTimeOffset(),
                    root.GetProperty("operators").GetInt32(),
                    root.GetProperty("charge_points").GetInt32()),
                root.GetProperty("days").GetInt32(),
                root.GetProperty("areas_sha256").GetString()!,
                [.. root.GetProperty("operator_files").EnumerateArray().Select(e => e.GetString()!)]);
        }
        catch (Exception e) when (e is JsonException or IOException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            faults.Add($"{file} is not readable ({e.Message}); begin anew with --fresh.");
            return null;
        }

        var large = options.Scale is { } scale ? scale == SandboxScale.London : (bool?)null;
        var before = faults.Count;
        Same("--operators", options.Operators ?? (large is null ? null : large.Value ? 50 : 5), state.World.Operators);
        Same("--charge-points", options.ChargePoints ?? (large is null ? null : large.Value ? 27_893 : 240), state.World.ChargePoints);
        Same("--days", options.Days, state.Days);
        Same("--seed", options.Seed, state.World.Seed);
        if (areasHash != state.Areas) faults.Add($"--areas: {options.DataFolder} holds a London in other areas; give the same file, or begin anew with --fresh.");
        return faults.Count == before ? state : null;

        void Same(string name, long? asked, long kept)
        {
            if (asked is { } value && value != kept)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {value}: {options.DataFolder} holds a London with {name} {kept}; leave the option out to go on with it, or begin anew with --fresh."));
            }
        }
    }
}
