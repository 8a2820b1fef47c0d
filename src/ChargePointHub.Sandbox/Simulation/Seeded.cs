namespace ChargePointHub.Sandbox.Simulation;

/// <summary>
/// Numbers that look random and depend on nothing but what they were made from (SplitMix64). The same seeds give the same
/// numbers in the same order, on every machine and in every run.
/// </summary>
public sealed class Seeded
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong state;

    public Seeded(long seed, params ReadOnlySpan<long> parts)
    {
        state = Mix((ulong)seed + Step);
        foreach (var part in parts) state = Mix(state ^ Mix((ulong)part + Step));
    }

    /// <summary>At least 0, less than 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>At least <paramref name="from"/>, less than <paramref name="to"/>.</summary>
    public double Between(double from, double to) => from + ((to - from) * Fraction());

    /// <summary>At least <paramref name="from"/>, less than <paramref name="to"/>.</summary>
    public long Between(long from, long to) => from + (long)(Next() % (ulong)(to - from));

    /// <summary>0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    public bool Chance(double probability) => Fraction() < probability;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Index into <paramref name="weights"/>, each as likely as its share.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        var left = Fraction() * sum;
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0) return i;
        }

        return weights.Length - 1;
    }

    /// <param name="sigma">Standard deviation of the logarithm.</param>
    public double LogNormal(double median, double sigma) =>
        median * Math.Exp(sigma * Math.Sqrt(-2 * Math.Log(1 - Fraction())) * Math.Cos(2 * Math.PI * Fraction()));

    /// <summary>How many of something that happens <paramref name="mean"/> times on average happen.</summary>
    public int Poisson(double mean)
    {
        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = Fraction(); product > limit; product *= Fraction()) count++;
        return count;
    }

    /// <summary>Puts a list into an order that depends on the seeds alone.</summary>
    public void Shuffle<T>(T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private ulong Next()
    {
        state += Step;
        return Mix(state);
    }
}
