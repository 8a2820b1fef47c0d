using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.House;

public sealed class ScopeTests
{
    /// <summary>They read nothing that anyone could have a right to.</summary>
    private static readonly string[] OfNoRecord = [nameof(RecordQueries.ReadClockAsync), nameof(RecordQueries.ReadTickAsync), nameof(RecordQueries.ReadFirstTickAsync), nameof(RecordQueries.ReadFirstTickAsync), nameof(RecordQueries.PingAsync)];

    [Fact]
    public void There_is_no_way_to_read_without_a_scope()
    {
        var reading = typeof(RecordQueries).Assembly.GetTypes().Where(t => t.IsPublic && t.Namespace == typeof(RecordQueries).Namespace && t.Name.EndsWith("Queries", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods().Where(m => m.DeclaringType == t && !OfNoRecord.Contains(m.Name))).ToList();

        Assert.True(reading.Count > 10);
        Fault.None(reading.Where(m => m.GetParameters().All(p => p.ParameterType != typeof(Scope))).Select(m => $"{m.DeclaringType!.Name}.{m.Name} takes no Scope."));
    }
}
