using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Tests.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Api;

public sealed class NearestTests
{
    [Theory]
    [InlineData("form", "from")]
    [InlineData("LAMBERT", "Lambeth")]
    [InlineData("é", "ab")]
    [InlineData("xyzw", null)]
    [InlineData("", null)]
    public void The_word_that_was_meant_is_the_closest_or_none(string word, string? meant) => Assert.Equal(meant, Nearest.Of(word, ["from", "to", "Lambeth", "ac", "ab"]));

    [Fact]
    public void Of_longer_words_than_any_name_nothing_is_guessed()
    {
        var longest = new string('a', 60);

        Assert.Equal(longest, Nearest.Of(longest, [longest]));
        Assert.Null(Nearest.Of(longest + "a", [longest + "a"]));
    }

    [Fact]
    public void Any_word_is_answered_as_by_the_whole_table_of_edits() => Given.ForAll(Questions.ToArbitrary(), question =>
        Assert.Equal(ByTable(question.Word, question.Candidates), Nearest.Of(question.Word, question.Candidates)));

    /// <summary>Of few letters, so that much is near; words that are made of one another, so that more is.</summary>
    private static Gen<(string Word, string[] Candidates)> Questions =>
        from word in Words(60)
        from candidates in Gen.OneOf(Words(12), Words(80), Edited(word)).ArrayOf()
        select (word.Length == 0 ? "a" : word, candidates);

    private static Gen<string> Words(int most) =>
        from length in Gen.Choose(0, most)
        from letters in Gen.Elements('a', 'b', 'A', 'B', '-', 'é', 'É', 'Ж').ArrayOf(length)
        select new string(letters);

    private static Gen<string> Edited(string word) =>
        from places in Gen.Choose(0, 60).ArrayOf()
        from letter in Gen.Elements('a', 'b', 'é')
        select places.Aggregate(word, (w, p) => (p % 4, p % (w.Length + 1)) switch
        {
            (0, var at) => w.Insert(at, letter.ToString()),
            (1, var at) when at < w.Length => w.Remove(at, 1),
            (2, var at) when at + 1 < w.Length => w[..at] + w[at + 1] + w[at] + w[(at + 2)..],
            (_, var at) => w[..at] + letter + w[Math.Min(w.Length, at + 1)..],
        });

    private static string? ByTable(string word, string[] candidates) => candidates
        .Select(c => (Word: c, Edits: Edits(word.ToLowerInvariant(), c.ToLowerInvariant())))
        .Where(c => c.Edits <= Math.Max(2, word.Length / 3))
        .OrderBy(c => c.Edits).ThenBy(c => c.Word, StringComparer.Ordinal)
        .Select(c => c.Word).FirstOrDefault();

    private static int Edits(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0 ? i + j : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
