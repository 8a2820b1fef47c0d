using ChargePointHub.Model;
using ChargePointHub.Sandbox.Areas;

namespace ChargePointHub.Sandbox.Simulation;

/// <summary>Who operates what, and where it stands: made once from the seed.</summary>
public static class Placing
{
    private const long TariffStream = 2;
    private const long SharingStream = 3;
    private const long LocationStream = 4;
    private const long RemovalStream = 5;

    private static readonly string[] Streets =
    [
        "Acacia Road", "Albion Street", "Beech Grove", "Canal Walk", "Chestnut Avenue", "Cooper's Lane", "Dairy Row", "Elm Terrace", "Fairfield Road",
        "Gloucester Mews", "Hawthorn Road", "Jubilee Street", "Laurel Gardens", "Linden Road", "Mill Lane", "Myrtle Street", "Northfield Avenue",
        "Orchard Road", "Park View", "Quarry Hill", "Rectory Lane", "Rowan Close", "School Lane", "St Anne's Road", "Station Parade", "Tanyard Row",
        "Victory Road", "Wharf Street", "Willow Way", "York Buildings",
    ];

    private static readonly (string Maker, string Type)[] Makers =
        [("Hearthstone", "HS-7"), ("Hearthstone", "HS-22"), ("Northgate", "Column One"), ("Northgate", "Post Duo"), ("Albatross", "A50"), ("Albatross", "A300")];

    /// <summary>Operators in order of index, each with its charge points in order of index.</summary>
    public static IReadOnlyList<SimulatedOperator> Place(World world, AreaLayer areas)
    {
        var epoch = world.Epoch.ToUnixTimeMilliseconds();
        var sites = Sites(world, areas);
        new Seeded(world.Seed, SharingStream).Shuffle(sites);
        var shares = Shares(world);
        var operators = new List<SimulatedOperator>(world.Operators);
        var taken = 0;
        for (var i = 0; i < world.Operators; i++)
        {
            var (name, party) = OperatorNames.All[i];
            // Sorted, so that neighbours in the list can share a location.
            var own = sites[taken..(taken + shares[i])].OrderBy(s => s.Area.Code, StringComparer.Ordinal).ThenBy(s => s.Kind).ThenBy(s => s.WorldIndex).ToArray();
            taken += shares[i];
            operators.Add(new SimulatedOperator(i, OperatorNames.SlugOf(name), name, party, SimulatedOperator.StyleOf(i))
            {
                ChargePoints = ChargePointsOf(world, i, party, own, epoch),
                Tariffs = TariffsOf(world, i, epoch),
            });
        }

        return operators;
    }

    /// <summary>How many charge points each operator has: large and small ones, and few for those that are asked one by one.</summary>
    private static int[] Shares(World world)
    {
        var loops = Enumerable.Range(0, world.Operators).Where(i => SimulatedOperator.StyleOf(i) == OperatorStyle.LotiPerChargePoint).ToHashSet();
        if (loops.Count == world.Operators) loops.Clear();
        var perLoop = Math.Min(SimulatedOperator.MostChargePointsPerLoop, world.ChargePoints / world.Operators);
        var weights = Enumerable.Range(0, world.Operators).Select(i => loops.Contains(i) ? 0 : Math.Pow(i + 1, -0.7)).ToArray();
        var rest = LargestRemainder(weights, world.ChargePoints - (loops.Count * perLoop) - (world.Operators - loops.Count));
        return [.. rest.Select((n, i) => loops.Contains(i) ? perLoop : n + 1)];
    }

    private static Site[] Sites(World world, AreaLayer areas)
    {
        var weights = areas.Areas.Select(a => (double)(BoroughFacts.Of(a.Code)?.Devices ?? 0)).ToArray();
        if (weights.Sum() == 0) Array.Fill(weights, 1);
        var counts = LargestRemainder(weights, world.ChargePoints);
        var sites = new List<Site>(world.ChargePoints);
        for (var a = 0; a < counts.Length; a++)
        {
            var fact = BoroughFacts.Of(areas.Areas[a].Code);
            var rapidShare = fact is null ? 0.055 : (double)fact.RapidDevices / fact.Devices;
            for (var n = 0; n < counts[a]; n++)
            {
                var random = new Seeded(world.Seed, LocationStream, sites.Count);
                // 81 % of all are lamp columns; what is neither that nor rapid is fast.
                ReadOnlySpan<double> kinds = [(1 - rapidShare) * 0.857, (1 - rapidShare) * 0.143, rapidShare * 0.65, rapidShare * 0.35];
                sites.Add(new Site(sites.Count, areas.Areas[a], (PowerKind)random.Weighted(kinds)));
            }
        }

        return [.. sites];
    }

