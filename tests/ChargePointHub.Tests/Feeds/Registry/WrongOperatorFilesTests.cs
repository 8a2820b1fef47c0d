using System.Text.Json;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

/// <summary>Twenty operator files, each wrong in several ways as people get them wrong, in one directory: all faults of all files, each with its place, in one go.</summary>
public sealed class WrongOperatorFilesTests
{
    private static readonly string Folder = RepositoryRoot.Path("tests", "Fixtures", "operators-wrong");

    [Fact]
    public void Every_fault_of_twenty_files_is_told_with_its_place_in_one_go()
    {
        Assert.Equal(20, Directory.GetFiles(Folder, "*.json").Length);
        var faults = Assert.IsType<RegistryRefused>(new OperatorRegistry(ProtocolCatalogue.Names).Load(Folder)).Faults;

        var expected = File.ReadAllLines(Path.Combine(Folder, "expected.txt"));
        Assert.Equal(expected, faults.Select(f => $"{f.File} {f.Pointer} {f.Code}").Order(StringComparer.Ordinal));
        Assert.All(faults, f => Assert.EndsWith(".", f.Message.Replace("?", ".", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.DoesNotContain("s3cr3t", JsonSerializer.Serialize(faults), StringComparison.Ordinal);
    }
}
