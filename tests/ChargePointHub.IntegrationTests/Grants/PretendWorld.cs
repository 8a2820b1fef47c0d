using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>Something that happened in two worlds: at the same place in the same units of time, and otherwise not alike.</summary>
/// <param name="UnitsBack">Before the unit that is asked in; 0: in it, so that nobody who is told times by units may know.</param>
/// <param name="LearntUnitsBack">When the hub learnt it; 0: in the unit that is asked in.</param>
/// <param name="IsCorrected">There was a version before, which the hub learnt a unit earlier.</param>
internal sealed record Happening(bool IsSession, int Point, int UnitsBack, int UnitsLong, int LearntUnitsBack, bool IsCorrected, Status Status, Evidence Evidence, int Seed);

/// <summary>One of two worlds that differ in what a reader is not shown, and in nothing else.</summary>
/// <param name="number">0 or 1.</param>
internal sealed class PretendWorld(ApiHost host, int number)
{
    public static readonly DateTimeOffset AskedAt = new(2026, 11, 20, 12, 34, 56, 789, TimeSpan.Zero);

    /// <summary>The first two are alpha's in Camden and in Lambeth.</summary>
    public static readonly (string Id, string Borough)[] Points = [("alpha:C1", "E09000007"), ("alpha:L1", "E09000022"), ("alpha:L2", "E09000022")];

    private TimePrecision unit;
    private Func<string, Detail> detailOf = _ => Detail.Full;

    public ApiHost Host => host;

