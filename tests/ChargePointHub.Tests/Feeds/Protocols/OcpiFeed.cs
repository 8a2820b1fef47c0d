using ChargePointHub.Feeds.Registry;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols;

/// <summary>OCPI feeds of operator files, read by the registry as a hub reads them.</summary>
internal static class OcpiFeed
{
    /// <summary>Of tests/Fixtures/ocpi/operators.</summary>
    public static FeedDefinition Of(string name)
    {
        using var files = new OperatorFiles();
        files.Write("operator.json", File.ReadAllText(RepositoryRoot.Path("tests", "Fixtures", "ocpi", "operators", $"{name}.json")));
        return files.Loaded().Operators.Single().Feeds.Single();
    }
}
