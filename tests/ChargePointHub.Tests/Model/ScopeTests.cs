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

    private static Scope Granted(params Right[] rights) => Scope.Of(OrganisationRole.Borough, null, rights);
}
