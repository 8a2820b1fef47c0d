using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Model;

/// <summary>Random values for the property tests: windows and coverage on a small grid of minutes, where edges often meet.</summary>
internal static class Given
{
    /// <summary>Minutes on the grid; a brute-force set of minutes has this many bits.</summary>
    public const int Minutes = 60;

    public static readonly DateTimeOffset Start = new(2026, 3, 29, 0, 30, 0, TimeSpan.Zero);

    public static readonly Arbitrary<Window> AnyWindow = Windows().ToArbitrary();

    public static readonly Arbitrary<(Window One, Window Other)> TwoWindows = Windows().Two().Select(p => (p.Item1, p.Item2)).ToArbitrary();

    public static readonly Arbitrary<Coverage> AnyCoverage = Coverages().ToArbitrary();

    public static readonly Arbitrary<(Coverage One, Coverage Other)> TwoCoverages = Coverages().Two().Select(p => (p.Item1, p.Item2)).ToArbitrary();

    public static readonly Arbitrary<(Coverage Held, Window Wanted)> CoverageAndWindow =
        Coverages().SelectMany(held => Windows().Select(wanted => (held, wanted))).ToArbitrary();

    /// <summary>Instants to the tick between 2015 and 2041, with any offset up to 14 hours.</summary>
    public static readonly Arbitrary<DateTimeOffset> AnyInstant = (
        from seconds in Gen.Choose(0, 820_000_000)
        from ticks in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(0, 999).Select(ms => ms * 10_000)), (2, Gen.Choose(0, 9_999_999)))
        from offset in Gen.Choose(-14 * 60, 14 * 60)
        select new DateTimeOffset(2015, 1, 2, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds).AddTicks(ticks).ToOffset(TimeSpan.FromMinutes(offset)))
        .ToArbitrary();

    public static DateTimeOffset Minute(int minute) => Start.AddMinutes(minute);

    /// <summary>Holds the property to 500 random cases; a failure prints the case and its seed.</summary>
    public static void ForAll<T>(Arbitrary<T> any, Action<T> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(any, holds));

    private static Gen<Window> Windows() =>
        from start in Gen.Choose(0, Minutes - 1)
        from end in Gen.Choose(start + 1, Minutes)
        select new Window(Minute(start), Minute(end));

    private static Gen<Coverage> Coverages() =>
        from count in Gen.Choose(0, 6)
        from windows in Windows().ArrayOf(count)
        select Coverage.Of(windows);
}
