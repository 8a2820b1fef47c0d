namespace ChargePointHub.Server.Collection;

/// <summary>Until when something is left alone, and when that was decided: what a clock decided while it ran ahead is not believed.</summary>
/// <param name="Until">Exclusive.</param>
public readonly record struct Rest(DateTimeOffset Until, DateTimeOffset DecidedAt)
{
    /// <summary>A clock may be put back by so much without a word: it is then waited for.</summary>
    private static readonly TimeSpan SmallStep = TimeSpan.FromMinutes(1);

    /// <summary>Nothing has been put off.</summary>
    public static Rest None { get; } = new(DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    /// <summary>Also where the clock has been put back since: it had run ahead, and so does <see cref="Until"/>.</summary>
    public bool IsOver(DateTimeOffset now) => Until <= now || now < DecidedAt - SmallStep;
}
