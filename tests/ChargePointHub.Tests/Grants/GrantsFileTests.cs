using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Access.Grants;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Store.Access;

namespace ChargePointHub.Tests.Grants;

public sealed class GrantsFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cph-grants-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_schemas_own_example_is_read_as_it_stands()
    {
        var (register, faults) = Read(PublishedSchemas.Find("config/grants")!.Read()["examples"]![0]!.ToJsonString());

        Assert.Empty(faults);
        Assert.Equal(
            [
                "London Borough of Camden, borough", "Example Charging, operator example-charging",
                "Data sharing with Example Charging, 2026 to 2028, example-charging from 2026-03-31T23:00:00.000Z to 2028-03-31T23:00:00.000Z",
                "camden reads status_changes, charging_sessions in E09000007 under example-charging-2026 from 2026-05-31T23:00:00.000Z to 2027-05-31T23:00:00.000Z",
                "camden reads charging_sessions in all of London, ids, places and times with connector_id, outcome alone, times by hour under example-charging-2026",
            ],
            register!.All.Select(e => e.Terms));
    }

    [Fact]
    public void Every_fault_of_a_file_is_found_at_its_place_at_once()
    {
        var (register, faults) = Read(
            """
            {
              "organisations": [
                { "organisation_id": "camden", "name": "Camden", "role": "borough", "operator_id": "alpha" },
                { "organisation_id": "camden", "name": "Camden", "role": "borrough" },
                { "organisation_id": "alpha", "name": "Alpha", "role": "operator" },
                { "organisation_id": "auditors", "name": "Auditors", "role": "auditor" },
                { "organisation_id": "x", "role": "gla" }
              ],
              "agreements": [
                {
                  "agreement_id": "a-1", "title": "A", "operator_id": "alpha", "valid_from": "2026-04-01", "grants": [
                    { "grant_id": "g-1", "organisation_id": "camdn", "datasets": ["sessions"], "areas": ["E09000034", "camden"] },
                    { "grant_id": "g-1", "organisation_id": "auditors", "datasets": ["charging_sessions", "charging_sessions"], "areas": ["london", "E09000007"] },
                    { "grant_id": "g-3", "organisation_id": "camden", "datasets": ["feed_quality"], "areas": ["E09000007"], "valid_from": "2026-04-01T00:00:00Z", "valid_to": "2026-04-01T00:00:00Z" },
                    { "grant_id": "g-4", "organisation_id": "alpha", "datasets": [], "areas": "london", "fields": ["energy_kwh"], "precision": "hour" },
                    { "grant_id": "g-5", "organisation_id": "camden", "datasets": ["charging_sessions", "feed_quality"], "areas": ["london"], "fields": ["energy", "plug_in_at", "outcome", "outcome"], "time_precision": "hours" },
                    { "grant_id": "g-6", "organisation_id": "camden", "datasets": ["feed_quality"], "areas": ["london"], "fields": [], "time_precision": "exact" },
                    { "grant_id": "g-7", "organisation_id": "camden", "datasets": ["status_changes"], "areas": ["london"], "fields": ["evidence"] }
                  ]
                },
                { "agreement_id": "a-1", "title": "B", "operator_id": "Beta", "grants": [] }
              ]
            }
            """);

        Assert.Null(register);
        Assert.Equal(
            [
                ("/agreements/0/grants/0/areas/0", GrantFaultCodes.UnknownArea),
                ("/agreements/0/grants/0/areas/1", GrantFaultCodes.UnknownArea),
                ("/agreements/0/grants/0/datasets/0", RegistryFaultCodes.UnknownDataset),
                ("/agreements/0/grants/0/organisation_id", GrantFaultCodes.UnknownOrganisation),
                ("/agreements/0/grants/1/areas", GrantFaultCodes.UnknownArea),
                ("/agreements/0/grants/1/datasets/1", GrantFaultCodes.DuplicateId),
                ("/agreements/0/grants/1/grant_id", GrantFaultCodes.DuplicateId),
                ("/agreements/0/grants/1/organisation_id", GrantFaultCodes.NotForRole),
                ("/agreements/0/grants/2/datasets", GrantFaultCodes.QualityOfArea),
                ("/agreements/0/grants/2/valid_to", GrantFaultCodes.EndsBeforeItStarts),
                ("/agreements/0/grants/3/areas", RegistryFaultCodes.WrongType),
                ("/agreements/0/grants/3/datasets", RegistryFaultCodes.Missing),
                ("/agreements/0/grants/3/fields/0", GrantFaultCodes.UnknownField),
                ("/agreements/0/grants/3/organisation_id", GrantFaultCodes.NotForRole),
                ("/agreements/0/grants/3/precision", RegistryFaultCodes.UnknownProperty),
                ("/agreements/0/grants/4/fields/0", GrantFaultCodes.UnknownField),
                ("/agreements/0/grants/4/fields/1", GrantFaultCodes.UnknownField),
                ("/agreements/0/grants/4/fields/3", GrantFaultCodes.DuplicateId),
                ("/agreements/0/grants/4/time_precision", GrantFaultCodes.UnknownPrecision),
                ("/agreements/0/grants/5/fields", GrantFaultCodes.NothingToLimit),
                ("/agreements/0/grants/5/time_precision", GrantFaultCodes.NothingToLimit),
                ("/agreements/0/grants/6/fields/0", GrantFaultCodes.UnknownField),
                ("/agreements/0/valid_from", RegistryFaultCodes.BadValue),
                ("/agreements/1/agreement_id", GrantFaultCodes.DuplicateId),
                ("/agreements/1/grants", RegistryFaultCodes.Missing),
                ("/agreements/1/operator_id", RegistryFaultCodes.BadSlug),
                ("/organisations/0/operator_id", GrantFaultCodes.NotForRole),
                ("/organisations/1/organisation_id", GrantFaultCodes.DuplicateId),
                ("/organisations/1/role", GrantFaultCodes.UnknownRole),
                ("/organisations/2/operator_id", RegistryFaultCodes.Missing),
                ("/organisations/4/name", RegistryFaultCodes.Missing),
                ("/organisations/4/organisation_id", RegistryFaultCodes.BadSlug),
            ],
            faults.Select(f => (f.Pointer, f.Code)).Order());
        Assert.Contains("energy_kwh", faults.Single(f => f.Pointer == "/agreements/0/grants/4/fields/0").Allowed!);
        Assert.Contains("times of events always go out", faults.Single(f => f.Pointer == "/agreements/0/grants/4/fields/1").Message, StringComparison.Ordinal);
        Assert.Contains("Was borough meant?", faults.Single(f => f.Code == GrantFaultCodes.UnknownRole).Message, StringComparison.Ordinal);
        Assert.Empty(GrantFaultCodes.All.Except(faults.Select(f => f.Code)));
    }

    [Theory]
    [InlineData("", RegistryFaultCodes.NotJson)]
    [InlineData("{\"organisations\": ", RegistryFaultCodes.NotJson)]
    [InlineData("[]", RegistryFaultCodes.WrongType)]
    public void What_is_no_such_file_is_told_so(string text, string code) => Assert.Contains(code, Read(text).Faults.Select(f => f.Code));

    [Fact]
    public void A_file_that_is_not_there_is_unreadable() =>
        Assert.Equal(RegistryFaultCodes.FileUnreadable, Assert.Single(GrantsFile.Read(Path.Combine(folder.FullName, "none.json")).Faults).Code);

    [Fact]
    public void A_difference_names_what_is_new_changed_and_ended_and_nothing_else()
    {
        var gla = new Organisation("gla", "GLA", OrganisationRole.Gla, null);
        var agreement = new Agreement("a", "A", "alpha", null, null);
        var grant = new Grant("g", "a", "gla", ["charging_sessions"], ["E09000007"], null, null);
        var now = new AccessRegister([gla], [agreement], [grant, grant with { Id = "h" }]);
        var wanted = new AccessRegister([gla with { Name = "Greater London Authority" }], [agreement], [grant with { Boroughs = ["E09000007"] }, grant with { Id = "i" }]);

        Assert.Equal(
            [("gla", "GLA, gla", "Greater London Authority, gla"), ("h", grant.Terms, null), ("i", null, grant.Terms)],
            now.To(wanted).Select(d => (d.Entry.Id, d.Before?.Terms, d.After?.Terms)));
        Assert.Empty(now.To(now));
    }

    private (AccessRegister? Register, IReadOnlyList<RegistryFault> Faults) Read(string text)
    {
        var file = Path.Combine(folder.FullName, "grants.json");
        File.WriteAllText(file, text);
        return GrantsFile.Read(file);
    }
}
