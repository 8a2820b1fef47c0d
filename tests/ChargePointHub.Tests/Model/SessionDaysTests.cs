using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Model;

/// <summary>One session over London days: worked by hand, and that nothing is lost or made on the way.</summary>
public class SessionDaysTests
{
    private const long Minute = 60_000_000;

    [Fact]
    public void A_session_within_a_day_is_all_of_that_day()
    {
        var (day, figures) = Assert.Single(SessionDays.Of(Session("2026-11-20T09:00:00Z", "2026-11-20T11:30:00Z", 7.123m, charging: 100) with { CostIncVat = 3.21m, Currency = "GBP" }));

        Assert.Equal(new DateOnly(2026, 11, 20), day);
        Assert.Equal(new UsageFigures(1, 1, 0, 0, 0, 1, 7123, 150 * Minute, 100 * Minute, 50 * Minute, 3.21m), figures);
    }

    [Fact]
    public void Over_midnight_the_minutes_are_cut_and_the_energy_follows_the_charging()
    {
        // London is an hour ahead: midnight is 23:00 UTC. Plugged in 2 h before it and 4 h after; charging from an hour before it to half an hour after.
        var session = Session("2026-07-01T21:00:00Z", "2026-07-02T03:00:00Z", 10m) with { ChargeStartAt = At("2026-07-01T22:00:00Z"), ChargeEndAt = At("2026-07-01T23:30:00Z") };
        var days = SessionDays.Of(session.WithDerived());

        Assert.Equal([new DateOnly(2026, 7, 1), new DateOnly(2026, 7, 2)], days.Select(d => d.Day));
        // Two thirds of 10,000 Wh: 6,666.67, and the larger remainder takes what is left.
        Assert.Equal(new UsageFigures(1, 1, 0, 0, 0, 0, 6667, 120 * Minute, 60 * Minute, 60 * Minute, 0), days[0].Figures);
        Assert.Equal(new UsageFigures(0, 0, 0, 0, 0, 0, 3333, 240 * Minute, 30 * Minute, 210 * Minute, 0), days[1].Figures);
    }

    [Fact]
    public void Where_charging_is_told_as_minutes_alone_it_goes_over_the_time_plugged_in()
    {
        var days = SessionDays.Of(Session("2026-11-20T22:00:00Z", "2026-11-21T01:00:00Z", 1m, charging: 60));

        Assert.Equal([40 * Minute, 20 * Minute], days.Select(d => d.Figures.ChargingMicroseconds));
        Assert.Equal([667L, 333L], days.Select(d => d.Figures.EnergyWh));
    }

    [Fact]
    public void The_nights_in_which_clocks_change_have_23_and_25_hours()
    {
        var spring = SessionDays.Of(Session("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", 1m));
        var autumn = SessionDays.Of(Session("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", 1m));

        Assert.Equal([720 * Minute, 23 * 60 * Minute, 780 * Minute], spring.Select(d => d.Figures.PluggedMicroseconds));
        Assert.Equal([660 * Minute, 25 * 60 * Minute, 720 * Minute], autumn.Select(d => d.Figures.PluggedMicroseconds));
    }

    [Fact]
    public void One_that_goes_on_counts_up_to_what_is_known_of_it()
    {
        var days = SessionDays.Of(Session("2026-11-20T23:00:00Z", null, 2m) with { LastUpdated = At("2026-11-21T00:30:00Z") });

        Assert.Equal([60 * Minute, 30 * Minute], days.Select(d => d.Figures.PluggedMicroseconds));
        Assert.Equal((1, 1), (days[0].Figures.UnendedSessions, days[0].Figures.WithoutChargingMinutes));
        Assert.Equal([1333L, 667L], days.Select(d => d.Figures.EnergyWh));
    }

    [Fact]
    public void An_end_after_more_than_31_days_and_one_before_the_start_are_not_believed()
    {
        foreach (var end in new[] { "2027-01-20T12:00:00Z", "2026-11-20T08:00:00Z" })
        {
            var (day, figures) = Assert.Single(SessionDays.Of(Session("2026-11-20T09:00:00Z", end, 5m, charging: 30)));

            Assert.Equal(new DateOnly(2026, 11, 20), day);
            Assert.Equal((5000L, 0L, 0L, 0L, 1), (figures.EnergyWh, figures.PluggedMicroseconds, figures.ChargingMicroseconds, figures.IdleMicroseconds, figures.WithoutChargingMinutes));
        }
    }

