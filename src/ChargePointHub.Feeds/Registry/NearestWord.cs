namespace ChargePointHub.Feeds.Registry;

/// <summary>Finds the word that was probably meant.</summary>
internal static class NearestWord
{
    /// <summary>Null when none is near: more than half of the letters would have to change.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(word, k))).OrderBy(k => k.Distance).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(word.Length, best.Word.Length) / 2 ? best.Word : null;
    }

    /// <summary>Levenshtein: single letters put in, taken out or replaced.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 100) return a.Length;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
