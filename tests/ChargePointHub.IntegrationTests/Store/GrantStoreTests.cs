using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Access;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class GrantStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Organisation Camden = new("camden", "London Borough of Camden", OrganisationRole.Borough, null);
    private static readonly Organisation Alpha = new("alpha", "Alpha", OrganisationRole.Operator, "alpha");
    private static readonly Agreement Sharing = new("alpha-sharing", "Sharing", "alpha", Start, Start.AddDays(10));
    private static readonly Grant Sessions = new("alpha-camden", "alpha-sharing", "camden", ["charging_sessions"], ["E09000007"], Start.AddDays(1), Start.AddDays(20));

    private readonly SetClock clock = new();
    private HubDatabase hub = null!;
    private GrantStore grants = null!;
    private AccessKeys keys = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        (grants, keys) = (new GrantStore(hub.Database), new AccessKeys(hub.Database, clock));
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task What_is_applied_is_in_force_and_applying_it_again_changes_nothing()
    {
        var register = new AccessRegister([Alpha, Camden], [Sharing], [Sessions]);

        Assert.Equal(4, (await ApplyAsync(register)).Count);
        Assert.Empty(await ApplyAsync(register));
        Assert.Equal(register.All.Select(e => e.Terms), (await grants.ReadAsync(CancellationToken.None)).All.Select(e => e.Terms));
    }

    [Fact]
    public async Task What_changed_when_by_whom_stays_and_cannot_be_altered()
    {
        await ApplyAsync(new AccessRegister([Camden], [Sharing], [Sessions]), "one");
        await ApplyAsync(new AccessRegister([Camden], [Sharing], [Sessions with { Boroughs = null }]), "two");
        await ApplyAsync(new AccessRegister([Camden], [Sharing], []), "three");

        var history = await grants.ReadHistoryAsync("alpha-camden", CancellationToken.None);
        Assert.Equal(["three", "two", "one"], history.Select(h => h.ChangedBy));
        Assert.Equal([(true, false), (true, true), (false, true)], history.Select(h => (h.Before is not null, h.After is not null)));
        Assert.Contains("E09000007", history[1].Before, StringComparison.Ordinal);
        Assert.Contains("\"boroughs\":null", history[1].After, StringComparison.Ordinal);
        Assert.Equal(5, (await grants.ReadHistoryAsync(null, CancellationToken.None)).Count);
        foreach (var sql in new[] { "UPDATE access_change SET changed_by = 'x'", "DELETE FROM access_change", "TRUNCATE access_change" })
            Assert.Contains("is history", (await Assert.ThrowsAsync<PostgresException>(() => hub.OneAsync(sql))).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_an_organisation_opens_what_is_granted_while_grant_and_agreement_hold()
    {
        await ApplyAsync(new AccessRegister([Camden, Alpha], [Sharing], [Sessions]));
        var key = await MakeAsync("camden");
        var open = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", ["E09000007"])]);

        Assert.Equal(Scope.Public.Mark, (await OpensAsync(key)).Mark);
        clock.Now = Start.AddDays(1);
        Assert.Equal(open, await OpensAsync(key));
        clock.Now = Start.AddDays(10).AddTicks(-10);
        Assert.Equal(open, await OpensAsync(key));
        clock.Now = Start.AddDays(10);
        Assert.Equal(Scope.Public.Mark, (await OpensAsync(key)).Mark);

        var accepted = Assert.IsType<KeyAccepted>(await keys.VerifyAsync((await MakeAsync("alpha")).Token, CancellationToken.None));
        Assert.Equal((Alpha, Scope.Of(OrganisationRole.Operator, "alpha", [])), (accepted.Organisation, accepted.Scope));
    }

    [Fact]
    public async Task Fields_and_precision_are_kept_and_limit_what_a_key_opens()
    {
        var limited = Sessions with { ValidFrom = null, Fields = ["energy_kwh"], Precision = TimePrecision.QuarterHour };
        var bare = limited with { Id = "bare", Fields = [], Boroughs = ["E09000001"], Precision = TimePrecision.Day };
        await ApplyAsync(new AccessRegister([Camden], [Sharing], [limited, bare]));

        Assert.Equal([limited.Terms, bare.Terms], (await grants.ReadAsync(CancellationToken.None)).Grants.Select(g => g.Terms));
        Assert.Empty(await ApplyAsync(new AccessRegister([Camden], [Sharing], [limited, bare])));
        Assert.Equal(
            Scope.Of(OrganisationRole.Borough, null,
            [
                new Right("alpha", "charging_sessions", ["E09000007"], ["energy_kwh"], TimePrecision.QuarterHour), new Right("alpha", "charging_sessions", ["E09000001"], [], TimePrecision.Day),
            ]),
            await OpensAsync(await MakeAsync("camden")));
        Assert.Single(await ApplyAsync(new AccessRegister([Camden], [Sharing], [limited with { Fields = null }, bare])));
    }

    [Fact]
    public async Task A_key_keeps_to_its_organisation_through_rotation_and_ends_with_it()
    {
        await ApplyAsync(new AccessRegister([Camden], [Sharing], [Sessions]));
        var key = await MakeAsync("camden");
        var next = Assert.IsType<KeyMade>(await keys.RotateAsync(key.KeyId, clock.Now.AddDays(7), _ => null, CancellationToken.None)).Key;
        Assert.Equal(Camden, Assert.IsType<KeyAccepted>(await keys.VerifyAsync(next.Token, CancellationToken.None)).Organisation);
        Assert.All(await keys.ListAsync(CancellationToken.None), k => Assert.Equal("camden", k.OrganisationId));

        await ApplyAsync(new AccessRegister([Alpha], [], []));

        Assert.Equal(new KeyRefused(KeyFailure.Revoked), await keys.VerifyAsync(next.Token, CancellationToken.None));
        Assert.Empty(await keys.ScopesOfAsync([key.KeyId, next.KeyId], CancellationToken.None));
    }

    [Fact]
    public async Task A_key_of_nobody_is_not_made_and_one_from_before_keeps_what_stands_beside_it()
    {
        await ApplyAsync(new AccessRegister([Alpha, Camden], [], []));
        var none = Assert.IsType<NoSuchOrganisation>(await keys.CreateForAsync("camdn", "x", CancellationToken.None));
        Assert.Equal(["alpha", "camden"], none.Known);

        var before = Assert.IsType<KeyMade>(await keys.CreateAsync("before", Scope.Everything, CancellationToken.None)).Key;
        Assert.Equal("everything", await hub.OneAsync($"SELECT scope FROM access_key WHERE key_id = '{before.KeyId}' AND organisation_id IS NULL"));
        Assert.Equal(Scope.Everything, await OpensAsync(before));
    }

    private Task<IReadOnlyList<AccessDifference>> ApplyAsync(AccessRegister register, string by = "a test") => grants.ApplyAsync(register, by, clock.Now, CancellationToken.None);

    private async Task<NewAccessKey> MakeAsync(string organisation) => Assert.IsType<KeyMade>(await keys.CreateForAsync(organisation, organisation, CancellationToken.None)).Key;

    private async Task<Scope> OpensAsync(NewAccessKey key) => Assert.IsType<KeyAccepted>(await keys.VerifyAsync(key.Token, CancellationToken.None)).Scope;

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
