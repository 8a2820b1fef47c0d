using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class MigratorTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_second_run_applies_nothing() => Assert.Empty(await Migrator.MigrateAsync(hub.Database, CancellationToken.None));

    [Fact]
    public async Task A_changed_applied_file_is_refused_by_name()
    {
        var changed = Migrator.Embedded().Select(m => m with { Sql = m.Sql + "\n-- changed" }).ToList();
        var refused = await Assert.ThrowsAsync<MigrationException>(() => Migrator.MigrateAsync(hub.Database, Rebuilt(changed), CancellationToken.None));
        Assert.Contains("0001_hub.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_ends_of_a_checkout_are_no_change()
    {
        var windows = Migrator.Embedded().Select(m => m with { Sql = m.Sql.ReplaceLineEndings("\r\n") }).ToList();
        Assert.Empty(await Migrator.MigrateAsync(hub.Database, Rebuilt(windows), CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_and_is_tried_again()
    {
        var broken = new Migration(9000, "9000_broken.sql", "CREATE TABLE half (n int); SELECT 1 / 0");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => Migrator.MigrateAsync(hub.Database, [.. Migrator.Embedded(), broken], CancellationToken.None));
        var mended = new Migration(9000, "9000_broken.sql", "CREATE TABLE half (n int)");
        Assert.Equal(["9000_broken.sql"], await Migrator.MigrateAsync(hub.Database, [.. Migrator.Embedded(), mended], CancellationToken.None));
    }

    [Fact]
    public async Task Many_at_once_apply_each_file_once()
    {
        var more = Migrator.Embedded().Append(new Migration(9000, "9000_more.sql", "CREATE TABLE more (n int)")).ToList();
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Migrator.MigrateAsync(hub.Database, more, CancellationToken.None)));
        Assert.Equal(["9000_more.sql"], runs.SelectMany(r => r));
    }

    [Fact]
    public async Task A_database_from_a_newer_hub_is_refused()
    {
        var newer = Migrator.Embedded().Append(new Migration(9000, "9000_newer.sql", "CREATE TABLE newer (n int)")).ToList();
        await Migrator.MigrateAsync(hub.Database, newer, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<MigrationException>(() => Migrator.MigrateAsync(hub.Database, CancellationToken.None));
        Assert.Contains("newer hub", refused.Message, StringComparison.Ordinal);
    }

    // A record's copy keeps the first one's checksum; a file that is read anew has its own.
    private static List<Migration> Rebuilt(IEnumerable<Migration> files) => [.. files.Select(m => new Migration(m.Number, m.Name, m.Sql))];
}
