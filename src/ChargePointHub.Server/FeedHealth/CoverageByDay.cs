using ChargePointHub.Model;
using ChargePointHub.Server.Api.Completeness;

namespace ChargePointHub.Server.FeedHealth;

/// <summary>One London day of a dataset.</summary>
/// <param name="Hours">23, 24 or 25.</param>
/// <param name="CoveredPercent">Of what is wanted of the day; null: nothing of it is.</param>
public sealed record CoveredDay(DateOnly Day, int Hours, decimal? CoveredPercent);

/// <summary>How much of each London day is here. Pure.</summary>
public static class CoverageByDay
{
    public const int Days = 90;

    /// <summary>The last <see cref="Days"/> days, today included, oldest first.</summary>
    public static IReadOnlyList<CoveredDay> Of(JudgedOperator o, DateTimeOffset now)
    {
        var (today, wanted) = (LondonCalendar.DayOf(now), GapList.Wanted(o, now));
        return
        [
            .. Enumerable.Range(1 - Days, Days).Select(n => today.AddDays(n)).Select(day =>
            {
                var whole = LondonCalendar.Day(day);
                return new CoveredDay(day, (int)whole.Length.TotalHours, wanted?.Intersect(whole) is { } asked ? GapList.CoveredPercent(o, asked) : null);
            }),
        ];
    }
}
