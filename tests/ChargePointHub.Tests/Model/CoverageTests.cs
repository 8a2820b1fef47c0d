using System.Collections;
using ChargePointHub.Model;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

/// <summary>Each operation against the same operation on a plain set of minutes.</summary>
public class CoverageTests
{
    [Fact]
    public void Windows_are_merged_disjoint_ascending_and_never_touch() => ForAll(AnyCoverage, coverage =>
    {
        Assert.All(coverage.Zip(coverage.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        Assert.Equal(coverage.Select(w => (DateTimeOffset?)w.From).FirstOrDefault(), coverage.Start);
        Assert.Equal(coverage.Select(w => (DateTimeOffset?)w.To).LastOrDefault(), coverage.End);
        Assert.Equal(coverage.Count == 0, coverage.IsEmpty);
    });

    [Fact]
    public void Touching_windows_are_one()
    {
        var coverage = Coverage.Of(new Window(Minute(5), Minute(9)), new Window(Minute(1), Minute(5)), new Window(Minute(2), Minute(3)));

        Assert.Equal([new Window(Minute(1), Minute(9))], coverage);
    }

    [Fact]
    public void Order_and_repetition_of_what_it_is_made_of_do_not_matter() => ForAll(AnyCoverage, coverage =>
    {
        var again = Coverage.Of(coverage.Reverse().Concat(coverage));

        Assert.Equal(coverage, again);
        Assert.Equal(coverage.GetHashCode(), again.GetHashCode());
    });

    [Fact]
    public void Union_holds_what_either_holds() => ForAll(TwoCoverages, given =>
        Same(Bits(given.One).Or(Bits(given.Other)), given.One.Union(given.Other)));

    [Fact]
    public void Subtraction_holds_what_only_the_first_holds() => ForAll(TwoCoverages, given =>
        Same(Bits(given.One).And(Bits(given.Other).Not()), given.One.Subtract(given.Other)));

    [Fact]
    public void Intersection_holds_what_both_hold() => ForAll(TwoCoverages, given =>
        Same(Bits(given.One).And(Bits(given.Other)), given.One.Intersect(given.Other)));

    [Fact]
    public void With_a_single_window_each_operation_is_the_same_as_with_a_coverage_of_it() => ForAll(CoverageAndWindow, given =>
    {
        var (held, window) = given;

        Assert.Equal(held.Union(Coverage.Of(window)), held.Union(window));
        Assert.Equal(held.Subtract(Coverage.Of(window)), held.Subtract(window));
        Assert.Equal(held.Intersect(Coverage.Of(window)), held.Intersect(window));
    });

    [Fact]
    public void Gaps_are_the_wanted_minutes_that_are_not_held() => ForAll(CoverageAndWindow, given =>
    {
        var (held, wanted) = given;
        var missing = Bits(Coverage.Of(wanted)).And(Bits(held).Not());

        Same(missing, held.GapsWithin(wanted));
        Assert.Equal(!missing.HasAnySet(), held.Covers(wanted));
        var share = 1 - (double)Count(missing) / Count(Bits(Coverage.Of(wanted)));
        Assert.Equal(share, held.ShareOf(wanted), 12);
    });

    [Fact]
    public void Filling_every_gap_covers_the_wanted_window() => ForAll(CoverageAndWindow, given =>
    {
        var filled = given.Held.GapsWithin(given.Wanted).Aggregate(given.Held, (held, gap) => held.Union(gap));

        Assert.True(filled.Covers(given.Wanted));
        Assert.Equal(given.Held.Union(given.Wanted), filled);
    });

    [Fact]
    public void The_total_is_the_number_of_minutes_held() => ForAll(AnyCoverage, coverage =>
        Assert.Equal(TimeSpan.FromMinutes(Count(Bits(coverage))), coverage.Total));

    [Fact]
    public void Nothing_covers_nothing()
    {
        Assert.Same(Coverage.None, Coverage.Of());
        Assert.False(Coverage.None.Covers(new Window(Minute(0), Minute(1))));
        Assert.Null(Coverage.None.Start);
        Assert.Null(Coverage.None.End);
        Assert.Equal(TimeSpan.Zero, Coverage.None.Total);
    }

    [Fact]
    public void Coverage_with_other_windows_is_not_equal()
    {
        var coverage = Coverage.Of(new Window(Minute(0), Minute(5)));

        Assert.False(coverage.Equals(Coverage.Of(new Window(Minute(0), Minute(6)))));
        Assert.False(coverage.Equals(Coverage.None));
        Assert.False(coverage.Equals((object?)null));
    }

    private static void Same(BitArray expected, Coverage actual)
    {
        Assert.Equal(expected, Bits(actual));
        Assert.All(actual.Zip(actual.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
        Assert.All(actual, window => Assert.Equal(0, (window.From - Start).Ticks % TimeSpan.TicksPerMinute));
    }

    /// <summary>A bit for each minute of the grid, set where the minute's first instant is held.</summary>
    private static BitArray Bits(Coverage coverage)
    {
        var bits = new BitArray(Minutes);
        for (var minute = 0; minute < Minutes; minute++) bits[minute] = coverage.Contains(Minute(minute));
        return bits;
    }

    private static int Count(BitArray bits) => bits.Cast<bool>().Count(bit => bit);
}
