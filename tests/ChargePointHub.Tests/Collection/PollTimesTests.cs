using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;

namespace ChargePointHub.Tests.Collection;

public class PollTimesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DatasetPlan Plan = new() { Dataset = Dataset.ChargePoints, Cadence = TimeSpan.FromMinutes(1) };

    [Fact]
    public void Polls_are_a_cadence_apart_wherever_they_begin_and_every_instance_means_the_same_instants()
    {
        var (one, other) = (new PollTimes("lamplight", Plan), new PollTimes("lamplight", Plan));
        var due = one.After(Start);

        Assert.InRange(due - Start, Plan.Cadence / 2, Plan.Cadence * 1.5);
        for (var poll = 0; poll < 100; poll++)
        {
            // Each starts a little late, by up to some seconds; the other instance knows only when the last one started.
            var next = other.After(due.AddMilliseconds(poll * 97 % 5000));
            Assert.Equal(due + Plan.Cadence, next);
            due = next;
        }
    }

    [Fact]
    public void Fifty_operators_do_not_come_due_in_the_same_second()
    {
        var seconds = Enumerable.Range(1, 50).Select(n => new PollTimes($"operator-{n}", Plan).After(Start).ToUnixTimeSeconds()).ToList();

        Assert.InRange(seconds.GroupBy(s => s).Max(g => g.Count()), 1, 5);
        Assert.InRange(seconds.Distinct().Count(), 25, 50);
    }

    [Fact]
    public void Datasets_of_one_operator_have_places_of_their_own() =>
        Assert.Equal(Dataset.All.Count, Dataset.All.Select(d => new PollTimes("lamplight", Plan with { Dataset = d }).After(Start)).Distinct().Count());
}
