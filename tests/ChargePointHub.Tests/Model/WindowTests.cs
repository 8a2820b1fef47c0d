using ChargePointHub.Model;
using FsCheck.Fluent;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

public class WindowTests
{
    [Fact]
    public void A_window_that_does_not_end_after_it_starts_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Window(Start, Start));
        Assert.Throws<ArgumentException>(() => new Window(Start, Start.AddTicks(-1)));
        Assert.Null(Window.Between(Start, Start));
        Assert.Null(Window.Between(Start, Start.AddTicks(-1)));
        Assert.Equal(new Window(Start, Start.AddTicks(1)), Window.Between(Start, Start.AddTicks(1)));
    }

    [Fact]
    public void Both_ends_are_kept_in_utc_whatever_offset_they_came_with()
    {
        var window = new Window(Start.ToOffset(TimeSpan.FromHours(5)), Start.AddHours(1).ToOffset(TimeSpan.FromHours(-3)));

        Assert.Equal(TimeSpan.Zero, window.From.Offset);
        Assert.Equal(TimeSpan.Zero, window.To.Offset);
        Assert.Equal(new Window(Start, Start.AddHours(1)), window);
    }

    [Fact]
    public void The_first_instant_is_inside_and_the_last_is_not() => ForAll(AnyWindow, window =>
    {
        Assert.True(window.Contains(window.From));
        Assert.True(window.Contains(window.To.AddTicks(-1)));
        Assert.False(window.Contains(window.To));
        Assert.False(window.Contains(window.From.AddTicks(-1)));
    });

    [Fact]
    public void Cut_pieces_follow_each_other_newest_first_and_are_the_window_again() =>
        ForAll(
            AnyWindow.Generator.SelectMany(w => Gen.Choose(1, 90 * 60).Select(s => (Window: w, Longest: TimeSpan.FromSeconds(s)))).ToArbitrary(),
            given =>
            {
                var pieces = given.Window.CutNewestFirst(given.Longest).ToList();

                Assert.Equal(given.Window.To, pieces[0].To);
                Assert.Equal(given.Window.From, pieces[^1].From);
                Assert.All(pieces.Zip(pieces.Skip(1)), pair => Assert.Equal(pair.First.From, pair.Second.To));
                Assert.All(pieces, piece => Assert.True(piece.Length <= given.Longest));
                Assert.All(pieces.SkipLast(1), piece => Assert.Equal(given.Longest, piece.Length));
            });

    [Fact]
    public void Cutting_into_pieces_of_no_length_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Window(Start, Start.AddHours(1)).CutNewestFirst(TimeSpan.Zero).ToList());

    [Fact]
    public void Halves_meet_and_are_the_window_again() => ForAll(AnyWindow, window =>
    {
        var (older, newer) = window.Halve();

        Assert.Equal(window.From, older.From);
        Assert.Equal(older.To, newer.From);
        Assert.Equal(window.To, newer.To);
        Assert.InRange((newer.Length - older.Length).Ticks, 0, 1);
    });

    [Fact]
    public void One_tick_cannot_be_halved() =>
        Assert.Throws<ArgumentException>(() => new Window(Start, Start.AddTicks(1)).Halve());

    [Fact]
    public void What_two_windows_share_is_what_both_contain() => ForAll(TwoWindows, given =>
    {
        var (one, other) = given;
        var shared = one.Intersect(other);

        Assert.Equal(shared, other.Intersect(one));
        Assert.Equal(shared is not null, one.Overlaps(other));
        Assert.Equal(one.Contains(other), shared == other);
        for (var minute = -1; minute <= Minutes; minute++)
        {
            var instant = Minute(minute);
            Assert.Equal(one.Contains(instant) && other.Contains(instant), shared?.Contains(instant) ?? false);
        }
    });

    [Fact]
    public void Windows_are_ordered_by_start_and_then_by_end() => ForAll(TwoWindows, given =>
    {
        var (one, other) = given;
        var expected = (one.From, one.To).CompareTo((other.From, other.To));

        Assert.Equal(expected, one.CompareTo(other));
        Assert.Equal(expected < 0, one < other);
        Assert.Equal(expected <= 0, one <= other);
        Assert.Equal(expected > 0, one > other);
        Assert.Equal(expected >= 0, one >= other);
    });

    [Fact]
    public void A_window_prints_as_half_open() =>
        Assert.Equal("[2026-03-29T00:30:00.000Z, 2026-03-29T01:30:00.000Z)", new Window(Start, Start.AddHours(1)).ToString());
}
