using ChargePointHub.Model;
using ChargePointHub.Server;
using ChargePointHub.Server.Api.Completeness;

namespace ChargePointHub.Tests.Api;

public sealed class GapListTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_wanted_and_neither_covered_nor_lost_is_an_open_gap()
    {
        var o = Operator(Dataset.StatusChanges, Coverage.Of(Hours(2, 4), Hours(5, 12)), new LostWindow(Hours(0, 1), "beyond_look_back"));

        var gaps = GapList.Of(o, Now).ToList();

        Assert.Equal(
            [(GapState.Lost, Hours(0, 1), "beyond_look_back"), (GapState.Open, Hours(1, 2), null), (GapState.Open, Hours(4, 5), null)],
            gaps.Select(g => (g.State, g.Window, g.Cause)));
        Assert.Equal(Hours(4, 5).From.AddMinutes(15), gaps[2].Since);
    }

    [Fact]
    public void A_snapshot_s_past_is_lost_and_only_the_gap_that_lasts_is_open()
    {
        var o = Operator(Dataset.ChargePoints, Coverage.Of(Hours(2, 4), Hours(5, 11)));

        Assert.Equal(
            [(GapState.Lost, Hours(0, 2), GapCauses.NoHistoryOffered), (GapState.Lost, Hours(4, 5), GapCauses.NoHistoryOffered), (GapState.Open, Hours(11, 12), null)],
            GapList.Of(o, Now).Select(g => (g.State, g.Window, g.Cause)));
    }

    [Fact]
    public void An_operator_that_provides_no_such_dataset_has_no_gaps() =>
        Assert.Empty(GapList.Of(new JudgedOperator("a", null, Coverage.None, []), Now));

    [Theory]
    [InlineData(null, GapCauses.HubDown)]
    [InlineData("hub_fault", GapCauses.HubFault)]
    [InlineData("credential_missing", GapCauses.HubFault)]
    [InlineData("unauthorised", GapCauses.Refused)]
    [InlineData("protocol_error", GapCauses.OperatorDown)]
    public void The_hub_s_own_faults_are_not_booked_on_the_operator(string? failure, string cause) => Assert.Equal(cause, GapCauses.Of(failure, null));

    private static Window Hours(int from, int to) => new(Now.AddHours(from - 12), Now.AddHours(to - 12));

    private static JudgedOperator Operator(Dataset dataset, Coverage covered, params LostWindow[] lost) => new(
        "a",
        new ListedDataset { Dataset = dataset, Axis = dataset.IsSnapshot ? null : WindowAxis.At, Earliest = Now.AddHours(-12), Protocol = "loti-v1" },
        covered,
        lost);
}
