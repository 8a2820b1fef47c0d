using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>
/// What happens at one charge point in one block of 24 hours. Sessions and faults lie wholly within a block and never overlap, so
/// that any block can be made alone: it depends on the seed, the charge point and the block's number. Blocks turn at the hour at
/// which least would be cut: at noon (UTC) for lamp columns, where cars stay overnight, at three in the morning for the others.
/// </summary>
public static class ChargePointDay
{
    /// <summary>Milliseconds.</summary>
    public const long Day = 86_400_000;

    /// <summary>Latest time after a plug-out at which the session is in the books as finished, milliseconds.</summary>
    public const long LongestLag = 20_000;

    /// <summary>Latest time after a session is finished at which it is corrected, milliseconds.</summary>
    public const long LongestCorrection = 60 * Hour;

    private const long UseStream = 1;
    private const long Hour = 3_600_000;
    private const long Minute = 60_000;
    private const long EarliestTurn = 3 * Hour;
    private const long LatestTurn = 12 * Hour;

    /// <summary>Share of days with a fault; it lasts 12 hours on average, so that 3 % of time is out of order.</summary>
    private const double FaultsPerDay = 0.06;

    /// <summary>The lowest number of a block, of any charge point, that holds the instant.</summary>
    public static int FirstBlock(long at) => (int)((at - LatestTurn) / Day);

    /// <summary>The highest number of a block, of any charge point, that holds the instant; the first or the one after.</summary>
    public static int LastBlock(long at) => (int)((at - EarliestTurn) / Day);

    /// <summary>Adds the block's sessions (by time of plugging in) and status changes (by time) to the lists.</summary>
    public static void Generate(
        World world, SimulatedOperator owner, SimulatedChargePoint point, int block, List<SimulatedSession> sessions, List<SimulatedStatusChange> changes)
    {
        var start = (block * Day) + (point.Kind == PowerKind.LampColumn ? LatestTurn : EarliestTurn);
        var epoch = Math.Max(world.Epoch.ToUnixTimeMilliseconds(), point.BegunAt ?? long.MinValue);
        if (start + Day <= epoch) return;
        var removedAt = Math.Min(point.RemovedAt ?? long.MaxValue, point.BrokenAt ?? long.MaxValue);
        if (removedAt < start) return;

        var pattern = UsePattern.Of(point.Kind);
        var random = new Seeded(world.Seed, UseStream, point.WorldIndex, block);
        var (faultFrom, faultTo) = Fault(random, start, epoch, removedAt);
        if (epoch >= start && faultFrom != epoch) Change(Status.Available, epoch);

        var starts = Starts(random, pattern, start);
        var free = Math.Max(start, epoch) + Minute;
        var faultTold = faultFrom == faultTo;
        var number = 0;
        foreach (var wished in starts)
        {
            var plugIn = Round(Math.Max(wished, free));
            var failed = random.Chance(0.015);
            var minutes = failed ? random.Between(0.5, 1.8) : Math.Max(3, random.LogNormal(pattern.MedianMinutes, pattern.MinutesSpread));
            var latest = start + Day - Minute - random.Between(0, 30 * Minute);
            var plugOut = Round(Math.Min(plugIn + (long)(minutes * Minute), latest));
            var cut = plugIn < faultFrom && plugOut >= faultFrom && faultFrom < faultTo;
            if (cut) plugOut = faultFrom;
            if (plugOut - plugIn < 30_000 || plugOut > removedAt - Minute || (plugIn >= faultFrom && plugIn < faultTo + Minute && faultFrom < faultTo)) continue;

            TellFaultBefore(plugIn);
            var session = Session(random, owner, point, pattern, block, number++, plugIn, plugOut, failed, cut);
            sessions.Add(session);
            if (point.Index != owner.StuckContact)
            {
                Change(Status.Charging, plugIn);
                if (!cut) Change(Status.Available, plugOut);
            }

            free = plugOut + Minute + random.Between(0, 9 * Minute);
        }

        TellFaultBefore(long.MaxValue);
        if (removedAt < start + Day) Change(removedAt == point.RemovedAt ? Status.Removed : Status.OutOfOrder, removedAt);

        void TellFaultBefore(long at)
        {
            if (faultTold || faultFrom > at) return;
            faultTold = true;
            Change(Status.OutOfOrder, faultFrom);
            if (faultTo < removedAt) Change(Status.Available, faultTo);
        }

        void Change(Status status, long at) =>
            changes.Add(new SimulatedStatusChange(point.Index, status, at, owner.ReportsWhenSeen ? at + random.Between(0, 900) : at));

        long Round(long at) => owner.WholeSeconds ? at / 1000 * 1000 : at;
    }