    [Fact]
    public void What_is_not_known_is_counted_as_such_and_other_money_is_no_revenue()
    {
        var (_, figures) = Assert.Single(SessionDays.Of(Session("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", null) with { CostIncVat = 9m, Currency = "EUR" }));

        Assert.Equal(new UsageFigures(1, 0, 0, 1, 1, 0, 0, 60 * Minute, 0, 0, 0), figures);
    }

    [Fact]
    public void Money_is_counted_to_the_millionth_so_that_sums_are_exact_both_ways()
    {
        var cost = 1.2345678901234567890123456789m;
        var figures = Enumerable.Range(0, 1000).Select(i => SessionDays.Of(Session("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", 1m) with { CostIncVat = cost + (i * 1000m) })[0].Figures).ToList();
        var sum = figures.Aggregate(default(UsageFigures), (a, f) => a + f);

        Assert.Equal(499_501_234.568m, sum.RevenueIncVat);
        Assert.Equal(default, figures.Aggregate(sum, (a, f) => a - f));
    }

    [Fact]
    public void Charging_for_longer_than_plugged_in_is_cut_to_it()
    {
        var (_, figures) = Assert.Single(SessionDays.Of(Session("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", 1m, charging: 600)));

        Assert.Equal((60 * Minute, 0L), (figures.ChargingMicroseconds, figures.IdleMicroseconds));
    }

    /// <summary>Whatever the session, its days add up to it, each is within its own length, and no part is negative.</summary>
    [Fact]
    public void Nothing_is_lost_or_made()
    {
        var sessions = from start in Gen.Choose(0, 400 * 24 * 60)
                       from length in Gen.Choose(0, 40 * 24 * 60)
                       from seconds in Gen.Choose(0, 59)
                       from offset in Gen.Choose(0, 3000)
                       from charged in Gen.Choose(0, 3000)
                       from wh in Gen.Choose(-2000, 90_000)
                       from minutes in Gen.Choose(-1, 4000)
                       select (start, length, seconds, offset, charged, wh, minutes);
        Prop.ForAll(sessions.ToArbitrary(), s =>
        {
            var start = At("2026-01-01T00:00:07Z").AddMinutes(s.start);
            var session = new ChargingSession
            {
                SessionId = "a:1",
                OperatorId = "a",
                ChargePointId = "a:p",
                PlugInAt = start,
                PlugOutAt = start.AddMinutes(s.length).AddSeconds(s.seconds),
                ChargeStartAt = start.AddMinutes(s.offset),
                ChargeEndAt = start.AddMinutes(s.offset + s.charged),
                EnergyKwh = s.wh / 1000m,
                ChargingMinutes = s.minutes < 0 ? null : s.minutes / 3m,
                LastUpdated = start.AddDays(50),
            }.WithDerived();
            var days = SessionDays.Of(session);
            var sum = days.Aggregate(default(UsageFigures), (a, d) => a + d.Figures);
            var plugged = session.PlugOutAt!.Value - start is var p && p > SessionDays.Longest ? 0 : p.Ticks / 10;

            Assert.Equal((1, (long)s.wh, plugged), (sum.Sessions, sum.EnergyWh, sum.PluggedMicroseconds));
            Assert.True(sum.ChargingMicroseconds <= sum.PluggedMicroseconds);
            if (sum.WithoutChargingMinutes == 0) Assert.Equal(sum.PluggedMicroseconds, sum.ChargingMicroseconds + sum.IdleMicroseconds);
            Assert.All(days, d => Assert.True(
                d.Figures.PluggedMicroseconds <= LondonCalendar.Day(d.Day).Length.Ticks / 10 && d.Figures.IdleMicroseconds >= 0 && d.Figures.ChargingMicroseconds >= 0 && d.Figures.EnergyWh * Math.Sign(s.wh) >= 0));
        }).QuickCheckThrowOnFailure();
    }

    private static ChargingSession Session(string plugIn, string? plugOut, decimal? kwh, decimal? charging = null) => new ChargingSession
    {
        SessionId = "a:1",
        OperatorId = "a",
        ChargePointId = "a:p",
        PlugInAt = At(plugIn),
        PlugOutAt = plugOut is null ? null : At(plugOut),
        EnergyKwh = kwh,
        ChargingMinutes = charging,
        LastUpdated = At(plugOut ?? plugIn),
    }.WithDerived();

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
