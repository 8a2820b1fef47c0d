using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

/// <summary>A directory of operator files that a test writes.</summary>
public sealed class OperatorFiles : IDisposable
{
    /// <summary>The smallest right file.</summary>
    public const string Smallest = """
        {"operator_id": "char-gy", "name": "char.gy", "feeds": [{"feed_id": "open-data", "protocol": "loti-v1",
         "base_url": "https://api.example.org/v1", "datasets": [{"dataset": "charge_points"}]}]}
        """;

    private static readonly string[] Protocols = ["loti-v1", "ocpi-2.2.1", "ocpi-2.3.0", "mapped-json", "csv-v1"];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("chargepointhub-operators-").FullName;

    public OperatorRegistry Registry { get; } = new(Protocols);

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Directory, file), text);

    public void Delete(string file) => File.Delete(Path.Combine(Directory, file));

    public LoadedRegistry Loaded()
    {
        var result = Registry.Load(Directory);
        Assert.True(result is LoadedRegistry, result is RegistryRefused refused ? string.Join('\n', refused.Faults) : null);
        return (LoadedRegistry)result;
    }

    public IReadOnlyList<RegistryFault> Faults() => Assert.IsType<RegistryRefused>(Registry.Load(Directory)).Faults;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
