using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Protocols.Csv;

/// <summary>Real files of the French national schema, taken in by an operator file alone.</summary>
public sealed class IrveTests
{
    [RealDataFact]
    public void Charge_points_two_rows_of_40_columns()
    {
        var handed = Read("exemple-valide-statique.csv", 0);

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Equal(2, handed.ChargePoints.Count);
        Assert.Empty(handed.Refused);
        var first = handed.ChargePoints[0].Record;
        Assert.Equal(("irve:FRA68E680210015", "FRA68E680210015", "irve:FRA68P68021001", "Picpus"), (first.ChargePointId, first.EvseId, first.LocationId, first.LocationName));
        Assert.Equal((48.345345m, 7.487105m, 22m), (first.Latitude, first.Longitude, first.MaxPowerKw));
        Assert.Equal((LocationType.OnStreet, Access.Public, new DateOnly(2020, 1, 14)), (first.LocationType, first.Access, first.CommissionedOn));
        Assert.Equal(["DOMESTIC_E", "IEC_62196_T2"], first.Connectors.Select(c => c.Standard));
        Assert.Equal(new DateTimeOffset(2021, 4, 4, 22, 0, 0, TimeSpan.Zero), first.LastUpdated);
        Assert.Equal(["expected-missing 18", "outside-territory 2", "time-without-zone 2", "word-unknown 2"], handed.FindingCounts);
        Assert.Contains(handed.Findings, f => f is { Rule: "word-unknown", Pointer: "/3/horaires" });
        Assert.Equal(["contact_amenageur", "contact_operateur", "telephone_operateur"], handed.Reader.UnreadColumns.Where(c => c.StartsWith("contact", StringComparison.Ordinal) || c.StartsWith("telephone", StringComparison.Ordinal)));
    }

    [RealDataFact]
    public void Status_changes_from_two_columns()
    {
        var handed = Read("exemple-valide-dynamique.csv", 1);

        Assert.True(handed.IsWhole, handed.Fault?.Message);
        Assert.Equal([Status.Available, Status.Available], handed.StatusChanges.Select(c => c.Record.Status));
        Assert.All(handed.StatusChanges, c => Assert.Equal(new DateTimeOffset(2022, 10, 18, 12, 35, 49, TimeSpan.Zero), c.Record.At));
        Assert.Empty(handed.Refused);
        Assert.Equal([], handed.FindingCounts);
    }

    private static HandedIn Read(string file, int feed)
    {
        using var content = File.OpenRead(RealData.Path("data", "feeds", "irve", file));
        return HandedIn.Of(HandedIn.Operator("irve").Feeds[feed], content);
    }
}
