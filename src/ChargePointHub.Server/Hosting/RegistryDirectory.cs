using ChargePointHub.Feeds.Protocols.Csv;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Geography;

namespace ChargePointHub.Server.Hosting;

/// <summary>From the operator files to what readers may know of them: the API sees nothing else of the registry.</summary>
public static class RegistryDirectory
{
    public static OperatorDirectory Of(LoadedRegistry registry, AreaIndex areas) =>
        new(Of(registry.Operators)) { HasBoroughs = areas.Boroughs.Count > 0, Wards = areas.Wards, Lsoas = areas.Lsoas, Areas = areas };

    public static IReadOnlyList<ListedOperator> Of(IEnumerable<OperatorDefinition> operators) => [.. operators.Select(Listed)];

    private static ListedOperator Listed(OperatorDefinition definition) => new(
        definition.OperatorId,
        definition.Name,
        definition.Licence,
        definition.Attribution,
        [
            .. from feed in definition.Feeds
               from plan in feed.Datasets
               select new ListedDataset
               {
                   Dataset = plan.Dataset,
                   Axis = plan.Axis,
                   Earliest = plan.Earliest,
                   Settle = plan.Settle,
                   Cadence = plan.Cadence,
                   Freshness = plan.Freshness,
                   LookBack = plan.LookBack,
                   Protocol = feed.Protocol,
                   IsHandedIn = feed.Protocol == SubmittedFile.ProtocolName,
                   FeedId = feed.FeedId,
                   IsActive = feed.Active,
                   CarriedBy = plan.CarriedBy,
               },
        ])
    {
        PartyIds = [.. definition.Feeds.SelectMany(f => f.PartyIds).Distinct()],
        Feeds = [.. definition.Feeds.Select(f => new ListedFeed(f.FeedId, f.Active, f.LimitGroup, [.. f.Limits.Select(l => new ListedLimit(l.Requests, l.Interval))]))],
        Receivers = [.. definition.Notices.Select(n => n.ReceiverId)],
    };
}
