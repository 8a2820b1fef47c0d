namespace ChargePointHub.Tests.House;

internal static class Fault
{
    /// <summary>Fails with every fault that was found, one a line.</summary>
    public static void None(IEnumerable<string> faults)
    {
        var found = faults.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