    private static SimulatedChargePoint[] ChargePointsOf(World world, int operatorIndex, string party, Site[] sites, long epoch)
    {
        var result = new SimulatedChargePoint[sites.Length];
        var location = 0;
        for (var i = 0; i < sites.Length;)
        {
            var site = sites[i];
            var random = new Seeded(world.Seed, LocationStream, operatorIndex, site.WorldIndex);
            var together = 1;
            var wish = site.Kind switch
            {
                PowerKind.LampColumn => 1,
                PowerKind.Fast => 1 + random.Below(2),
                PowerKind.Rapid => 1 + random.Below(3),
                _ => 2 + random.Below(5),
            };
            while (together < wish && i + together < sites.Length && sites[i + together].Area == site.Area && sites[i + together].Kind == site.Kind) together++;
            location++;
            var shared = Located(random, site, location, party, epoch);
            for (var n = 0; n < together; n++, i++)
            {
                result[i] = shared with
                {
                    WorldIndex = sites[i].WorldIndex,
                    Index = i,
                    OwnId = $"CP{i + 1:D5}",
                    EvseId = $"GB*{party}*E{i + 1:D5}",
                    ChargeStationOwnId = site.Kind == PowerKind.Fast || shared.ChargeStationOwnId is null ? shared.ChargeStationOwnId : $"{shared.ChargeStationOwnId}-{n + 1}",
                    RemovedAt = RemovalOf(world, sites[i].WorldIndex),
                };
            }
        }

        return result;
    }

