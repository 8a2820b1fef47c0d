using ChargePointHub.Store.Embedded;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Data is opened by the major version that made it, and by no other.</summary>
public sealed class PostgresVersionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cphtest-").FullName;

    public PostgresVersionTests()
    {
        // As root the server runs as another account, which must be able to pass through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    [Theory]
    [InlineData("14", "pg_upgrade")]
    [InlineData("16", "Install PostgreSQL 16")]
    [InlineData("99", "Install PostgreSQL 99")]
    public async Task Data_of_another_major_version_is_not_opened_and_not_touched(string made, string advice)
    {
        var file = Directory.CreateDirectory(Path.Combine(folder, "data", "postgres")).FullName + "/PG_VERSION";
        await File.WriteAllTextAsync(file, made + "\n");
        var said = await RefusalAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder, "data"), Places = [.. PostgresBinaries.UsualPlaces().Where(p => !p.Contains(made, StringComparison.Ordinal))] });
        Assert.Contains($"was made by PostgreSQL {made}", said, StringComparison.Ordinal);
        Assert.Contains(advice, said, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.Equal(made + "\n", await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("PG_VERSION", "")]
    [InlineData("something-else", "text")]
    public async Task A_folder_whose_version_cannot_be_told_is_left_alone(string name, string content)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "data", "postgres")).FullName, name);
        await File.WriteAllTextAsync(file, content);
        Assert.Contains("damaged, or not a database", await RefusalAsync(HubDatabase.Asked(Path.Combine(folder, "data"))), StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file));
    }

    [NpmFact]
    public async Task Data_of_one_version_is_opened_by_that_version_where_newer_ones_are_installed()
    {
        var installed = PostgresBinaries.UsualPlaces().ToList();
        int first;
        await using (var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder, "data"), Places = installed }, CancellationToken.None))
        {
            first = server.Major;
        }

        string newer;
        await using (var other = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder, "other"), Places = [] }, CancellationToken.None))
        {
            newer = await ScalarAsync(other, "SELECT setting || '/bin' FROM pg_config WHERE name = 'BINDIR'");
        }

        await using var again = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder, "data"), Places = [newer, .. installed] }, CancellationToken.None);
        Assert.Equal(first, again.Major);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<string> RefusalAsync(EmbeddedPostgresOptions options) =>
        (await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options, CancellationToken.None))).Message;

    private static async Task<string> ScalarAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
