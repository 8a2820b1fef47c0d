using ChargePointHub.Server.Doctor;

namespace ChargePointHub.Tests.Doctor;

public class DiskCheckTests
{
    [Fact]
    public void A_folder_that_is_not_there_yet_is_judged_by_the_nearest_one_above_it() =>
        Assert.NotEqual(CheckOutcome.NotChecked, DiskCheck.Look("the data folder", Path.Combine(Path.GetTempPath(), "not", "there", "yet")).Outcome);

    [Fact]
    public void Where_no_folder_above_it_is_there_the_space_is_not_told()
    {
        var check = DiskCheck.Look("the data folder", Path.Combine("missing-drive", "hub"), _ => false);

        Assert.Equal(CheckOutcome.NotChecked, check.Outcome);
        Assert.Contains("is its drive there?", check.Sentence, StringComparison.Ordinal);
    }
}