    private static SimulatedChargePoint Located(Seeded random, Site site, int location, string party, long epoch)
    {
        var place = Inside(random, site.Area);
        var kind = site.Kind;
        var fact = BoroughFacts.Of(site.Area.Code);
        var street = random.Pick(Streets);
        var type = kind switch
        {
            PowerKind.LampColumn => LocationType.LampColumn,
            PowerKind.Fast => random.Pick([LocationType.OnStreet, LocationType.OnStreet, LocationType.CarPark, LocationType.HousingEstate]),
            PowerKind.Rapid => random.Pick([LocationType.OnStreet, LocationType.CarPark, LocationType.Forecourt]),
            _ => random.Pick([LocationType.Hub, LocationType.Hub, LocationType.Forecourt]),
        };
        var municipal = type is LocationType.LampColumn or LocationType.OnStreet or LocationType.HousingEstate;
        var maker = kind switch { PowerKind.Rapid => 4, PowerKind.Ultra => 5, _ => random.Below(4) };
        var years = random.Between(30L, 2200);
        var commissioned = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(epoch).UtcDateTime).AddDays(-(int)years);
        var recordedAt = epoch - (random.Between(1L, years * 24) * 3_600_000);
        return new SimulatedChargePoint
        {
            WorldIndex = site.WorldIndex,
            Index = 0,
            OwnId = "",
            EvseId = "",
            Kind = kind,
            AreaCode = site.Area.Code,
            AreaName = site.Area.Name,
            LocationOwnId = $"L{location:D5}",
            LocationName = random.Chance(0.1) ? null : kind == PowerKind.LampColumn ? $"{street}, column {random.Between(1L, 60)}" : $"{street} {site.Area.Name}",
            ChargeStationOwnId = kind == PowerKind.LampColumn || random.Chance(0.1) ? null : $"{party}-P{location:D5}",
            Address = $"{random.Between(1L, 180)} {street}",
            Postcode = fact is null || random.Chance(0.1) ? null : $"{fact.PostcodeArea} {random.Below(9) + 1}{Letter(random)}{Letter(random)}",
            Usrn = municipal && random.Chance(0.7) ? $"{random.Between(100_000L, 29_999_999):D8}" : null,
            Latitude = (decimal)Math.Round(place.Latitude, 6),
            Longitude = (decimal)Math.Round(place.Longitude, 6),
            LocationType = type,
            Manufacturer = random.Chance(0.15) ? null : Makers[maker].Maker,
            Model = random.Chance(0.3) ? null : Makers[maker].Type,
            OwnerName = municipal ? site.Area.Name : random.Chance(0.5) ? null : "Landlord of the site",
            ContractingAuthorityGss = municipal && fact is not null ? fact.Gss : null,
            Funding = municipal ? random.Pick([FundingStream.Orcs, FundingStream.Gulcs, FundingStream.Levi, FundingStream.Borough]) : random.Chance(0.3) ? null : FundingStream.Private,
            CommissionedOn = commissioned,
            RecordedAt = recordedAt / 1000 * 1000,
            RemovedAt = null,
            Access = kind switch
            {
                PowerKind.Rapid when random.Chance(0.1) => Access.TaxiOnly,
                PowerKind.LampColumn when random.Chance(0.03) => Access.Permit,
                _ => Access.Public,
            },
            AccessibleBay = random.Chance(0.4) ? null : random.Chance(0.08),
            MaxStayMinutes = kind switch { PowerKind.Rapid => 60, PowerKind.Ultra => 90, PowerKind.Fast when random.Chance(0.5) => 240, _ => null },
            ParkingFee = random.Chance(0.3) ? null : type == LocationType.CarPark,
            WeekdaysOnly = random.Chance(0.1) ? null : type == LocationType.CarPark && random.Chance(0.3),
            PaymentMethods = kind switch
            {
                PowerKind.LampColumn => [PaymentMethod.App, PaymentMethod.Roaming],
                PowerKind.Fast => [PaymentMethod.App, PaymentMethod.Rfid],
                _ => [PaymentMethod.Contactless, PaymentMethod.App, PaymentMethod.Rfid],
            },
            EnergyMixGreen = random.Chance(0.3) ? null : true,
            Connectors = ConnectorsOf(random, kind),
        };
    }

    private static List<SimulatedConnector> ConnectorsOf(Seeded random, PowerKind kind)
    {
        switch (kind)
        {
            case PowerKind.LampColumn:
                return [new("1", "IEC_62196_T2", ConnectorFormat.Socket, PowerType.Ac1Phase, 230, 24, 5.5m)];
            case PowerKind.Fast:
                return random.Chance(0.6)
                    ? [new("1", "IEC_62196_T2", ConnectorFormat.Socket, PowerType.Ac1Phase, 230, 32, 7.4m)]
                    : [new("1", "IEC_62196_T2", ConnectorFormat.Socket, PowerType.Ac3Phase, 400, 32, 22m)];
            case PowerKind.Rapid:
                List<SimulatedConnector> outlets = [new("1", "IEC_62196_T2_COMBO", ConnectorFormat.Cable, PowerType.Dc, 400, 125, 50m)];
                if (random.Chance(0.8)) outlets.Add(new("2", "CHADEMO", ConnectorFormat.Cable, PowerType.Dc, 400, 125, 50m));
                if (random.Chance(0.5)) outlets.Add(new("3", "IEC_62196_T2", ConnectorFormat.Cable, PowerType.Ac3Phase, 400, 63, 43m));
                return outlets;
            default:
                return random.Chance(0.6)
                    ? [new("1", "IEC_62196_T2_COMBO", ConnectorFormat.Cable, PowerType.Dc, 500, 300, 150m)]
                    : [new("1", "IEC_62196_T2_COMBO", ConnectorFormat.Cable, PowerType.Dc, 800, 375, 300m)];
        }
    }

    private static SimulatedTariff[] TariffsOf(World world, int operatorIndex, long epoch)
    {
        var random = new Seeded(world.Seed, TariffStream, operatorIndex);
        var setAt = epoch - (random.Between(200L, 6000) * 3_600_000);
        var changedAt = LondonMidnight(epoch, 1 + random.Below(6));
        return
        [
            Priced("T-AC", 0.3750m + (0.0025m * random.Below(60))),
            Priced("T-DC", 0.6000m + (0.0025m * random.Below(50))),
        ];

        SimulatedTariff Priced(string id, decimal price) => new(id, price, price + (0.0025m * (random.Below(9) - 3)), setAt, changedAt);
    }

    // Under 1 % leave service, on some day within three weeks of the epoch.
    private static long? RemovalOf(World world, int worldIndex)
    {
        var random = new Seeded(world.Seed, RemovalStream, worldIndex);
        return random.Chance(0.008) ? LondonMidnight(world.Epoch.ToUnixTimeMilliseconds(), 2 + random.Below(20)) : null;
    }

    private static long LondonMidnight(long epoch, int daysLater) =>
        LondonCalendar.Midnight(LondonCalendar.DayOf(DateTimeOffset.FromUnixTimeMilliseconds(epoch)).AddDays(daysLater)).ToUnixTimeMilliseconds();

    private static Place Inside(Seeded random, Area area)
    {
        for (var tries = 0; tries < 10_000; tries++)
        {
            var place = new Place(Math.Round(random.Between(area.West, area.East), 6), Math.Round(random.Between(area.South, area.North), 6));
            if (area.Contains(place)) return place;
        }

        throw new InvalidOperationException($"No place was found inside area {area.Code}: its rings enclose next to nothing.");
    }

    private static char Letter(Seeded random) => "ABDEFGHJLNPQRSTUWXYZ"[random.Below(20)];

    /// <summary>Whole numbers in proportion to the weights that add up to <paramref name="total"/>.</summary>
    private static int[] LargestRemainder(double[] weights, int total)
    {
        var sum = weights.Sum();
        var exact = weights.Select(w => w / sum * total).ToArray();
        var counts = exact.Select(e => (int)e).ToArray();
        foreach (var i in Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0).OrderByDescending(i => exact[i] - counts[i]).ThenBy(i => i).Take(total - counts.Sum())) counts[i]++;
        return counts;
    }

    private sealed record Site(int WorldIndex, Area Area, PowerKind Kind);
}
