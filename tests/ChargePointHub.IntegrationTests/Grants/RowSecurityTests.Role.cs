using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Queries;
using Npgsql;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>The role that answers are read as, what it may read, and who makes it.</summary>
public sealed partial class RowSecurityTests
{
    [Fact]
    public async Task Answers_are_read_as_a_role_that_owns_nothing_writes_nothing_and_sees_no_keys()
    {
        await using var connection = await host.Database.OpenServingAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand("SELECT current_user::text || (SELECT count(*) FROM pg_class WHERE relowner = to_regrole(current_user))", connection);
        Assert.Equal("chargepointhub_reader0", await command.ExecuteScalarAsync());
        foreach (var sql in new[] { "SELECT 1 FROM access_key", "SELECT 1 FROM access_grant", "SELECT 1 FROM organisation", "DELETE FROM charging_session", "UPDATE hub_clock SET tick = 0", "SELECT 1 FROM status_change_2026_11" })
        {
            command.CommandText = sql;
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync())).SqlState);
        }

        Assert.Equal(["places_tick"], await new ServingCommand(connection, Scope.Everything, "SELECT name FROM hub_setting").ListAsync(r => r.GetString(0), CancellationToken.None));
    }

    /// <summary>A table that somebody lets answers read must say who may see which of its rows, or stand here as one that holds nobody's records.</summary>
    [Fact]
    public async Task Every_table_that_answers_may_read_has_row_security_or_is_known_to_be_open()
    {
        await using var hub = await HubDatabase.CreateDatabaseAsync();
        var readable = await hub.ManyAsync(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace AND has_table_privilege('chargepointhub_reader', c.oid, 'SELECT')
                AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)) ORDER BY 1
            """);
        // A view asks the scope itself.
        Assert.Equal(["coverage", "coverage_change", "derived_outage", "hub_clock", "hub_tick", "outage_reporter", "run", "status_sweep"], readable);
        Assert.Equal(
            ["0"], await hub.ManyAsync("SELECT count(*)::text FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND has_table_privilege('chargepointhub_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"));
    }

    /// <summary>What no answer may read has row security all the same, so that a grant given by mistake opens nothing; or stands here with what it holds.</summary>
    [Fact]
    public async Task Every_table_has_row_security_or_is_known_to_hold_no_operators_records()
    {
        (string Table, string Holds)[] open =
        [
            ("absence", "ids that a crawl missed"), ("access_change", "the history of rights"), ("access_grant", "rights"), ("access_key", "hashes of keys"), ("agreement", "rights"), ("bulk_revision", "how often files were made"),
            ("coverage", "what was asked"), ("coverage_change", "what was asked"), ("hub_clock", "ticks"), ("hub_tick", "ticks"), ("instance", "running hubs"),
            ("operator_lease", "running hubs"), ("organisation", "rights"), ("outage_reporter", "since when an operator reports"), ("pull_continuation", "where a pull goes on"), ("purged_record", "marks of what went"),
            ("reread", "windows to be asked again"), ("rollup_check", "that figures hold"), ("run", "what was asked"), ("schema_migration", "applied migrations"), ("status_sweep", "what was asked"), ("usage_unbuilt", "whose days are to be made"),
        ];
        await using var hub = await HubDatabase.CreateDatabaseAsync();
        Assert.Equal(open.Select(o => o.Table), await hub.ManyAsync(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity ORDER BY 1
            """));
    }

    [Fact]
    public async Task An_ordinary_account_migrates_a_database_of_its_own_and_one_that_may_make_no_role_is_told_what_to_ask_for()
    {
        await using var hub = await HubDatabase.CreateDatabaseAsync();
        var name = $"plain_{Guid.NewGuid():N}";
        var plain = new NpgsqlConnectionStringBuilder(hub.ConnectionString) { Username = name, Database = name, Pooling = false, Password = null };
        await hub.OneAsync($"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE");
        await hub.OneAsync($"CREATE DATABASE {name} OWNER {name}");
        await using (var database = ChargePointHub.Store.Database.Open(plain.ConnectionString))
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Migrator.MigrateAsync(database, CancellationToken.None));
            Assert.Contains($"GRANT chargepointhub_reader TO {name}", refused.MessageText, StringComparison.Ordinal);

            await hub.OneAsync($"GRANT chargepointhub_reader TO {name}");
            await Migrator.MigrateAsync(database, CancellationToken.None);
            Assert.Null(await new RecordQueries(database).FindChargePointAsync(["alpha:1"], Dataset.ChargePoints, Scope.Public, CancellationToken.None));
        }

        await hub.OneAsync($"DROP DATABASE {name} WITH (FORCE)");
        await hub.OneAsync($"DROP ROLE {name}");
    }

    /// <summary>Of PostgreSQL 15: from 16 on, CREATEROLE alone hands out no role that somebody else made.</summary>
    [Fact]
    public async Task An_account_that_may_make_roles_takes_the_one_that_is_there_by_itself()
    {
        await using var hub = await HubDatabase.CreateDatabaseAsync();
        var name = $"maker_{Guid.NewGuid():N}";
        var maker = new NpgsqlConnectionStringBuilder(hub.ConnectionString) { Username = name, Database = name, Pooling = false, Password = null };
        await hub.OneAsync($"CREATE ROLE {name} LOGIN NOSUPERUSER CREATEROLE");
        await hub.OneAsync($"CREATE DATABASE {name} OWNER {name}");
        await using (var database = ChargePointHub.Store.Database.Open(maker.ConnectionString))
        {
            if (int.Parse((await hub.ManyAsync("SHOW server_version_num")).Single(), CultureInfo.InvariantCulture) < 160000)
            {
                await Migrator.MigrateAsync(database, CancellationToken.None);
                Assert.Null(await new RecordQueries(database).FindChargePointAsync(["alpha:1"], Dataset.ChargePoints, Scope.Public, CancellationToken.None));
            }
            else
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => Migrator.MigrateAsync(database, CancellationToken.None));
                Assert.Contains($"GRANT chargepointhub_reader TO {name}", refused.MessageText, StringComparison.Ordinal);
            }
        }

        await hub.OneAsync($"DROP DATABASE {name} WITH (FORCE)");
        await hub.OneAsync($"DROP ROLE {name}");
    }
}
