using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Model;

/// <summary>One session over the hours of London's clocks: worked by hand, and that they add up to its days.</summary>
public class SessionHoursTests
{
    private const long Minute = 60_000_000;

    [Fact]
    public void Minutes_are_cut_at_the_hours_and_energy_follows_the_charging()
    {
        // London is an hour ahead: 08:40 to 11:10 there, charging from 09:30 to 10:30.
        var hours = SessionHours.Of(Session("2026-07-01T07:40:00Z", "2026-07-01T10:10:00Z", 1.001m) with { ChargeStartAt = At("2026-07-01T08:30:00Z"), ChargeEndAt = At("2026-07-01T09:30:00Z"), ChargingMinutes = 60 });

        // Of 1,001 Wh each half hour has 500.5: the one that is left goes to the earlier.
        Assert.Equal(["3 8 20 0 0 1", "3 9 60 30 501 0", "3 10 60 30 500 0", "3 11 10 0 0 0"], hours.Select(Told));
    }

    [Fact]
    public void Over_midnight_each_hour_is_of_its_day()
    {
        var hours = SessionHours.Of(Session("2026-11-22T23:30:00Z", "2026-11-23T00:30:00Z", 1m));

        Assert.Equal([(22, "7 23 30 0 500 1"), (23, "1 0 30 0 500 0")], hours.Select(h => (h.Day.Day, Told(h))));
    }

    [Fact]
    public void The_hour_that_clocks_leave_out_gets_nothing_and_the_one_that_they_show_twice_twice()
    {
        Assert.Equal(["7 0 60", "7 2 60", "7 3 60"], Hours("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z"));
        Assert.Equal(["7 0 60", "7 1 60", "7 1 60", "7 2 60"], Hours("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z"));

        static IEnumerable<string> Hours(string from, string to) => SessionHours.Of(Session(from, to, 1m)).Select(h => Told(h)[..6]);
    }

    [Fact]
    public void One_whose_end_is_not_believed_counts_with_its_energy_in_the_hour_of_its_plug_in() =>
        Assert.Equal(["5 9 0 0 5000 1"], SessionHours.Of(Session("2026-11-20T09:10:00Z", "2027-01-20T12:00:00Z", 5m)).Select(Told));

    [Fact]
    public void A_days_hours_are_what_clocks_show()
    {
        Assert.Equal(Enumerable.Range(0, 24).Where(h => h != 1), WeekHour.Within(new DateOnly(2026, 3, 29)).Select(h => h.Hour.Hour));
        Assert.Equal(Enumerable.Range(0, 24).Append(1).Order(), WeekHour.Within(new DateOnly(2026, 10, 25)).Select(h => h.Hour.Hour));
        Assert.Equal(LondonCalendar.Day(new DateOnly(2026, 10, 25)).To, WeekHour.Within(new DateOnly(2026, 10, 25)).Last().Window.To);
        Assert.Equal(Enumerable.Range(1, 7), Enumerable.Range(16, 7).Select(d => WeekHour.Of(new DateOnly(2026, 11, d), 23).Weekday));
    }

    /// <summary>Over both changes of clocks: whatever the session, its hours add up to its days in every figure, and none holds more than an hour.</summary>
    [Fact]
    public void Hours_add_up_to_their_days()
    {
        var sessions = from change in Gen.Elements("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z")
                       from before in Gen.Choose(-1000, 4 * 24 * 60 * 60)
                       from seconds in Gen.Choose(-10, 40 * 24 * 60 * 60)
                       from length in Gen.Elements(seconds, seconds % 100_000, 0)
                       from microseconds in Gen.Choose(0, 3)
                       from offset in Gen.Choose(0, 200_000)
                       from charged in Gen.Choose(0, 200_000)
                       from wh in Gen.Choose(-2000, 90_000)
                       from minutes in Gen.Choose(-1, 4000)
                       select (change, before, length, microseconds, offset, charged, wh, minutes);
        Prop.ForAll(sessions.ToArbitrary(), s =>
        {
            var start = At(s.change).AddSeconds(-s.before).AddMicroseconds(s.microseconds);
            var session = new ChargingSession
            {
                SessionId = "a:1",
                OperatorId = "a",
                ChargePointId = "a:p",
                PlugInAt = start,
                PlugOutAt = s.wh % 7 == 0 ? null : start.AddSeconds(s.length),
                ChargeStartAt = start.AddSeconds(s.offset),
                ChargeEndAt = start.AddSeconds(s.offset + s.charged),
                EnergyKwh = s.wh % 11 == 0 ? null : s.wh / 1000m,
                ChargingMinutes = s.minutes < 0 ? null : s.minutes / 3m,
                CostIncVat = 1.5m,
                LastUpdated = start.AddSeconds(s.length),
            }.WithDerived();
            var hours = SessionHours.Of(session);

            Assert.Equal(SessionDays.Of(session), hours.GroupBy(h => h.Day).Select(d => (d.Key, d.Aggregate(default(UsageFigures), (sum, h) => sum + h.Figures))));
            Assert.Equal(WeekHour.Of(hours[0].Day, LondonCalendar.ToLocal(start).Hour), hours[0].Hour);
            Assert.All(hours, h => Assert.True(h.Figures is { PluggedMicroseconds: <= 60 * Minute, IdleMicroseconds: >= 0, ChargingMicroseconds: >= 0 } f && f.ChargingMicroseconds <= f.PluggedMicroseconds));
        }).QuickCheckThrowOnFailure();
    }

    private static string Told((DateOnly Day, WeekHour Hour, UsageFigures Figures) hour) =>
        $"{hour.Hour.Weekday} {hour.Hour.Hour} {hour.Figures.PluggedMicroseconds / Minute} {hour.Figures.ChargingMicroseconds / Minute} {hour.Figures.EnergyWh} {hour.Figures.Sessions}";

    private static ChargingSession Session(string plugIn, string plugOut, decimal kwh) => new()
    {
        SessionId = "a:1",
        OperatorId = "a",
        ChargePointId = "a:p",
        PlugInAt = At(plugIn),
        PlugOutAt = At(plugOut),
        EnergyKwh = kwh,
        LastUpdated = At(plugOut),
    };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
