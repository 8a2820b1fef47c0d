using ChargePointHub.Model;
using ChargePointHub.Server.Api.Paging;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Tests.Api;

public sealed class CursorTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static readonly DateTimeOffset At = new(2026, 11, 20, 8, 15, 0, TimeSpan.Zero);
    private static readonly PageCursors Cursors = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly PageCursor Cursor = new(42, At, At.AddHours(1), new Window(At.AddDays(-1), At), new PageKey(At, ["char-gy", "char-gy:é/1"]));

    [Fact]
    public void A_cursor_comes_back_as_it_was_written() =>
        Assert.Equal(Cursor, Cursors.Read(Cursors.Write(Cursor, "q"), "q").Cursor);

    [Fact]
    public void A_cursor_of_a_snapshot_dataset_has_no_window_and_no_time()
    {
        var snapshot = Cursor with { Window = null, After = new PageKey(null, ["a", "b"]) };

        Assert.Equal(snapshot, Cursors.Read(Cursors.Write(snapshot, "q"), "q").Cursor);
    }

    [Fact]
    public void Any_other_character_at_any_position_breaks_a_cursor()
    {
        // Three lengths: the last character of base64url carries 6, 4 or 2 bits.
        foreach (var id in new[] { "a", "ab", "abc" })
        {
            var text = Cursors.Write(Cursor with { After = new PageKey(At, [id]) }, "q");
            for (var i = 0; i < text.Length; i++)
            {
                foreach (var other in Alphabet.Where(c => c != text[i]))
                {
                    var (cursor, fault) = Cursors.Read(text[..i] + other + text[(i + 1)..], "q");
                    Assert.Null(cursor);
                    Assert.Same(ErrorCatalogue.BrokenCursor, fault!.Error);
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("!!!")]
    [InlineData("AAAA AAAA")]
    [InlineData("AAAA====")]
    public void What_is_no_cursor_is_refused(string text) => Assert.Same(ErrorCatalogue.BrokenCursor, Cursors.Read(text, "q").Fault!.Error);

    [Fact]
    public void A_cut_cursor_is_refused()
    {
        var text = Cursors.Write(Cursor, "q");

        for (var length = 0; length < text.Length; length++) Assert.NotNull(Cursors.Read(text[..length], "q").Fault);
    }

    [Fact]
    public void A_cursor_answers_only_its_own_question() =>
        Assert.Same(ErrorCatalogue.ForeignCursor, Cursors.Read(Cursors.Write(Cursor, "q"), "other").Fault!.Error);

    [Fact]
    public void Another_hub_s_cursor_is_broken_here() =>
        Assert.Same(ErrorCatalogue.BrokenCursor, Cursors.Read(new PageCursors(new byte[32]).Write(Cursor, "q"), "q").Fault!.Error);
}
