using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class AccessKeyTests : IAsyncLifetime
{
    private readonly SetClock clock = new();
    private HubDatabase hub = null!;
    private AccessKeys keys = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        keys = new AccessKeys(hub.Database, clock);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_key_opens_its_scope_by_token_and_by_its_two_parts()
    {
        var made = await MakeAsync("a borough");
        Assert.Equal(new KeyAccepted(made.KeyId, "a borough", Scope.Everything, null), await keys.VerifyAsync(made.Token, CancellationToken.None));
        Assert.Equal(
            new KeyAccepted(made.KeyId, "a borough", Scope.Everything, null),
            await keys.VerifyAsync(made.KeyId, made.Token[$"cph_live_{made.KeyId}_".Length..], CancellationToken.None));
        Assert.DoesNotContain(made.Token[^20..], made.ToString(), StringComparison.Ordinal);
        Assert.Equal("a borough", Assert.Single(await keys.ListAsync(CancellationToken.None)).Label);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cph_live_")]
    [InlineData("cph_live_0123456789abcdef")]
    [InlineData("cph_live_0123456789abcdef_short")]
    [InlineData("Bearer something else entirely, longer than any key would ever be, and more")]
    public async Task What_is_not_shaped_like_a_key_is_malformed(string token) =>
        Assert.Equal(new KeyRefused(KeyFailure.Malformed), await keys.VerifyAsync(token, CancellationToken.None));

    [Fact]
    public async Task A_wrong_secret_or_id_is_unknown_an_old_key_expired_and_a_withdrawn_one_revoked()
    {
        var made = await MakeAsync("x", clock.Now.AddDays(1));
        var other = await MakeAsync("y");
        var crossed = $"cph_live_{made.KeyId}_{other.Token[$"cph_live_{other.KeyId}_".Length..]}";
        Assert.Equal(new KeyRefused(KeyFailure.Unknown), await keys.VerifyAsync(crossed, CancellationToken.None));
        var nobodys = other.Token.Replace(other.KeyId, "0000000000000000", StringComparison.Ordinal);
        Assert.Equal(new KeyRefused(KeyFailure.Unknown), await keys.VerifyAsync(nobodys, CancellationToken.None));

        clock.Now = clock.Now.AddDays(1);
        Assert.Equal(new KeyRefused(KeyFailure.Expired), await keys.VerifyAsync(made.Token, CancellationToken.None));
        Assert.True(await keys.RevokeAsync(other.KeyId, CancellationToken.None));
        Assert.False(await keys.RevokeAsync(other.KeyId, CancellationToken.None));
        Assert.Equal(new KeyRefused(KeyFailure.Revoked), await keys.VerifyAsync(other.Token, CancellationToken.None));
        Assert.Equal("false", await hub.OneAsync($"SELECT bool_or(secret_hash = convert_to('{made.Token[^43..]}', 'UTF8'))::text FROM access_key"));
    }

    [Fact]
    public async Task A_holder_has_two_live_keys_and_no_third_however_many_are_asked_for_at_once()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => keys.CreateAsync("GLA", Scope.Everything, CancellationToken.None)));

        var two = made.OfType<KeyMade>().Select(m => m.Key.KeyId).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, two.Count);
        Assert.All(made.OfType<HolderHasTwoKeys>(), refused => Assert.Equal("GLA", refused.Label));
        Assert.IsType<KeyMade>(await keys.CreateAsync("TfL", Scope.Everything, CancellationToken.None));
        var full = Assert.IsType<HolderHasTwoKeys>(await keys.CreateAsync("GLA", Scope.Everything, CancellationToken.None));
        Assert.Equal(two, full.KeyIds.Order(StringComparer.Ordinal));

        await keys.RevokeAsync(two[0], CancellationToken.None);
        await MakeAsync("GLA", clock.Now.AddDays(1));
        Assert.IsType<HolderHasTwoKeys>(await keys.CreateAsync("GLA", Scope.Everything, CancellationToken.None));
        clock.Now = clock.Now.AddDays(1);
        await MakeAsync("GLA");
    }

    [Fact]
    public async Task A_successor_has_the_holder_and_rights_of_the_old_key_which_ends_when_it_was_told_to()
    {
        var old = await MakeAsync("GLA");
        var next = await RotateAsync(old.KeyId, clock.Now.AddDays(7));

        Assert.Equal(new KeyAccepted(next.KeyId, "GLA", Scope.Everything, clock.Now.AddDays(90)), await keys.VerifyAsync(next.Token, CancellationToken.None));
        Assert.Equal(new KeyAccepted(old.KeyId, "GLA", Scope.Everything, clock.Now.AddDays(7)), await keys.VerifyAsync(old.Token, CancellationToken.None));
        Assert.IsType<HolderHasTwoKeys>(await keys.RotateAsync(next.KeyId, clock.Now.AddDays(7), _ => null, CancellationToken.None));
        Assert.Equal(clock.Now.AddDays(90), (await keys.ListAsync(CancellationToken.None)).Single(k => k.KeyId == next.KeyId).ExpiresAt);

        var last = await RotateAsync(next.KeyId, clock.Now);
        Assert.Equal(new KeyRefused(KeyFailure.Expired), await keys.VerifyAsync(next.Token, CancellationToken.None));
        Assert.IsType<NoLiveKey>(await keys.RotateAsync(next.KeyId, clock.Now, _ => null, CancellationToken.None));
        clock.Now = clock.Now.AddDays(7);
        Assert.Equal(new KeyRefused(KeyFailure.Expired), await keys.VerifyAsync(old.Token, CancellationToken.None));
        Assert.IsType<KeyAccepted>(await keys.VerifyAsync(last.Token, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_does_not_live_longer_for_having_a_successor()
    {
        var old = await MakeAsync("GLA", clock.Now.AddDays(1));

        await RotateAsync(old.KeyId, clock.Now.AddDays(7));

        Assert.Equal(clock.Now.AddDays(1), (await keys.ListAsync(CancellationToken.None)).Single(k => k.KeyId == old.KeyId).ExpiresAt);
    }

    [Fact]
    public async Task Use_is_noted_once_a_minute_and_only_of_keys_that_opened_something()
    {
        var key = await MakeAsync("GLA");
        await keys.VerifyAsync(key.Token[..^4] + "AAAA", CancellationToken.None);
        Assert.Null(await LastUsedAsync());

        var first = clock.Now;
        await keys.VerifyAsync(key.Token, CancellationToken.None);
        clock.Now = first.AddSeconds(59);
        await keys.VerifyAsync(key.Token, CancellationToken.None);
        Assert.Equal(first, await LastUsedAsync());

        clock.Now = first.AddSeconds(60);
        await keys.VerifyAsync(key.Token, CancellationToken.None);
        Assert.Equal(clock.Now, await LastUsedAsync());
    }

    [Fact]
    public async Task Of_several_keys_those_that_still_open_something_are_told_with_what()
    {
        var (lasting, ending, revoked) = (await MakeAsync("a"), await MakeAsync("b", clock.Now.AddDays(1)), await MakeAsync("c"));
        string[] ids = [lasting.KeyId, ending.KeyId, revoked.KeyId, "0000000000000000"];
        await keys.RevokeAsync(revoked.KeyId, CancellationToken.None);
        Assert.Equal(new[] { lasting.KeyId, ending.KeyId }.Order(StringComparer.Ordinal), (await keys.ScopesOfAsync(ids, CancellationToken.None)).Keys.Order(StringComparer.Ordinal));

        clock.Now = clock.Now.AddDays(1);
        Assert.Equal([KeyValuePair.Create(lasting.KeyId, Scope.Everything)], await keys.ScopesOfAsync(ids, CancellationToken.None));
    }

    private async Task<NewAccessKey> MakeAsync(string label, DateTimeOffset? expiresAt = null) =>
        Assert.IsType<KeyMade>(await keys.CreateAsync(label, Scope.Everything, CancellationToken.None, expiresAt)).Key;

    private async Task<NewAccessKey> RotateAsync(string keyId, DateTimeOffset keepUntil) =>
        Assert.IsType<KeyMade>(await keys.RotateAsync(keyId, keepUntil, old => old.CreatedAt.AddDays(90), CancellationToken.None)).Key;

    private async Task<DateTimeOffset?> LastUsedAsync() => Assert.Single(await keys.ListAsync(CancellationToken.None)).LastUsedAt;

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Noon;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
