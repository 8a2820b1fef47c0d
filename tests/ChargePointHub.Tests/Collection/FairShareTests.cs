using ChargePointHub.Server.Collection;
using ChargePointHub.Store;

namespace ChargePointHub.Tests.Collection;

public class FairShareTests
{
    private static readonly HubInstance Me = new(Guid.NewGuid(), "me", "files");
    private static readonly HubInstance Other = new(Guid.NewGuid(), "other", "files");
    private static readonly string[] Operators = ["e", "d", "c", "b", "a"];

    [Fact]
    public void Who_is_alone_takes_everything_that_is_free() =>
        Assert.Equal(["a", "b", "c", "d", "e"], Share([Me]).ToTake(held: 0));

    [Fact]
    public void Of_two_each_takes_at_most_half_rounded_up_and_hands_over_the_rest()
    {
        var share = Share([Me, Other], ("a", Me), ("b", Me), ("c", Me), ("d", Me), ("e", Me));

        Assert.Empty(share.ToTake(held: 5));
        Assert.Equal(["d", "e"], share.ToHandOver(Operators));
        Assert.Equal(["b", "c"], Share([Me, Other], ("a", Me), ("d", Other)).ToTake(held: 1));
    }

    [Fact]
    public void An_instance_with_other_operator_files_does_not_count()
    {
        var share = Share([Me, Other with { RegistryHash = "other files" }], ("a", Other));

        Assert.Equal(["b", "c", "d", "e"], share.ToTake(held: 0));
        Assert.Empty(share.ToHandOver(Operators));
    }

    [Fact]
    public void An_instance_that_is_not_listed_yet_counts_itself() => Assert.Equal(3, Share([Other]).Most);

    [Fact]
    public void Together_the_shares_are_enough_for_all_operators()
    {
        for (var instances = 1; instances < 9; instances++)
        {
            for (var operators = 0; operators < 30; operators++)
            {
                var hubs = Enumerable.Range(0, instances).Select(n => new HubInstance(Guid.NewGuid(), $"{n}", "files")).ToList();
                var names = Enumerable.Range(0, operators).Select(n => $"{n}").ToList();
                var most = new FairShare(hubs[0].InstanceId, "files", names, new LeaseBoard(hubs, new Dictionary<string, Guid>())).Most;
                Assert.InRange(most * instances, operators, operators + instances - 1);
            }
        }
    }

    private static FairShare Share(HubInstance[] instances, params (string Operator, HubInstance Holder)[] held) =>
        new(Me.InstanceId, Me.RegistryHash, Operators, new LeaseBoard(instances, held.ToDictionary(h => h.Operator, h => h.Holder.InstanceId)));
}
