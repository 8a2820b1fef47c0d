namespace ChargePointHub.Tests.Sandbox;

/// <summary>A clock that stands until it is set; timers run on the machine's.</summary>
internal sealed class SettableTime(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
