using ChargePointHub.Model;
using FsCheck.Fluent;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

public class ChargingSessionTests
{
    private static readonly ChargingSession Open = new()
    {
        SessionId = "lamplight:s1",
        OperatorId = "lamplight",
        ChargePointId = "lamplight:e1",
        PlugInAt = Start,
        LastUpdated = Start,
    };

    [Fact]
    public void An_open_session_has_no_length_and_no_outcome()
    {
        var derived = (Open with { EnergyKwh = 9m, ChargeStartAt = Start }).WithDerived();

        Assert.Null(derived.PlugInMinutes);
        Assert.Null(derived.ChargingMinutes);
        Assert.Null(derived.AverageKw);
        Assert.Equal(Outcome.Unknown, derived.Outcome);
    }

    [Fact]
    public void Charging_minutes_are_the_reported_ones_else_from_charge_start_to_charge_end()
    {
        var timed = Closed(60, 7m) with { ChargeStartAt = Start.AddMinutes(1), ChargeEndAt = Start.AddMinutes(31) };

        Assert.Equal(30m, timed.WithDerived().ChargingMinutes);
        Assert.Equal(14m, timed.WithDerived().AverageKw);
        Assert.Equal(20.123m, (timed with { ChargingMinutes = 20.1225m }).WithDerived().ChargingMinutes);
        Assert.Null(Closed(60, 7m).WithDerived().ChargingMinutes);
    }

    [Fact]
    public void Without_charging_time_the_average_is_over_the_plugged_in_time() =>
        Assert.Equal(7m, Closed(60, 7m).WithDerived().AverageKw);

    [Fact]
    public void No_time_and_no_energy_make_no_average()
    {
        Assert.Null(Closed(0, 7m).WithDerived().AverageKw);
        Assert.Null(Closed(60, null).WithDerived().AverageKw);
        Assert.Null((Closed(60, 7m) with { ChargingMinutes = 0m }).WithDerived().AverageKw);
        Assert.Equal(0m, Closed(60, 0m).WithDerived().AverageKw);
    }

    [Fact]
    public void A_plug_out_before_the_plug_in_makes_no_length() => Assert.Null(Closed(-1, 7m).WithDerived().PlugInMinutes);

    /// <summary>10.001 kWh in 40 minutes are 15.0015 kW; two thirds of an hour have no last decimal, and a quotient by them falls short.</summary>
    [Fact]
    public void A_half_of_the_last_decimal_is_rounded_away_from_zero()
    {
        Assert.Equal(15.002m, Closed(40, 10.001m).WithDerived().AverageKw);
        Assert.Equal(0.001m, (Open with { PlugOutAt = Start.AddMilliseconds(30) }).WithDerived().PlugInMinutes);
        Assert.Equal(0m, (Open with { PlugOutAt = Start.AddMilliseconds(29) }).WithDerived().PlugInMinutes);
    }

    [Theory]
    [InlineData(120, 1, Outcome.Failed)]
    [InlineData(121, 1, Outcome.Success)]
    [InlineData(3600, 0.5, Outcome.Failed)]
    [InlineData(3600, 0.501, Outcome.Success)]
    [InlineData(0, 0, Outcome.Failed)]
    public void Success_is_more_than_two_minutes_and_more_than_half_a_kilowatt_hour(int seconds, double energyKwh, Outcome outcome) =>
        Assert.Equal(outcome, (Open with { PlugOutAt = Start.AddSeconds(seconds), EnergyKwh = (decimal)energyKwh }).WithDerived().Outcome);

    [Fact]
    public void A_reported_outcome_stays_and_without_energy_there_is_none()
    {
        Assert.Equal(Outcome.Failed, (Closed(60, 7m) with { Outcome = Outcome.Failed }).WithDerived().Outcome);
        Assert.Equal(Outcome.Unknown, Closed(60, null).WithDerived().Outcome);
    }

    [Fact]
    public void Deriving_twice_changes_nothing_and_each_figure_is_what_whole_numbers_say() =>
        ForAll(
            (from minutes in Gen.Choose(1, 3000)
             from milliseconds in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(0, 59_999)))
             from wattHours in Gen.Choose(0, 200_000)
             select (Milliseconds: (minutes * 60_000L) + milliseconds, WattHours: (long)wattHours)).ToArbitrary(),
            given =>
            {
                var session = Open with
                {
                    PlugOutAt = Start.AddMilliseconds(given.Milliseconds + 60_000),
                    ChargeStartAt = Start,
                    ChargeEndAt = Start.AddMilliseconds(given.Milliseconds),
                    EnergyKwh = given.WattHours / 1000m,
                };
                var derived = session.WithDerived();
                var thousandthsOfMinute = HalfUp(given.Milliseconds, 60);

                Assert.Equal(derived, derived.WithDerived());
                Assert.Equal(thousandthsOfMinute / 1000m, derived.ChargingMinutes);
                Assert.Equal(thousandthsOfMinute + 1000, derived.PlugInMinutes * 1000m);
                Assert.Equal(HalfUp(given.WattHours * 60_000, thousandthsOfMinute) / 1000m, derived.AverageKw);
            });

    /// <summary>The quotient of two numbers that are not negative, halves rounded up.</summary>
    private static long HalfUp(long number, long by) => ((2 * number) + by) / (2 * by);

    private static ChargingSession Closed(int minutes, decimal? energyKwh) =>
        Open with { PlugOutAt = Start.AddMinutes(minutes), EnergyKwh = energyKwh };
}
