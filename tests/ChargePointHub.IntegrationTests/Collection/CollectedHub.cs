using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Geography;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>What collection tests start from: one operator with one feed, pulled into a database as the hub does.</summary>
internal static class CollectedHub
{
    public static FeedDefinition Feed(string protocol, DatasetPlan plan) => new()
    {
        OperatorId = Samples.Operator,
        OperatorName = "char.gy",
        FeedId = "main",
        Protocol = protocol,
        BaseUrl = new Uri("https://operator.example/"),
        Zone = LondonCalendar.Zone,
        LimitGroup = "operator.example",
        Datasets = [plan],
    };

    public static FeedRun Run(Database database, PageWriter writer, TimeProvider clock, AreaIndex? areas = null) => new(
        writer, new RunLog(database), new PullPlaces(new ContinuationStore(database), clock),
        new DiscrepancyStore(database), areas ?? new AreaIndex([]), clock, NullLogger<FeedRun>.Instance);
}
