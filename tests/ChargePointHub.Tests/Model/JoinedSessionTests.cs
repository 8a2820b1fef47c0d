using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public sealed class JoinedSessionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_CDR_is_final_and_the_session_fills_what_it_leaves_open()
    {
        var session = Session("S", 5m) with { PeakKw = 7, StartSocPercent = 20, CostExVat = 1, ConnectorId = "1" };
        var cdr = Cdr("C", "S", 6m) with { CostExVat = 2, CostIncVat = 2.4m };

        var joined = Join("op:s", session, cdr);

        Assert.Equal(("op:S", 6m, 2m, 2.4m, 7m, 20m, "1"), (joined.SessionId, joined.EnergyKwh, joined.CostExVat, joined.CostIncVat, joined.PeakKw, joined.StartSocPercent, joined.ConnectorId));
        Assert.Null(joined.Part);
        Assert.Equal(3, joined.AverageKw);
    }

    [Fact]
    public void Costs_with_and_without_VAT_come_from_one_record()
    {
        var joined = Join("op:s", Session("S", 5m) with { CostExVat = 1, CostIncVat = 1.2m }, Cdr("C", "S", 6m) with { CostExVat = 2 });
        Assert.Equal((2m, null), (joined.CostExVat, joined.CostIncVat));
    }

    [Fact]
    public void A_CDR_that_was_taken_back_gives_way_to_the_next_and_nothing_is_added()
    {
        var (first, credit, second) = (Cdr("C1", "S", 6m) with { CostExVat = 2 }, Credit("K", "C1", "S"), Cdr("C2", "S", 7m, 9) with { CostExVat = 3 });

        Assert.Equal((7m, 3m), Figures(Join("op:s", Session("S", 5m), first, credit, second)));
        Assert.Equal((5m, null), Figures(Join("op:s", Session("S", 5m) with { CostExVat = 2 }, first, credit)));
        Assert.Equal((6m, null), Figures(Join("op:s", first, credit)));
        Assert.Null(JoinedSession.Of("op:s", [new(credit, [])]));
    }

    [Theory]
    [InlineData(120, "op:s1")]
    [InlineData(121, "op:cdr c")]
    [InlineData(-120, "op:s1")]
    public void A_CDR_without_a_session_is_of_the_one_that_starts_within_two_minutes(int seconds, string key) =>
        Assert.Equal(key, JoinedSession.KeyOf(Cdr("C", null, 6m) with { PlugInAt = Noon.AddSeconds(seconds) }, [Session("S1", 5m)]));

    [Fact]
    public void The_nearest_start_at_the_same_charge_point_counts()
    {
        var near = new[] { Session("S1", 0.1m), Session("S2", 5m) with { PlugInAt = Noon.AddSeconds(90) }, Session("S3", 5m) with { PlugInAt = Noon.AddSeconds(80), ChargePointId = "op:2" } };

        Assert.Equal("op:s2", JoinedSession.KeyOf(Cdr("C", null, 6m) with { PlugInAt = Noon.AddSeconds(80) }, near));
        Assert.Equal("op:s9", JoinedSession.KeyOf(Cdr("C", "S9", 6m), near));
    }

    [Fact]
    public void Without_any_session_a_corrected_CDR_stands_in_for_the_one_that_was_taken_back()
    {
        var (first, credit, second, other) = (Cdr("C1", null, 6m), Credit("K", "C1", null), Cdr("C2", null, 7m), Cdr("C3", null, 7m) with { ChargePointId = "op:2" });
        ChargingSession[] near = [first, credit, second];

        Assert.Equal(["op:cdr c1", "op:cdr c1", "op:cdr c1", "op:cdr c3"], near.Append(other).Select(r => JoinedSession.KeyOf(r, near)));
        Assert.Equal("op:cdr c2", JoinedSession.KeyOf(second, [first, second]));
    }

    [Fact]
    public void Two_CDRs_that_both_hold_are_told_of_and_the_newest_counts()
    {
        var joined = JoinedSession.Of("op:s", [.. new[] { Session("S", 5m), Cdr("C1", "S", 6m), Cdr("C2", "S", 7m, 9) }.Select(p => new Judged<ChargingSession>(p, []))])!;

        Assert.Equal(7m, joined.Record.EnergyKwh);
        var told = Assert.Single(joined.Findings);
        Assert.Equal((JoinedSession.CdrSeveral, "/id", "CDR C1: 6 kWh"), (told.Rule, told.Pointer, told.Value));
    }

    [Fact]
    public void A_session_takes_one_CDR_that_names_none_and_of_several_the_nearest()
    {
        var (near, far, named) = (Cdr("C2", null, 7m) with { PlugInAt = Noon.AddSeconds(10) }, Cdr("C1", null, 6m) with { PlugInAt = Noon.AddSeconds(20) }, Cdr("C3", "S", 5m));

        Assert.Equal(["op:s", "op:cdr c1"], new[] { near, far }.Select(r => JoinedSession.KeyOf(r, [Session("S", 5m), near, far])));
        Assert.Equal(["op:cdr c2", "op:cdr c1"], new[] { near, far }.Select(r => JoinedSession.KeyOf(r, [Session("S", 5m), near, far, named])));
        Assert.Equal(["op:s", "op:s"], new[] { near, far }.Select(r => JoinedSession.KeyOf(r, [Session("S", 5m), near, far, Credit("K", "C2", null)])));
    }

    private static (decimal?, decimal?) Figures(ChargingSession session) => (session.EnergyKwh, session.CostExVat);

    private static ChargingSession Join(string key, params ChargingSession[] parts) => JoinedSession.Of(key, [.. parts.Select(p => new Judged<ChargingSession>(p, []))])!.Record;

    private static ChargingSession Session(string id, decimal kwh) => Of(id, kwh, 1, new SessionPart(SessionPartKind.Session, $"op:{id}", true, true, null));

    private static ChargingSession Cdr(string id, string? session, decimal kwh, int hours = 2) => Of(session ?? $"CDR {id}", kwh, hours, new SessionPart(SessionPartKind.Cdr, $"op:CDR {id}", session is not null, true, null));

    private static ChargingSession Credit(string id, string credits, string? session) =>
        Of(session ?? $"CDR {id}", null, 3, new SessionPart(SessionPartKind.Cdr, $"op:CDR {id}", session is not null, true, $"op:CDR {credits}"));

    private static ChargingSession Of(string sessionId, decimal? kwh, int hours, SessionPart part) => new ChargingSession
    {
        SessionId = $"op:{sessionId}",
        OperatorId = "op",
        ChargePointId = "op:1",
        PlugInAt = Noon,
        PlugOutAt = Noon.AddHours(2),
        EnergyKwh = kwh,
        LastUpdated = Noon.AddHours(hours),
        Part = part,
    }.WithDerived();
}
