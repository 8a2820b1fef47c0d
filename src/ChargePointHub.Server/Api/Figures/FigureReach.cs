using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Api.Figures;

/// <summary>How much is read for an answer, known before it is: few rows may be made of much.</summary>
internal static class FigureReach
{
    /// <summary>Days of the window, of each charge point in question, up to where the page or the stream ends.</summary>
    public static long PointDaysOf(FigureReading reading, IFigureTable table, RequestParameters parameters)
    {
        var rows = Formats.IsStream(reading.Form) && parameters["limit"] is null ? long.MaxValue : parameters.Limit;
        return table.RowsOfGroup is { } each ? OfGroups(reading, each, rows) : OfPeriods(reading, rows);
    }

    private static long OfGroups(FigureReading reading, int each, long rows)
    {
        var (points, of) = (0L, reading.Points);
        for (var group = of.Keys.TakeWhile(reading.IsBefore).Count(); group < of.Keys.Count && rows >= 0; group++)
        {
            var (from, to) = of.UnitsOf(group);
            points += to - from;
            if (CountedWithin(reading, group) is not null) rows -= each;
        }

        return points * reading.Periods[0].Days;
    }

    private static long OfPeriods(FigureReading reading, long rows)
    {
        // Of each period, how many groups have rows more than in that before it: those without a charge point that counts have none.
        var more = new int[reading.Periods.Count + 1];
        for (var group = 0; group < reading.Points.Keys.Count; group++)
        {
            if (CountedWithin(reading, group) is not { } days) continue;
            more[PlaceOf(days.First)]++;
            more[PlaceOf(days.Last) + 1]--;
        }

        var (begin, end, each) = (reading.After?.Place ?? 0, 0, 0);
        for (; end < reading.Periods.Count && rows >= 0; end++)
        {
            each += more[end];
            if (end >= begin) rows -= each;
        }

        return end <= begin ? 0 : (long)reading.Points.Units.Count * (reading.Periods[end - 1].Last.DayNumber - reading.Periods[begin].First.DayNumber + 1);

        int PlaceOf(DateOnly day)
        {
            var (low, high) = (0, reading.Periods.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = reading.Periods[middle].First <= day ? (middle, high) : (low, middle - 1);
            }

            return low;
        }
    }

    /// <summary>From the first to the last day of the window on which one of the group's charge points counts; null: none does.</summary>
    private static (DateOnly First, DateOnly Last)? CountedWithin(FigureReading reading, int group)
    {
        var (from, to) = reading.Points.UnitsOf(group);
        var (first, last) = (reading.Periods[0].First, reading.Periods[^1].Last);
        (DateOnly First, DateOnly Last)? days = null;
        for (var unit = from; unit < to; unit++)
        {
            foreach (var member in reading.Points.Units[unit].Members)
            {
                if (member.Life.Within(first, last) is not { } its) continue;
                days = days is not { } so ? its : (its.First < so.First ? its.First : so.First, its.Last > so.Last ? its.Last : so.Last);
            }
        }

        return days;
    }
}
