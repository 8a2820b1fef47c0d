using ChargePointHub.Server.Access;

namespace ChargePointHub.Tests.Api;

public sealed class ReadingTurnsTests : IDisposable
{
    private static readonly Reader Gla = new(true, "gla");
    private static readonly Reader Analyst = new(true, "analyst");

    /// <summary>Of a test that fails: a turn that comes, comes at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime clock = new();
    private readonly ReadingTurns turns;

    public ReadingTurnsTests() => turns = new ReadingTurns(clock);

    public void Dispose() => turns.Dispose();

    [Fact]
    public async Task Where_others_read_too_a_turn_of_one_whose_answers_wait_is_followed_by_a_pause_of_two_such()
    {
        (await EnterAsync(Analyst)).Dispose();
        var (held, next) = await OneWaitsAsync(Gla);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        held.Pop().Dispose();

        clock.Advance(TimeSpan.FromMilliseconds(39));
        Assert.False(next.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        held.Push(await next.WaitAsync(Patience));
        foreach (var turn in held) turn.Dispose();
    }

    [Fact]
    public async Task A_reader_alone_reads_on_at_once()
    {
        var (held, next) = await OneWaitsAsync(Gla);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        held.Pop().Dispose();

        held.Push(await next.WaitAsync(Patience));
        foreach (var turn in held) turn.Dispose();
    }

    [Fact]
    public async Task Who_has_read_nothing_for_a_second_is_there_no_longer()
    {
        (await EnterAsync(Analyst)).Dispose();
        clock.Advance(ReadingTurns.Lingers + TimeSpan.FromTicks(1));
        var (held, next) = await OneWaitsAsync(Gla);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        held.Pop().Dispose();

        held.Push(await next.WaitAsync(Patience));
        foreach (var turn in held) turn.Dispose();
    }

    [Fact]
    public async Task One_answer_at_a_time_is_never_paused()
    {
        for (var n = 0; n < 2 * ReadingTurns.AtOnce; n++)
        {
            (await EnterAsync(Analyst)).Dispose();
            var turn = await EnterAsync(Gla).WaitAsync(Patience);
            clock.Advance(TimeSpan.FromMilliseconds(20));
            turn.Dispose();
        }

        Assert.All(await AllAsync(Gla), t => t.Dispose());
    }

    /// <summary>All turns of the reader are taken, and one more is asked for.</summary>
    private async Task<(Stack<IDisposable> Held, Task<IDisposable> Next)> OneWaitsAsync(Reader reader)
    {
        var held = new Stack<IDisposable>(await AllAsync(reader));
        var next = EnterAsync(reader);
        Assert.False(next.IsCompleted);
        return (held, next);
    }

    private async Task<List<IDisposable>> AllAsync(Reader reader)
    {
        var held = new List<IDisposable>();
        for (var n = 0; n < ReadingTurns.AtOnce; n++)
        {
            var turn = EnterAsync(reader);
            Assert.True(turn.IsCompleted);
            held.Add(await turn);
        }

        return held;
    }

    private Task<IDisposable> EnterAsync(Reader reader) => turns.EnterAsync(reader, CancellationToken.None).AsTask();
}
