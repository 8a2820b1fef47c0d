using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ChargePointHub.Feeds.Registry;

/// <summary>What came of reading a directory of operator files. A closed union: <see cref="LoadedRegistry"/> or <see cref="RegistryRefused"/>.</summary>
public abstract record RegistryResult
{
    private protected RegistryResult()
    {
    }
}

/// <summary>Every file is right; usable as a whole.</summary>
/// <param name="Operators">By operator_id, ordinal.</param>
/// <param name="Hash">Of all files' names and bytes, those of CA files too, lower-case hex: equal hashes are equal registries.</param>
/// <param name="HashByOperator">Of the bytes of each operator's file and of its feeds' CA files, and of its groups' limits, by operator_id.</param>
public sealed record LoadedRegistry(IReadOnlyList<OperatorDefinition> Operators, string Hash, IReadOnlyDictionary<string, string> HashByOperator) : RegistryResult
{
    /// <summary>Names, sizes and times of the files, and of the CA files they name, just before they were read.</summary>
    internal string Stamp { get; init; } = "";

    /// <summary>Full paths, in the order of <see cref="Stamp"/>.</summary>
    internal IReadOnlyList<string> CaFiles { get; init; } = [];

    /// <summary>All feeds of all operators, inactive ones too.</summary>
    public IEnumerable<FeedDefinition> Feeds => Operators.SelectMany(o => o.Feeds);
}

/// <summary>At least one file is wrong; nothing of the directory is used.</summary>
/// <param name="Faults">All faults of all files, by file.</param>
public sealed record RegistryRefused(IReadOnlyList<RegistryFault> Faults) : RegistryResult
{
    /// <inheritdoc cref="LoadedRegistry.Stamp"/>
    internal string Stamp { get; init; } = "";
}

/// <summary>Reads what is known about each operator and its feeds: a directory of JSON files, one per operator.</summary>
/// <param name="protocols">Names that a feed's protocol may have.</param>
public sealed class OperatorRegistry(IReadOnlyCollection<string> protocols)
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Reads all <c>*.json</c> of the directory, not of directories below. A directory without files is a registry without operators.</summary>
    /// <param name="directory">Or the path of one file, which is then all there is.</param>
    public RegistryResult Load(string directory)
    {
        var faults = new List<RegistryFault>();
        var operators = new List<(string File, OperatorDefinition Definition, string Hash)>();
        var caFiles = new List<string>();
        var stamp = Stamp(directory, []);
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Files(directory, faults))
        {
            var file = Path.GetFileName(path);
            if (Bytes(path, faults) is not { } bytes) continue;
            if (Definition(path, bytes, faults) is not { } definition) continue;
            foreach (var caFile in CaFilesOf(definition).Except(caFiles).ToList())
            {
                caFiles.Add(caFile);
                stamp += $"\n{StampOf(caFile)}";
            }

            var hash = Hash(bytes, CaFilesOf(definition));
            all.AppendData(System.Text.Encoding.UTF8.GetBytes($"{file}\n{hash}\n"));
            operators.Add((file, definition, hash));
        }

        foreach (var twice in operators.Where(o => o.Definition.OperatorId.Length > 0).GroupBy(o => o.Definition.OperatorId).Where(g => g.Count() > 1))
        {
            var files = string.Join(", ", twice.Select(o => o.File));
            faults.AddRange(twice.Skip(1).Select(o => new RegistryFault(
                o.File, "/operator_id", RegistryFaultCodes.DuplicateOperator, $"operator_id {twice.Key} stands in several files: {files}. An operator has one file.")));
        }

        if (faults.Count > 0) return new RegistryRefused([.. faults.OrderBy(f => f.File, StringComparer.Ordinal)]) { Stamp = stamp };
        var given = LimitGroups.Given([.. operators.Select(o => o.Definition).OrderBy(o => o.OperatorId, StringComparer.Ordinal)]);
        return new LoadedRegistry(
            given,
            Convert.ToHexStringLower(all.GetHashAndReset()),
            given.ToDictionary(o => o.OperatorId, o => Hash(operators.Find(f => f.Definition.OperatorId == o.OperatorId).Hash, LimitGroups.Words(o))))
        { Stamp = stamp, CaFiles = caFiles };
    }

    /// <summary>What is wrong with an operator file that does not lie in a directory yet.</summary>
    public IReadOnlyList<RegistryFault> FaultsOf(string text)
    {
        var faults = new List<RegistryFault>();
        Definition("proposal.json", System.Text.Encoding.UTF8.GetBytes(text), faults);
        return faults;
    }

    /// <summary>Changes when a file of the directory, or one of the CA files, comes, goes, is written or is linked elsewhere.</summary>
    internal static string Stamp(string directory, IReadOnlyList<string> caFiles) => string.Join('\n', Files(directory, []).Concat(caFiles).Select(StampOf));

    private static IEnumerable<string> CaFilesOf(OperatorDefinition definition) => definition.Feeds.Select(f => f.CaFile).Concat(definition.Notices.Select(n => n.CaFile)).OfType<string>().Distinct();

    /// <summary>A CA file is read when a feed's client is made: another one must make another client.</summary>
    private static string Hash(byte[] bytes, IEnumerable<string> caFiles)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes);
        foreach (var caFile in caFiles) hash.AppendData(SHA256.HashData(Bytes(caFile, []) ?? []));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Limits of the group that other files state make another definition too.</summary>
    private static string Hash(string ofFile, string limits) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{ofFile}\n{limits}")));

    private static string StampOf(string path)
    {
        try
        {
            // Mounted configuration is often a link to a link that is changed: only the file at the end tells.
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return string.Create(CultureInfo.InvariantCulture, $"{path} {file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} {e.GetType().Name}";
        }
    }

    private static IEnumerable<string> Files(string directory, List<RegistryFault> faults)
    {
        try
        {
            return File.Exists(directory) ? [directory] : [.. Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is DirectoryNotFoundException ? "does not exist" : e is UnauthorizedAccessException ? "may not be read by this account" : $"cannot be read ({e.GetType().Name})";
            faults.Add(new RegistryFault("", "", RegistryFaultCodes.FileUnreadable, $"The folder of operator files, {directory}, {why}."));
            return [];
        }
    }

    private static byte[]? Bytes(string path, List<RegistryFault> faults)
    {
        string why;
        try
        {
            if (new FileInfo(path).Length <= LargestFile) return File.ReadAllBytes(path);
            why = "it is larger than 1 MiB";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.GetType().Name;
        }

        faults.Add(new RegistryFault(Path.GetFileName(path), "", RegistryFaultCodes.FileUnreadable, $"The file cannot be read: {why}."));
        return null;
    }

    private OperatorDefinition? Definition(string path, byte[] bytes, List<RegistryFault> faults)
    {
        var here = new FileFaults(Path.GetFileName(path), faults);
        try
        {
            ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith(new byte[] { 0xEF, 0xBB, 0xBF }) ? bytes.AsMemory(3) : bytes;
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 });
            return new OperatorFile(Path.GetDirectoryName(Path.GetFullPath(path))!, protocols, here).Read(json.RootElement);
        }
        catch (JsonException e)
        {
            here.Add("", RegistryFaultCodes.NotJson, $"The file is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Reason(e)}");
            return null;
        }
    }

    /// <summary>The parser's own words, without the place, which is told as people count, and without its advice to programmers.</summary>
    private static string Reason(JsonException broken) =>
        broken.Message.Split(" LineNumber: ")[0].Replace(" Change the reader options.", "", StringComparison.Ordinal);
}
