namespace ChargePointHub.Model;

/// <summary>Waiting on a clock.</summary>
public static class Waiting
{
    /// <summary>
    /// Ends when at least so much has passed, at most a millisecond later. Timers cut what they are given to whole milliseconds: a
    /// wait that ended early would be repeated in a circle, and for ever on a clock that only timers move.
    /// </summary>
    /// <param name="length">Nothing and less: no wait.</param>
    public static Task DelayAsync(this TimeProvider time, TimeSpan length, CancellationToken cancellationToken) =>
        length <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(length.TotalMilliseconds)), time, cancellationToken);
}