    public async Task BeginAsync()
    {
        await host.InitializeAsync();
        host.AskedAt = AskedAt;
        foreach (var (id, borough) in Points) await host.AddChargePointAsync(id, borough);
        await host.AddTariffAsync("alpha:T1");
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(AskedAt.AddDays(-9), AskedAt.AddHours(-1)));
        await host.ExecuteAsync("CREATE TABLE status_change_2026_11 PARTITION OF status_change FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z')");
        await host.ExecuteAsync("INSERT INTO hub_setting (name, value) VALUES ('places_tick', int8send(1))");
    }

    /// <param name="precision">The coarsest that the reader is told times in; exact: times are alike, and ticks too.</param>
    /// <param name="detail">What the reader is shown of records of a charge point.</param>
    public async Task FillAsync(IReadOnlyList<Happening> happenings, TimePrecision precision, Func<string, Detail> detail)
    {
        (unit, detailOf) = (precision, detail);
        await host.ExecuteAsync("TRUNCATE charging_session, charging_session_version, status_change, hub_tick; DELETE FROM quarantine");
        for (var tick = 1; tick <= 6; tick++) await TickAsync(tick, Jittered(UnitBack(7 - tick), tick, precision));

        // Since the unit began one of them has learnt more than the other.
        var newest = unit == TimePrecision.Exact ? 6 : 7 + number;
        for (var tick = 7; tick <= newest; tick++) await TickAsync(tick, AskedAt.AddSeconds(tick - 20));
        await host.ExecuteAsync("UPDATE hub_clock SET tick = @tick, recorded_at = @at", ("tick", (long)newest), ("at", AskedAt.AddSeconds(newest - 20)));
        foreach (var (happening, n) in happenings.Select((h, n) => (h, n)))
        {
            if (happening.IsSession) await AddSessionAsync(happening, n);
            else await AddStatusChangeAsync(happening);
        }

        // What was refused holds what is not shown; how much there is is told where times are exact alone.
        for (var n = 0; n < (unit == TimePrecision.Exact ? 1 : 1 + number); n++)
        {
            await host.ExecuteAsync(
                "INSERT INTO quarantine VALUES ('alpha', 'charging_sessions', @id, '\\x00', NULL, @findings::json, 'main', @run, 1, @event, @at, @document::json)",
                ("id", $"X{n}"), ("findings", $$"""[{"rule":"time-missing","severity":"error","pointer":"/{{number}}","message":"m"}]"""), ("run", Guid.Empty), ("event", Jittered(UnitBack(2), n, unit)),
                ("at", Jittered(UnitBack(2), n, unit)), ("document", $$"""{"charge_point_id":"C1","energy_kwh":{{number}}}"""));
        }
    }

    private async Task AddSessionAsync(Happening h, int n)
    {
        var (id, _) = Points[h.Point];
        var detail = detailOf(id);
        var tick = TickOf(h);
        if (h.IsCorrected && tick > 1) await host.AddAsync(Session($"alpha:S{n}", h with { Seed = h.Seed + 1, UnitsLong = 0 }, detail), Math.Min(tick - 1, 6), tick);
        await host.AddAsync(Session($"alpha:S{n}", h, detail), tick, null);
    }

    private ChargingSession Session(string sessionId, Happening h, Detail detail)
    {
        var shown = new Random(h.Seed);
        var hidden = new Random((h.Seed * 2) + number);
        var end = h.UnitsLong == 0 ? (int?)null : Math.Max(0, h.UnitsBack - h.UnitsLong);
        return new ChargingSession
        {
            SessionId = sessionId,
            OperatorId = "alpha",
            ChargePointId = Points[h.Point].Id,
            ConnectorId = Field("connector_id").Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture),
            PlugInAt = At(h.UnitsBack, 1)!.Value,
            PlugOutAt = At(end, 2),
            ChargeStartAt = At(h.UnitsBack, 3),
            ChargeEndAt = At(end, 4),
            ChargingMinutes = detail.Precision == TimePrecision.Exact ? Field("charging_minutes").Next(100) : hidden.Next(10_000) / 100m,
            EnergyKwh = Field("energy_kwh").Next(50_000) / 1000m,
            PeakKw = Field("peak_kw").Next(50),
            CostIncVat = Field("cost_inc_vat").Next(50),
            UserType = (UserType)Field("user_type").Next(3),
            Outcome = Field("outcome").Next(2) == 0 ? Outcome.Success : Outcome.Failed,
            EndedBy = Field("ended_by").Next(2) == 0 ? "DRIVER" : "OPERATOR",
            LastUpdated = At(Math.Min(h.UnitsBack, h.LearntUnitsBack + 1), 5)!.Value,
        }.WithDerived();

        // Alike in both where it is shown; for each field anew, so that no field tells of another.
        Random Field(string name) => new((detail.Hides(name) ? hidden : shown).Next() + name.Length);

        DateTimeOffset? At(int? unitsBack, int salt) => unitsBack is { } back ? Jittered(UnitBack(back), (h.Seed * 10) + salt, detail.Precision) : null;
    }

    private Task AddStatusChangeAsync(Happening h)
    {
        var precision = detailOf(Points[h.Point].Id).Precision;
        return host.AddAsync(
            new StatusChange
            {
                ChargePointId = Points[h.Point].Id,
                OperatorId = "alpha",
                Status = h.Status,
                At = Jittered(UnitBack(h.UnitsBack), h.Seed, precision),
                ReportedAt = h.UnitsLong == 0 ? null : Jittered(UnitBack(Math.Max(0, h.UnitsBack - h.UnitsLong)), h.Seed + 7, precision),
                Evidence = h.Evidence,
            },
            TickOf(h));
    }

    /// <summary>6 is the last before the unit that is asked in.</summary>
    private long TickOf(Happening h) => unit == TimePrecision.Exact ? Math.Min(6, 7 - Math.Min(h.LearntUnitsBack, 6)) : h.LearntUnitsBack == 0 ? 7 + number : 7 - Math.Min(h.LearntUnitsBack, 6);

    private Task TickAsync(long tick, DateTimeOffset at) => host.ExecuteAsync("INSERT INTO hub_tick VALUES (@tick, @at)", ("tick", tick), ("at", at));

    private DateTimeOffset UnitBack(int units)
    {
        var precision = unit == TimePrecision.Exact ? TimePrecision.Hour : unit;
        var at = precision.Cut(AskedAt);
        for (; units > 0; units--) at = precision.Cut(at.AddTicks(-1));
        return at;
    }

    /// <summary>Within its unit: anywhere in it, another place in each world. Not after what is now.</summary>
    private DateTimeOffset Jittered(DateTimeOffset at, int seed, TimePrecision precision)
    {
        // What is shown exactly lies in the same instant in both worlds.
        var random = precision == TimePrecision.Exact ? new Random(seed) : new Random((seed * 2) + number);
        var (from, whole) = precision == TimePrecision.Exact ? (at, TimePrecision.Hour.Next(at)) : (precision.Cut(at), precision.Next(at));
        var to = whole < AskedAt ? whole : AskedAt;
        return Instants.ToStoredResolution(from + ((to - from) * random.NextDouble()));
    }
}