    private static (long From, long To) Fault(Seeded random, long start, long epoch, long removedAt)
    {
        var happens = random.Chance(FaultsPerDay);
        var length = random.Between(2 * Hour, 22 * Hour) / 1000 * 1000;
        var from = Math.Max(start + Minute + (random.Between(0, Day - length - (2 * Minute)) / 1000 * 1000), epoch);
        var to = Math.Min(Math.Min(from + length, start + Day - Minute), removedAt);
        return happens && from + Minute < to ? (from, to) : (0, 0);
    }

    // Weights are by London's clock; the offset at the block's start serves for all of it, also on the two nights of change.
    private static long[] Starts(Seeded random, UsePattern pattern, long start)
    {
        var offset = (long)LondonCalendar.Zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(start)).TotalMilliseconds;
        var starts = new long[random.Poisson(pattern.SessionsPerDay)];
        for (var i = 0; i < starts.Length; i++)
        {
            var sinceTurn = (random.Weighted(pattern.StartHours) * Hour) + random.Between(0, Hour) - offset - start;
            starts[i] = start + (((sinceTurn % Day) + Day) % Day);
        }

        Array.Sort(starts);
        return starts;
    }

    private static SimulatedSession Session(
        Seeded random, SimulatedOperator owner, SimulatedChargePoint point, UsePattern pattern, int block, int number, long plugIn, long plugOut, bool failed, bool cut)
    {
        var connector = random.Below(point.Connectors.Count);
        var watts = (double)point.Connectors[connector].PowerKw * 1000 * random.Between(pattern.LeastShareOfPower, 0.97);
        var begins = plugIn + (random.Between(3L, 20) * 1000);
        var wanted = failed ? random.Between(0.0, 300) : random.LogNormal(pattern.MedianKwh, pattern.KwhSpread) * 1000;
        var possible = watts * (plugOut - 2000 - begins) / Hour;
        var energyWh = (int)Math.Min(wanted, possible);
        var ends = begins + Math.Max(1000, (long)(energyWh / watts * Hour));
        if (owner.WholeSeconds) ends = ends / 1000 * 1000;
        var finalAt = plugOut + random.Between(0, LongestLag);
        if (owner.WholeSeconds) finalAt = finalAt / 1000 * 1000;
        var corrected = random.Chance(owner.CorrectedShare);
        var correctedAfter = random.Between(Hour, LongestCorrection) / 1000 * 1000;
        var factor = random.Between(0.88, 1.08);
        var soc = point.Kind is PowerKind.Rapid or PowerKind.Ultra && random.Chance(0.6) ? 5 + random.Below(50) : (int?)null;
        return new SimulatedSession
        {
            ChargePoint = point.Index,
            Block = block,
            Number = number,
            PlugInAt = plugIn,
            PlugOutAt = plugOut,
            ChargeStartAt = begins,
            ChargeEndAt = ends,
            Connector = connector,
            EnergyWh = energyWh,
            PeakWatts = (int)Math.Min(watts * 1.03, (double)point.Connectors[connector].PowerKw * 1000) / 100 * 100,
            FinalAt = finalAt,
            CorrectedAt = corrected ? finalAt + correctedAfter : null,
            CorrectedWh = (int)(energyWh * factor),
            PaymentMethod = random.Pick(point.PaymentMethods),
            UserType = User(random, point),
            CutByFault = cut,
            StartSoc = soc,
            EndSoc = soc is { } started ? started + Math.Min(95 - started, energyWh / 600) : null,
        };
    }

    private static UserType? User(Seeded random, SimulatedChargePoint point) => point.Access == Access.TaxiOnly
        ? UserType.Taxi
        : random.Weighted([50.0, 12, 8, 10, 3, 5]) switch
        {
            0 => null,
            1 => UserType.Resident,
            2 => UserType.Taxi,
            3 => UserType.Phv,
            4 => UserType.CarClub,
            _ => UserType.Visitor,
        };
}
