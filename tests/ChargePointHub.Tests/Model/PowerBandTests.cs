using System.Globalization;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public class PowerBandTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("-50", null)]
    [InlineData("0", null)]
    [InlineData("2.999", null)]
    [InlineData("3", PowerBand.Slow)]
    [InlineData("5.5", PowerBand.Slow)]
    [InlineData("7.999", PowerBand.Slow)]
    [InlineData("8", PowerBand.Fast)]
    [InlineData("49.999", PowerBand.Fast)]
    [InlineData("50", PowerBand.Rapid)]
    [InlineData("149.999", PowerBand.Rapid)]
    [InlineData("150", PowerBand.UltraRapid)]
    [InlineData("1000", PowerBand.UltraRapid)]
    public void A_band_holds_its_lower_edge_and_not_its_upper(string? powerKw, PowerBand? band) =>
        Assert.Equal(band, PowerBands.Of(powerKw is null ? null : decimal.Parse(powerKw, CultureInfo.InvariantCulture)));
}
