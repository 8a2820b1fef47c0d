namespace ChargePointHub.Server.Api.Answers;

/// <summary>
/// How many answers of records may be under way at once in this process. Each holds up to about 4 MiB until its reader has taken it, so that
/// their number bounds memory however many and slow the readers are. One that waits for its turn holds nothing.
/// </summary>
/// <param name="patience">How long an answer waits for its turn before it is refused.</param>
public sealed class AnswerSlots(int most, TimeSpan patience) : IDisposable
{
    public const int Usual = 64;

    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim free = new(most, most);

    /// <summary>To be disposed of when the answer has gone out; null: there was no room in time.</summary>
    public async ValueTask<IDisposable?> TryEnterAsync(CancellationToken cancellationToken) => await free.WaitAsync(patience, cancellationToken) ? new Slot(free) : null;

    public void Dispose() => free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
