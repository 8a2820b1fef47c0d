namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// Whether the requests of the current flow are for history, which gives way to live work. It goes around the protocols: how
/// urgent a pull is, is no business of how it is talked about.
/// </summary>
public static class Urgency
{
    private static readonly AsyncLocal<bool> History = new();

    /// <summary>Requests made from here on give way, until the answer is disposed of.</summary>
    public static IDisposable OfHistory(bool isHistory)
    {
        var before = History.Value;
        History.Value = isHistory;
        return new Restored(before);
    }

    internal static bool GivesWay => History.Value;

    private sealed class Restored(bool before) : IDisposable
    {
        public void Dispose() => History.Value = before;
    }
}
