using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>What takes months: charge points that another operator takes over or tells of too, and those that break and are never mended.</summary>
/// <param name="HandedOver">Pairs of charge points of the first two operators, as far as both have so many. In turns: the other begins on the day on which one ends, ten days later, ten days earlier, and neither ends.</param>
/// <param name="LeftBroken">The last charge points of each operator, from the second week on, each a day after the one before.</param>
public sealed record LongStories(int HandedOver, int LeftBroken)
{
    private const int DaysToFirst = 60;
    private const int DaysBetween = 9;

    public PretendLondon Tell(PretendLondon london)
    {
        var (world, pairs) = (london.World, london.Operators.Count < 2 ? 0 : Math.Min(HandedOver, london.Operators.Take(2).Min(o => o.Operator.ChargePoints.Count)));
        var told = london.Operators.Select(o => o.Operator.ChargePoints.ToArray()).ToList();
        for (var k = 0; k < pairs; k++)
        {
            var (from, to) = (k / 2 % 2 == 0) ? (told[0], told[1]) : (told[1], told[0]);
            (from[k], to[k]) = HandOver(world, from[k], to[k], k);
        }

        foreach (var points in told)
        {
            for (var n = 0; n < LeftBroken && points.Length - 1 - n >= pairs; n++)
            {
                var index = points.Length - 1 - n;
                points[index] = points[index] with { RemovedAt = null, BrokenAt = Midnight(world, 8 + n) + (7 * 3_600_000) };
            }
        }

        return london.With(o => o with { ChargePoints = told[o.Index] });
    }

    private static (SimulatedChargePoint Old, SimulatedChargePoint New) HandOver(World world, SimulatedChargePoint old, SimulatedChargePoint other, int number)
    {
        var day = DaysToFirst + (number * DaysBetween);
        var (ends, begins) = (number % 4) switch
        {
            0 => ((int?)day, (int?)day),
            1 => (day, day + 10),
            2 => (day, day - 10),
            _ => (null, null),
        };
        return (
            old with { RemovedAt = ends is { } end ? Midnight(world, end) : null },
            other with
            {
                EvseId = old.EvseId,
                Kind = old.Kind,
                AreaCode = old.AreaCode,
                AreaName = old.AreaName,
                Address = old.Address,
                Postcode = old.Postcode,
                Latitude = old.Latitude,
                Longitude = old.Longitude,
                LocationType = old.LocationType,
                Connectors = old.Connectors,
                RemovedAt = null,
                BegunAt = begins is { } begin ? Midnight(world, begin) : null,
                CommissionedOn = begins is { } first ? LondonCalendar.DayOf(world.Epoch).AddDays(first) : other.CommissionedOn,
                WeekdaysOnly = old.WeekdaysOnly is not true,
            });
    }

    private static long Midnight(World world, int daysAfterEpoch) => LondonCalendar.Midnight(LondonCalendar.DayOf(world.Epoch).AddDays(daysAfterEpoch)).ToUnixTimeMilliseconds();
}
