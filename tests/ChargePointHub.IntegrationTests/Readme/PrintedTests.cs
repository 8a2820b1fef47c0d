using System.Text.Json;

namespace ChargePointHub.IntegrationTests.Readme;

/// <summary>What came is told from what is printed where it means something else.</summary>
public class PrintedTests
{
    [Theory]
    [InlineData("583 sessions, complete: True", "614 sessions, complete: True", true)]
    [InlineData("240 charge points, 240 of them different", "235 charge points, 235 of them different", true)]
    [InlineData("240 charge points, 240 of them different", "240 charge points, 239 of them different", false)]
    [InlineData("583 sessions, complete: True", "0 sessions, complete: True", false)]
    [InlineData("0 sessions, complete: True", "3 sessions, complete: True", false)]
    [InlineData("583 sessions, complete: True", "583 sessions, complete: False", false)]
    [InlineData("200", "401", false)]
    public void Text(string printed, string came, bool alike) => Assert.Equal(alike, PrintedText.Difference(printed, came) is null);

    [Theory]
    [InlineData("""{"at":"2026-11-20T03:52:45.000Z"}""", """{"at":"2026-11-25T13:01:02.345678Z"}""", true)]
    [InlineData("""{"at":"2026-11-20T03:52:45.000Z"}""", """{"at":"yesterday"}""", false)]
    [InlineData("""{"id":"lamplight:S00018-20776-01"}""", """{"id":"lamplight:S00023-20781-00"}""", true)]
    [InlineData("""{"id":"lamplight:S00018-20776-01"}""", """{"id":"kerbside-volt:S00023-20781-00"}""", false)]
    [InlineData("""{"next":"/v1/tariffs?…&cursor=AbUC…"}""", """{"next":"/v1/tariffs?limit=1&cursor=AcXX7"}""", true)]
    [InlineData("""{"next":"/v1/tariffs?limit=1&cursor=AbUC"}""", """{"next":"/v1/tariffs?limit=2&cursor=AcXX7"}""", false)]
    [InlineData("""{"next":"/v1/tariffs?…"}""", """{"next":"/v1/charge-points?limit=1"}""", false)]
    [InlineData("""{"status":"AVAILABLE"}""", """{"status":"CHARGING"}""", true)]
    [InlineData("""{"status":"AVAILABLE"}""", """{"status":"ready"}""", false)]
    [InlineData("""{"code":"CPH-1001"}""", """{"code":"CPH-1002"}""", false)]
    [InlineData("""{"count":19}""", """{"count":7}""", true)]
    [InlineData("""{"count":19}""", """{"count":0}""", false)]
    [InlineData("""{"energy_kwh":11.409}""", """{"energy_kwh":6}""", true)]
    [InlineData("""{"energy_kwh":11.409}""", """{"energy_kwh":0}""", false)]
    [InlineData("""{"quarantined":0}""", """{"quarantined":3}""", false)]
    [InlineData("""{"covered_percent":100}""", """{"covered_percent":99.9}""", false)]
    [InlineData("""{"value":"0.29"}""", """{"value":"0.31"}""", true)]
    [InlineData("""{"data":[{"count":1},"…"]}""", """{"data":[]}""", false)]
    [InlineData("""{"complete":true}""", """{"complete":false}""", false)]
    public void Json(string printed, string came, bool alike)
    {
        using var one = JsonDocument.Parse(printed);
        using var other = JsonDocument.Parse(came);

        Assert.Equal(alike, JsonShape.Difference(one.RootElement, other.RootElement) is null);
    }
}
