using ChargePointHub.Model;

namespace ChargePointHub.Tests.Model;

public sealed class ScopeTests
{
    private static readonly Right Camden = new("alpha", "charging_sessions", ["E09000007"]);
    private static readonly Right London = new("alpha", "charging_sessions", null);
    private static readonly Right Quality = new("alpha", Right.FeedQuality, null);

    [Fact]
    public void What_is_not_granted_is_not_held()
    {
        var scope = Granted(Camden);

        Assert.True(scope.Reads(Dataset.ChargePoints));
        Assert.True(scope.Reads(Dataset.ChargingSessions, "alpha"));
        Assert.False(scope.Reads(Dataset.ChargingSessions, "beta"));
        Assert.False(scope.ReadsWhole(Dataset.ChargingSessions, "alpha"));
        Assert.False(scope.Reads(Dataset.StatusChanges));
        Assert.False(scope.ReadsQuality());
        Assert.False(scope.Watches);
        Assert.Equal([("alpha", "E09000007")], scope.AreasOf(Dataset.ChargingSessions)!.Boroughs);
        Assert.Empty(scope.AreasOf(Dataset.StatusChanges)!.Operators);
        Assert.Null(scope.AreasOf(Dataset.Tariffs));
    }

    [Fact]
    public void Rights_are_the_union_of_grants_and_pan_london_takes_in_its_boroughs()
    {
        var scope = Granted(Camden, London, new Right("beta", "charging_sessions", ["E09000001", "E09000007"]));

        Assert.True(scope.ReadsWhole(Dataset.ChargingSessions, "alpha"));
        Assert.Equal(["alpha"], scope.AreasOf(Dataset.ChargingSessions)!.Operators);
        Assert.Equal([("beta", "E09000001"), ("beta", "E09000007")], scope.AreasOf(Dataset.ChargingSessions)!.Boroughs.Order());
    }

    [Fact]
    public void Findings_are_for_those_who_hold_the_records_too()
    {
        Assert.True(Granted(Quality).ReadsFindings(Dataset.ChargePoints, "alpha"));
        Assert.False(Granted(Quality).ReadsFindings(Dataset.ChargingSessions, "alpha"));
        Assert.False(Granted(Quality, Camden).ReadsFindings(Dataset.ChargingSessions, "alpha"));
        Assert.True(Granted(Quality, London).ReadsFindings(Dataset.ChargingSessions, "alpha"));
        Assert.False(Granted(Quality, London).ReadsFindings(Dataset.ChargePoints, "beta"));
        Assert.False(Granted(London).ReadsFindings(Dataset.ChargePoints, "alpha"));
    }

    [Fact]
    public void An_operator_holds_its_own_and_an_auditor_no_data_whatever_is_granted()
    {
        var own = Scope.Of(OrganisationRole.Operator, "alpha", []);
        Assert.All(Dataset.All, d => Assert.True(own.ReadsWhole(d, "alpha") && own.ReadsFindings(d, "alpha")));
        Assert.True(own.ReadsWithheld("alpha"));
        Assert.False(own.ReadsWithheld("beta"));
        Assert.False(own.Reads(Dataset.ChargingSessions, "beta"));

        var auditor = Scope.Of(OrganisationRole.Auditor, null, [London, Quality]);
        Assert.All(Dataset.All, d => Assert.False(auditor.Reads(d)));
        Assert.False(auditor.ReadsQuality() || auditor.Watches || auditor.HoldsRights);

        Assert.True(Scope.Of(OrganisationRole.Administrator, null, []).Watches);
        Assert.False(Scope.Of(OrganisationRole.Administrator, null, []).HoldsRights);
    }

    [Fact]
    public void The_same_rights_have_the_same_mark_and_others_another()
    {
        Assert.Equal(Granted(Camden, Quality).Mark, Granted(Quality, Camden, Camden).Mark);
        Assert.Equal("public", Granted().Mark);
        Scope[] all =
        [
            Scope.Public, Scope.Everything, Granted(Camden), Granted(London), Granted(Quality), Granted(Camden, Quality), Granted(new Right("alpha", "status_changes", ["E09000007"])),
            Granted(new Right("alpha", "charging_sessions", ["E09000008"])), Granted(new Right("beta", "charging_sessions", ["E09000007"])),
            Scope.Of(OrganisationRole.Operator, "alpha", []), Scope.Of(OrganisationRole.Administrator, null, []), Scope.Of(OrganisationRole.Auditor, null, []),
        ];
        Assert.Distinct(all.Select(s => s.Mark));
    }

    [Fact]
    public void What_began_under_one_scope_goes_on_under_another_that_holds_all_of_it()
    {
        Assert.True(Granted(London).Includes(Granted(Camden)));
        Assert.True(Granted(Camden, Quality).Includes(Granted(Camden)));
        Assert.True(Granted(Camden).Includes(Scope.Public));
        Assert.True(Scope.Everything.Includes(Granted(London)));
        Assert.False(Granted(Camden).Includes(Granted(London)));
        Assert.False(Granted(Camden).Includes(Granted(Camden, Quality)));
        Assert.False(Granted(London).Includes(Scope.Everything));
        Assert.False(Scope.Of(OrganisationRole.Auditor, null, []).Includes(Scope.Public));
        Assert.False(Scope.Public.Includes(Scope.Of(OrganisationRole.Administrator, null, [])));
        Assert.False(Granted([.. Right.Whole("alpha")]).Includes(Scope.Of(OrganisationRole.Operator, "alpha", [])));
    }

