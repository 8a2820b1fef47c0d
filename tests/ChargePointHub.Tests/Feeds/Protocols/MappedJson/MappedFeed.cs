using ChargePointHub.Feeds.Registry;
using ChargePointHub.Tests.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Protocols.MappedJson;

/// <summary>Feeds of operator files, read by the registry as a hub reads them.</summary>
internal static class MappedFeed
{
    /// <summary>Of tests/Fixtures/mapped-json/operators.</summary>
    public static FeedDefinition Of(string name) => Read(File.ReadAllText(RepositoryRoot.Path("tests", "Fixtures", "mapped-json", "operators", $"{name}.json")));

    public static FeedDefinition Read(string operatorFile)
    {
        using var files = new OperatorFiles();
        files.Write("operator.json", operatorFile);
        return files.Loaded().Operators.Single().Feeds.Single();
    }

    /// <summary>A feed with one dataset, whose mapping is given.</summary>
    public static FeedDefinition With(string dataset, string mapping, string plan = "", string feed = "") => Read($$"""
        {"operator_id": "example", "name": "Example", "feeds": [{"feed_id": "main", "protocol": "mapped-json", "base_url": "https://operator.example/feed",
         "zone": "Europe/London", {{feed}} "datasets": [{"dataset": "{{dataset}}", {{plan}} "mapping": {{mapping}}}]}]}
        """);
}
