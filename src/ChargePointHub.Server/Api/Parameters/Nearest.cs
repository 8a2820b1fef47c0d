namespace ChargePointHub.Server.Api.Parameters;

/// <summary>Guesses what a mistyped word was meant to be.</summary>
public static class Nearest
{
    /// <summary>Words of one request, each kind by itself, of which it is guessed what was meant: candidates may be as many as there are charge points.</summary>
    public const int MostGuesses = 3;

    /// <summary>Letters of a word: each has a bit of its own.</summary>
    private const int Longest = 60;

    /// <summary>
    /// The closest candidate within a third of the word's length (at least two edits), case left out; of several the first by letters. Null: nothing is close. Takes as many steps as the
    /// candidates of about that length have letters.
    /// </summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > Longest) return null;
        var most = Math.Max(2, word.Length / 3);
        var letters = word.ToLowerInvariant();
        Span<char> folded = stackalloc char[Longest + (Longest / 3)];
        Span<ulong> places = stackalloc ulong[128];
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] < places.Length) places[letters[i]] |= 1ul << i;
        }

        string? best = null;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - letters.Length) > most) continue;
            var length = candidate.AsSpan().ToLowerInvariant(folded);
            var distance = Distance(letters, places, folded[..length], most);
            if (distance > most || (distance == most && best is not null && string.CompareOrdinal(best, candidate) <= 0)) continue;
            (best, most) = (candidate, distance);
        }

        return best;
    }

    /// <summary>
    /// Edits between a word and a candidate, where exchanging two neighbouring letters counts as one (form, from); more than <paramref name="most"/>: as good as any such number.
    /// A column of the usual table at once, as differences of neighbours, one bit each. Source: Hyyrö, A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances (2003).
    /// </summary>
    /// <param name="places">Of each ASCII letter, where it stands in the word.</param>
    private static int Distance(string word, ReadOnlySpan<ulong> places, ReadOnlySpan<char> candidate, int most)
    {
        var last = 1ul << (word.Length - 1);
        var (distance, up, down, diagonal, before) = (word.Length, ulong.MaxValue, 0ul, 0ul, 0ul);
        for (var j = 0; j < candidate.Length; j++)
        {
            var here = candidate[j] < places.Length ? places[candidate[j]] : PlacesOf(candidate[j], word);
            var exchanged = ((~diagonal & here) << 1) & before;
            diagonal = (((here & up) + up) ^ up) | here | down | exchanged;
            var (right, left) = (down | ~(diagonal | up), diagonal & up);
            if ((right & last) != 0) distance++;
            else if ((left & last) != 0) distance--;

            // Each letter that is left takes one off at most.
            if (distance - (candidate.Length - 1 - j) > most) return most + 1;
            (right, left) = ((right << 1) | 1, left << 1);
            (up, down, before) = (left | ~(diagonal | right), right & diagonal, here);
        }

        return distance;
    }

    private static ulong PlacesOf(char letter, string word)
    {
        var places = 0ul;
        for (var i = 0; i < word.Length; i++) places |= word[i] == letter ? 1ul << i : 0;
        return places;
    }
}