    [Fact]
    public void A_record_is_shown_with_the_fields_and_the_finest_times_of_all_grants_that_cover_it()
    {
        var areas = Granted(London with { Fields = ["energy_kwh"], Precision = TimePrecision.Day }, Camden with { Fields = ["outcome"], Precision = TimePrecision.Hour }).AreasOf(Dataset.ChargingSessions)!;

        Assert.Equal((TimePrecision.Hour, "energy_kwh,outcome"), Shown(areas.DetailOf("alpha", "E09000007")));
        Assert.Equal((TimePrecision.Day, "energy_kwh"), Shown(areas.DetailOf("alpha", "E09000001")));
        Assert.Equal((TimePrecision.Day, "energy_kwh"), Shown(areas.DetailOf("alpha", null)));
        Assert.False(areas.IsFull);
        Assert.Equal(["alpha"], areas.Operators);
        Assert.Empty(areas.Boroughs);

        Assert.Equal(TimePrecision.Day, areas.Coarsest(null, null));
        Assert.Equal(TimePrecision.Day, areas.Coarsest(["alpha"], ["E09000007", "E09000001"]));
        Assert.Equal(TimePrecision.Hour, areas.Coarsest(["alpha"], ["E09000007"]));
        Assert.Equal(TimePrecision.Exact, areas.Coarsest(["beta"], null));

        static (TimePrecision, string) Shown(Detail detail) => (detail.Precision, string.Join(',', detail.FieldsOf("charging_sessions")!));
    }

    [Fact]
    public void What_withholds_something_is_not_whole()
    {
        foreach (var limited in new[] { London with { Precision = TimePrecision.QuarterHour }, London with { Fields = [] } })
        {
            Assert.True(Granted(limited).Reads(Dataset.ChargingSessions, "alpha"));
            Assert.False(Granted(limited).ReadsWhole(Dataset.ChargingSessions, "alpha"));
            Assert.False(Granted(Quality, limited, Camden).ReadsFindings(Dataset.ChargingSessions, "alpha"));
            Assert.True(Granted(Quality, limited, London).ReadsFindings(Dataset.ChargingSessions, "alpha"));
        }
    }

    [Fact]
    public void Fields_and_precision_that_come_to_the_same_have_the_same_mark_and_others_another()
    {
        var hour = London with { Precision = TimePrecision.Hour };
        Assert.Equal(Granted(London).Mark, Granted(hour, London, Camden).Mark);
        Assert.Equal(Granted(London).Mark, Granted(London with { Fields = RestrictedFields.Of("charging_sessions") }).Mark);
        Assert.Equal(Granted(Quality).Mark, Granted(Quality with { Precision = TimePrecision.Day, Fields = [] }).Mark);
        Assert.Equal(Granted(hour).Mark, Granted(hour, Camden with { Precision = TimePrecision.Hour, Fields = [] }).Mark);
        Assert.Equal(
            Granted(hour with { Fields = ["outcome", "energy_kwh"] }).Mark, Granted(hour with { Fields = ["energy_kwh"] }, London with { Precision = TimePrecision.Day, Fields = ["outcome"] }).Mark);
        Assert.Distinct(new[]
        {
            Granted(London), Granted(hour), Granted(London with { Precision = TimePrecision.QuarterHour }), Granted(London with { Precision = TimePrecision.Day }), Granted(hour, Camden),
            Granted(London with { Fields = [] }), Granted(London with { Fields = ["outcome"] }), Granted(London with { Fields = ["energy_kwh"] }), Granted(hour with { Fields = ["energy_kwh"] }),
        }.Select(s => s.Mark));
    }

    [Fact]
    public void What_began_in_detail_does_not_go_on_with_less()
    {
        var (hour, bare) = (London with { Precision = TimePrecision.Hour }, London with { Fields = ["energy_kwh"] });
        Assert.True(Granted(London).Includes(Granted(hour)));
        Assert.True(Granted(London).Includes(Granted(bare)));
        Assert.True(Granted(hour, Camden).Includes(Granted(hour)));
        Assert.True(Granted(hour).Includes(Granted(Camden with { Precision = TimePrecision.Day })));
        Assert.False(Granted(hour).Includes(Granted(London)));
        Assert.False(Granted(bare).Includes(Granted(London with { Fields = ["outcome"] })));
        Assert.False(Granted(hour).Includes(Granted(Camden)));
        Assert.False(Granted(hour).Includes(Granted(hour, Camden)));
    }

    private static Scope Granted(params Right[] rights) => Scope.Of(OrganisationRole.Borough, null, rights);
}
