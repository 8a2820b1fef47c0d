using ChargePointHub.Model;
using ChargePointHub.Sandbox.Areas;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Tests.Sandbox;

public sealed class PretendLondonTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 10, 20, 7, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Epoch.AddDays(14).AddMinutes(17);
    private static readonly World Small = new(1, Epoch, 5, 240);

    [Fact]
    public void The_same_seed_gives_the_same_London_whatever_was_asked_before()
    {
        var (first, second) = (new PretendLondon(Small, SimpleAreas.Build()), new PretendLondon(Small, SimpleAreas.Build()));
        var days = new Window(Epoch, Now).CutNewestFirst(TimeSpan.FromHours(31)).ToList();
        var forwards = days.AsEnumerable().Reverse().SelectMany(w => Everything(first, w)).ToList();
        var backwards = days.Select(w => Everything(second, w).ToList()).Reverse().SelectMany(x => x).ToList();
        Assert.NotEmpty(forwards);
        Assert.Equal(forwards, backwards);
        Assert.Equivalent(first.Operators[0].Operator.ChargePoints[7], second.Operators[0].Operator.ChargePoints[7], strict: true);

        var other = new PretendLondon(Small with { Seed = 2 }, SimpleAreas.Build());
        Assert.NotEqual(forwards, days.AsEnumerable().Reverse().SelectMany(w => Everything(other, w)));

        static IEnumerable<object> Everything(PretendLondon london, Window window) => london.Operators.SelectMany(o =>
            o.Sessions(WindowAxis.LastUpdated, window, Now).Cast<object>().Concat(o.StatusChanges(window, Now).Cast<object>()));
    }

    [Fact]
    public void Sessions_of_a_charge_point_never_overlap_and_keep_their_order_of_times()
    {
        foreach (var truth in new PretendLondon(Small, SimpleAreas.Build()).Operators)
        {
            var all = All(truth);
            Assert.Equal(all.Count, all.Select(s => s.OwnId).Distinct().Count());
            foreach (var own in all.GroupBy(s => s.ChargePoint))
            {
                var free = Epoch.ToUnixTimeMilliseconds();
                foreach (var session in own.OrderBy(s => s.PlugInAt))
                {
                    var point = truth.Operator.ChargePoints[session.ChargePoint];
                    Assert.True(session.PlugInAt >= free, session.OwnId);
                    Assert.True(session.ChargeStartAt > session.PlugInAt && session.ChargeEndAt > session.ChargeStartAt && session.PlugOutAt > session.ChargeEndAt, session.ToString());
                    Assert.InRange(session.FinalAt - session.PlugOutAt, 0, 20_000);
                    Assert.InRange(session.EnergyWh, 0, (int)((double)point.MaxPowerKw * (session.PlugOutAt - session.PlugInAt) / 3600) + 1);
                    Assert.True(session.PlugOutAt <= (point.RemovedAt ?? long.MaxValue));
                    free = session.PlugOutAt + 60_000;
                }
            }
        }
    }

    [Fact]
    public void A_window_gives_just_what_filtering_everything_gives()
    {
        var random = new Seeded(99);
        foreach (var truth in new PretendLondon(Small, SimpleAreas.Build()).Operators)
        {
            var everything = All(truth);
            for (var tries = 0; tries < 60; tries++)
            {
                var asOf = Epoch.AddMilliseconds(random.Between(0, (long)(Now - Epoch).TotalMilliseconds));
                var from = Epoch.AddMilliseconds(random.Between(-90_000_000, 1_200_000_000));
                var window = new Window(from, from.AddMilliseconds(random.Between(1, 300_000_000)));
                var axis = random.Pick([WindowAxis.LastUpdated, WindowAxis.PlugInAt, WindowAxis.PlugOutAt]);
                int? only = random.Chance(0.3) ? random.Below(truth.Operator.ChargePoints.Count) : null;
                var known = everything.Where(s => s.PlugInAt <= asOf.ToUnixTimeMilliseconds() && (only is null || s.ChargePoint == only))
                    .Select(s => s.AsOf(asOf.ToUnixTimeMilliseconds())).ToList();
                long? Key(SessionVersion version) => axis switch
                {
                    WindowAxis.LastUpdated => version.LastUpdated,
                    WindowAxis.PlugInAt => version.Session.PlugInAt,
                    _ => version.Stage == SessionStage.Open ? null : version.Session.PlugOutAt,
                };
                var expected = known.Where(v => Key(v) is { } key && window.Contains(DateTimeOffset.FromUnixTimeMilliseconds(key)))
                    .OrderBy(Key).ThenBy(v => v.Session.OwnId, StringComparer.Ordinal);
                Assert.Equal(expected, truth.Sessions(axis, window, asOf, only));
            }
        }
    }

    [Fact]
    public void Versions_follow_one_another_and_every_one_is_found_by_its_last_updated()
    {
        var truth = new PretendLondon(Small, SimpleAreas.Build()).Operators[0];
        var all = All(truth);
        var corrected = all.Where(s => s.CorrectedAt is not null).ToList();
        Assert.InRange(corrected.Count / (double)all.Count, 0.002, 0.03);
        foreach (var session in corrected)
        {
            Assert.InRange(session.CorrectedAt!.Value - session.FinalAt, 3_600_000, 3 * ChargePointDay.Day);
            foreach (var (at, stage) in new[] { (session.PlugInAt, SessionStage.Open), (session.FinalAt, SessionStage.Final), (session.CorrectedAt.Value, SessionStage.Corrected) })
            {
                Assert.Equal(new SessionVersion(session, stage), session.AsOf(at));
                var instant = DateTimeOffset.FromUnixTimeMilliseconds(at);
                if (instant <= Now) Assert.Contains(new SessionVersion(session, stage), truth.Sessions(WindowAxis.LastUpdated, new Window(instant, instant.AddMilliseconds(1)), instant));
            }
        }
    }

    [Fact]
    public void A_charge_point_charges_while_a_session_is_open_and_never_while_it_is_out_of_order()
    {
        foreach (var truth in new PretendLondon(Small, SimpleAreas.Build()).Operators)
        {
            var sessions = All(truth).GroupBy(s => s.ChargePoint).ToDictionary(g => g.Key, g => g.ToList());
            var changes = truth.StatusChanges(new Window(Epoch, Now), Now.AddDays(1));
            foreach (var point in truth.Operator.ChargePoints)
            {
                var own = changes.Where(c => c.ChargePoint == point.Index).ToList();
                Assert.Equal(Epoch.ToUnixTimeMilliseconds(), own[0].At);
                for (var i = 0; i + 1 < own.Count; i++)
                {
                    Assert.True(own[i].At < own[i + 1].At && own[i].Status != own[i + 1].Status, $"{own[i]} {own[i + 1]}");
                    var session = sessions.GetValueOrDefault(point.Index)?.SingleOrDefault(s => s.PlugInAt <= own[i].At && own[i].At < s.PlugOutAt);
                    var isStuck = point.Index == truth.Operator.StuckContact;
                    Assert.Equal(session is not null && !isStuck, own[i].Status == Status.Charging);
                    if (session is not null && !isStuck) Assert.Equal((session.PlugInAt, session.PlugOutAt), (own[i].At, own[i + 1].At));
                }

                Assert.Equal(point.IsRemovedAt(Now.ToUnixTimeMilliseconds()), own[^1].Status == Status.Removed);
            }

            var at = Epoch.AddDays(9).AddHours(3);
            var latest = truth.StatusChanges(new Window(Epoch, at), at).GroupBy(c => c.ChargePoint).OrderBy(g => g.Key).Select(g => g.Last());
            Assert.Equal(latest, truth.Statuses(at));
        }
    }

    [Fact]
    public void A_whole_London_is_used_as_published_figures_say()
    {
        var world = new World(1, Epoch, 50, 27_893);
        var london = new PretendLondon(world, SimpleAreas.Build());
        Assert.Equal(50, london.Operators.Select(o => o.Operator.OperatorId).Distinct().Count());
        var points = london.Operators.SelectMany(o => o.Operator.ChargePoints).ToList();
        Assert.Equal(27_893, points.Count);
        Assert.All(london.Operators.Where(o => o.Operator.Style == OperatorStyle.LotiPerChargePoint), o => Assert.InRange(o.Operator.ChargePoints.Count, 1, 12));
        foreach (var borough in BoroughFacts.All) Assert.Equal(borough.Devices, points.Count(p => p.AreaCode == borough.Gss));
        Assert.InRange(points.Count(p => p.Kind == PowerKind.LampColumn) / 27_893.0, 0.79, 0.83);
        Assert.InRange(points.Count(p => p.MaxPowerKw >= 50) / 27_893.0, 0.050, 0.060);

        const int Days = 3;
        var window = new Window(Epoch.AddDays(1), Epoch.AddDays(1 + Days));
        var (sessions, outOfOrder) = (new List<(PowerKind Kind, SimulatedSession Session)>(), 0L);
        foreach (var truth in london.Operators)
        {
            sessions.AddRange(truth.Sessions(WindowAxis.PlugInAt, window, Now).Select(v => (truth.Operator.ChargePoints[v.Session.ChargePoint].Kind, v.Session)));
            var down = new Dictionary<int, long>();
            foreach (var change in truth.StatusChanges(window, Now))
            {
                if (change.Status == Status.OutOfOrder) down[change.ChargePoint] = change.At;
                else if (down.Remove(change.ChargePoint, out var since)) outOfOrder += change.At - since;
            }
        }

        Assert.InRange(sessions.Count / (double)Days, 20_000, 25_000);
        Assert.InRange(outOfOrder / (double)(27_893L * Days * ChargePointDay.Day), 0.02, 0.04);
        foreach (var (kind, perDay, minutes, kwh) in new[]
        {
            (PowerKind.LampColumn, 0.45, 540.0, 18.0), (PowerKind.Fast, 0.8, 210, 16), (PowerKind.Rapid, 4, 37, 21), (PowerKind.Ultra, 8, 28, 32),
        })
        {
            var own = sessions.Where(s => s.Kind == kind).Select(s => s.Session).ToList();
            Assert.InRange(own.Count / (double)Days / points.Count(p => p.Kind == kind), perDay * 0.85, perDay * 1.1);
            Assert.InRange(own.Select(s => (s.PlugOutAt - s.PlugInAt) / 60_000.0).Order().ElementAt(own.Count / 2), minutes * 0.88, minutes * 1.12);
            Assert.InRange(own.Average(s => s.EnergyWh / 1000.0), kwh * 0.85, kwh * 1.15);
        }
    }

    [Fact]
    public void Every_charge_point_stands_in_its_own_area_and_in_no_other()
    {
        var areas = SimpleAreas.Build();
        foreach (var point in new PretendLondon(Small, areas).Operators.SelectMany(o => o.Operator.ChargePoints))
        {
            var place = new Place((double)point.Longitude, (double)point.Latitude);
            Assert.Equal([point.AreaCode], areas.Areas.Where(a => a.Contains(place)).Select(a => a.Code));
        }
    }

    /// <summary>All sessions that ever begin before <see cref="Now"/>, whole.</summary>
    private static List<SimulatedSession> All(OperatorTruth truth)
    {
        var (sessions, changes) = (new List<SimulatedSession>(), new List<SimulatedStatusChange>());
        foreach (var point in truth.Operator.ChargePoints)
        {
            for (var block = ChargePointDay.FirstBlock(Epoch.ToUnixTimeMilliseconds()); block <= ChargePointDay.LastBlock(Now.ToUnixTimeMilliseconds()); block++)
            {
                ChargePointDay.Generate(truth.World, truth.Operator, point, block, sessions, changes);
            }
        }

        return [.. sessions.Where(s => s.PlugInAt <= Now.ToUnixTimeMilliseconds())];
    }
}
