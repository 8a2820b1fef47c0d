namespace ChargePointHub.Feeds.Registry;

/// <summary>
/// Feeds of one limit group share its limits, whichever operator's they are: each feed is given those of all, so that it keeps
/// them where another instance collects from the others.
/// </summary>
public static class LimitGroups
{
    public static IReadOnlyList<OperatorDefinition> Given(IReadOnlyList<OperatorDefinition> operators)
    {
        var limits = operators.SelectMany(o => o.Feeds).Where(f => f.Active)
            .GroupBy(f => f.LimitGroup, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.SelectMany(f => f.Limits).Distinct().ToList(), StringComparer.OrdinalIgnoreCase);
        return
        [
            .. operators.Select(o => o with
            {
                Feeds = [.. o.Feeds.Select(f => f.Active && limits[f.LimitGroup] is { } all && all.Count > f.Limits.Count ? f with { Limits = all } : f)],
            }),
        ];
    }

    /// <summary>Changes with the limits that an operator's feeds keep.</summary>
    public static string Words(OperatorDefinition definition) =>
        string.Join('\n', definition.Feeds.Select(f => $"{f.LimitGroup} {string.Join(' ', f.Limits.Select(l => $"{l.Requests}/{l.Interval.Ticks}"))}"));
}
