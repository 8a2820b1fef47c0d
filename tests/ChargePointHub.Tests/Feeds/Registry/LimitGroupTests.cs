using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

public class LimitGroupTests
{
    [Fact]
    public void Each_feed_of_a_group_keeps_the_limits_that_any_of_its_files_states()
    {
        var limits = Limits(LimitGroups.Given([Operator("a", "host", 30), Operator("b", "HOST", 60), Operator("c", "other", 5)]));

        Assert.Equal([30, 60], limits["a"]);
        Assert.Equal([30, 60], limits["b"]);
        Assert.Equal([5], limits["c"]);
    }

    [Fact]
    public void A_feed_that_is_not_active_says_nothing() =>
        Assert.Equal([60], Limits(LimitGroups.Given([Operator("a", "host", 30, active: false), Operator("b", "host", 60)]))["b"]);

    [Fact]
    public void Another_files_limit_makes_another_definition()
    {
        var before = LimitGroups.Given([Operator("a", "host", 30), Operator("b", "host", 60)])[1];
        var after = LimitGroups.Given([Operator("a", "host", 20), Operator("b", "host", 60)])[1];

        Assert.NotEqual(LimitGroups.Words(before), LimitGroups.Words(after));
    }

    private static Dictionary<string, List<int>> Limits(IReadOnlyList<OperatorDefinition> operators) =>
        operators.ToDictionary(o => o.OperatorId, o => o.Feeds.Single().Limits.Select(l => l.Requests).Order().ToList());

    private static OperatorDefinition Operator(string id, string group, int requests, bool active = true) => new(id, id, [], null, null,
    [
        new FeedDefinition
        {
            OperatorId = id,
            OperatorName = id,
            FeedId = "feed",
            Protocol = "loti-v1",
            BaseUrl = new Uri("https://operator.example/"),
            Zone = TimeZoneInfo.Utc,
            LimitGroup = group,
            Active = active,
            Limits = [new RequestLimit(requests, TimeSpan.FromHours(1))],
            Datasets = [],
        },
    ]);
}
