using System.Text.Json;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Commands;

/// <summary><c>import submission</c>: a file becomes records, quarantine, coverage and a report.</summary>
public sealed class ImportTests : IAsyncLifetime, IDisposable
{
    private const string Header = "Session,Charger,In,Out,kWh\n";

    private static readonly Window Quarter = LondonCalendar.Quarter(2026, 3);

    private readonly HubProgram hub = new();
    private HubDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        await File.WriteAllTextAsync(Path.Combine(hub.Folder, "operators", "mill.json"), """
            {"operator_id": "mill", "name": "Mill", "feeds": [
             {"feed_id": "list", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [
              {"dataset": "charge_points", "mapping": {"fields": {"charge_point_id": "/Id", "latitude": "/Lat", "longitude": "/Lon", "max_power_kw": "/kW"}}}]},
             {"feed_id": "sessions", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [
              {"dataset": "charging_sessions", "axis": "plug_in_at", "mapping": {"fields": {"session_id": "/Session", "charge_point_id": "/Charger", "plug_in_at": "/In",
               "plug_out_at": "/Out", "energy_kwh": "/kWh"}}}]},
             {"feed_id": "usage", "protocol": "csv-v1", "zone": "Europe/London", "datasets": [
              {"dataset": "reported_usage", "mapping": {"fields": {"group": {"constant": "charge_point"}, "charge_point_id": "/Charger", "sessions": "/Sessions", "energy_kwh": "/kWh"}}}]}]}
            """);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task A_file_becomes_records_quarantine_and_coverage_and_again_it_changes_nothing()
    {
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("q3.csv", Header + "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\nS2,CP1,2026-07-02T09:30:00Z,2026-07-02T08:30:00Z,3\nS3,CP9,2026-07-02T09:30:00Z,2026-07-02T11:30:00Z,20\n");
        // A hub collects from the operator meanwhile.
        Assert.NotNull(await new OperatorLeases(database.Database).TryTakeAsync(Guid.NewGuid(), "mill", CancellationToken.None));

        await hub.JsonAsync(Line("list.csv", "charge_points"));
        var dry = await hub.JsonAsync($"{Line("q3.csv")} --dry-run");
        Assert.Empty(await CoveredAsync());
        var (code, text, _) = await hub.RunAsync(Line("q3.csv"));
        var (again, _, remark) = await hub.RunAsync(Line("q3.csv"));

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Equal((3, 2, 1), (dry.GetProperty("rows_read").GetInt32(), dry.GetProperty("accepted").GetInt32(), dry.GetProperty("refused").GetInt32()));
        Assert.Equal(JsonValueKind.Null, dry.GetProperty("written").ValueKind);
        Assert.Contains("Records: 1 new, 0 changed, 0 known already; 1 sessions wait until their charge point is known.", text, StringComparison.Ordinal);
        Assert.Contains("error session-ends-before-start, found 1: A session ends before it starts. Check clock and zone.\n  line 3, Out: ", text, StringComparison.Ordinal);
        Assert.Equal([Quarter], await CoveredAsync());
        Assert.Equal(["mill:S1"], await SessionsAsync());
        Assert.Equal((int)ExitCode.Refused, again);
        Assert.Contains("This very file came already", remark, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM run WHERE kind = 'submission' AND dataset = 'charging_sessions'"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM quarantine WHERE dataset = 'charging_sessions' AND findings::text LIKE '%/3/Out%'"));
    }

    [Fact]
    public async Task A_dry_run_shows_the_first_rows_field_by_field_as_feeds_try_does()
    {
        Write("q3.csv", Header + "S1,CP1,2026-07-01T09:30:00+01:00,2026-07-01T11:30:00Z,12.50\nS2,CP1,2026-07-02T09:30:00Z,2026-07-02T08:30:00Z,3\nS3,CP9,2026-07-02T09:30:00Z,2026-07-02T11:30:00Z,20\n");

        var (_, text, _) = await hub.RunAsync($"{Line("q3.csv")} --dry-run");

        Assert.Matches(@"plug_in_at +""2026-07-01T08:30:00\.000Z""\s+<- /In: ""2026-07-01T09:30:00\+01:00""", text);
        Assert.Matches(@"energy_kwh +12\.5\d*  <- /kWh: ""12\.50""", text);
        Assert.Matches(@"session_id +""mill:S3""  <- /Session: ""S3""", text);
        Assert.DoesNotContain("mill:S2", text, StringComparison.Ordinal);
        Assert.Contains("A dry run: nothing has been written.", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("<- /Session", StringComparison.Ordinal) < text.IndexOf("rows read 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_corrected_file_makes_versions_and_a_file_that_is_not_whole_claims_nothing()
    {
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("cut.csv", Header + "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\nS2,CP1,2026-0");
        Write("whole.csv", Header + "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,13\nS2,CP1,2026-07-02T09:30:00Z,2026-07-02T10:30:00Z,3\n");

        await hub.JsonAsync(Line("list.csv", "charge_points"));
        var cut = await hub.JsonAsync(Line("cut.csv"));
        Assert.Empty(await CoveredAsync());
        var (code, _, _) = await hub.RunAsync(Line("whole.csv"));

        Assert.Equal(("cut", 3), (cut.GetProperty("fault").GetProperty("code").GetString(), cut.GetProperty("fault").GetProperty("line").GetInt32()));
        Assert.Equal(JsonValueKind.Null, cut.GetProperty("claimed").ValueKind);
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Equal([Quarter], await CoveredAsync());
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM charging_session_version WHERE session_id = 'mill:S1'"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM run WHERE kind = 'submission' AND outcome = 'failed' AND failure = 'truncated'"));
    }

    [Fact]
    public async Task Of_a_file_that_was_misread_no_row_is_kept_and_all_of_it_is_told()
    {
        static string Rows(string month) => string.Concat(Enumerable.Range(0, 1500).Select(i => $"S{i},CP1,{month}-01T09:30:00Z,{month}-01T11:30:00Z,12.5\n"));
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("misread.csv", Header + "S,CP1,yesterday,,\n" + Rows("2026-01"));
        Write("right.csv", Header + Rows("2026-07"));

        await hub.JsonAsync(Line("list.csv", "charge_points"));
        var misread = await hub.JsonAsync(Line("misread.csv"));
        var left = (await SessionsAsync()).Count + await CountAsync("SELECT count(*) FROM quarantine");
        var covered = await CoveredAsync();
        var right = await hub.JsonAsync(Line("right.csv"));

        Assert.Equal(("period_wrong", 1501, 1500, 1), (misread.GetProperty("fault").GetProperty("code").GetString(), Number(misread, "rows_read"), Number(misread, "accepted"), Number(misread, "refused")));
        Assert.Contains(misread.GetProperty("findings").EnumerateArray(), f => f.GetProperty("rule").GetString() == "time-unusable");
        Assert.Equal(0, left);
        Assert.Empty(covered);
        Assert.Equal(1500, Number(right.GetProperty("written"), "added"));
    }

    [Fact]
    public async Task A_file_of_column_names_alone_of_a_period_under_way_says_what_it_covers_and_what_not()
    {
        var year = DateTimeOffset.UtcNow.Year.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Write("none.csv", Header);

        var (code, text, _) = await hub.RunAsync(Line("none.csv").Replace("2026-Q3", year, StringComparison.Ordinal));

        Assert.Equal((int)ExitCode.Done, code);
        Assert.Contains($" has come, when this file first came; of the rest of {year} send a new one.\n", text, StringComparison.Ordinal);
        Assert.Contains("warning no-rows, found 1: ", text, StringComparison.Ordinal);
        Assert.Contains("\n  line 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_files_that_do_not_say_when_their_rows_changed_the_later_holds_also_where_a_session_ends_earlier_or_waits()
    {
        const string wrong = "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\nS2,CP9,2026-07-02T09:30:00Z,2026-07-02T11:30:00Z,20\nS3,CP9,2026-07-03T09:30:00Z,2026-07-03T11:30:00Z,20\n";
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("both.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\nCP9,51.5,-0.1,22\n");
        Write("wrong.csv", Header + wrong);
        Write("right.csv", Header + wrong.Replace("T11:30", "T10:30", StringComparison.Ordinal).Replace("S3,CP9", "S3,CP1", StringComparison.Ordinal));

        await hub.JsonAsync(Line("list.csv", "charge_points"));
        await hub.JsonAsync(Line("wrong.csv"));
        var corrected = (await hub.JsonAsync(Line("right.csv"))).GetProperty("written");
        await hub.JsonAsync(Line("both.csv", "charge_points"));

        Assert.Equal((1, 1, 0, 1), (Number(corrected, "added"), Number(corrected, "changed"), Number(corrected, "late"), Number(corrected, "waiting")));
        Assert.Equal(["mill:S1 CP1 10:30", "mill:S2 CP9 10:30", "mill:S3 CP1 10:30"], await ReadAsync(
            "SELECT session_id || ' ' || substr(charge_point_id, 6) || ' ' || to_char(plug_out_at AT TIME ZONE 'UTC', 'HH24:MI') FROM charging_session ORDER BY 1", r => r.GetString(0)));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM charging_session_version"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM quarantine"));
    }

    [Fact]
    public async Task A_row_that_is_older_than_what_there_is_and_one_that_was_purged_are_counted_apart()
    {
        const string header = "Session,Charger,In,Out,kWh,Changed\n";
        var file = Path.Combine(hub.Folder, "operators", "mill.json");
        File.WriteAllText(file, (await File.ReadAllTextAsync(file)).Replace("\"energy_kwh\": \"/kWh\"", "\"energy_kwh\": \"/kWh\", \"last_updated\": \"/Changed\"", StringComparison.Ordinal));
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("new.csv", header + "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5,2026-08-02T00:00:00Z\n");
        Write("old.csv", header + "S1,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,11,2026-08-01T00:00:00Z\nS2,CP1,2026-07-01T19:30:00Z,2026-07-01T21:30:00Z,11,2026-08-01T00:00:00Z\n");

        await hub.JsonAsync(Line("list.csv", "charge_points"));
        await hub.JsonAsync(Line("new.csv"));
        await new PurgeStore(database.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "mill", "mill:S2", HidesId: false, IsMended: false, "x", "x"), CancellationToken.None);
        var (_, text, _) = await hub.RunAsync(Line("old.csv"));

        Assert.StartsWith("mill charging_sessions 2026-Q3: rows read 2, accepted 1, refused 0\nRecords: 0 new, 0 changed, 1 older than what there is, 0 known already; 1 were purged and are kept out.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_purged_row_that_comes_again_no_report_shows_a_value()
    {
        const string row = "ann@example.org,CP1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\n";
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("again.csv", Header + row + row + "S2,CP1,2026-07-02T09:30:00Z,2026-07-02T08:30:00Z,3\n");
        await hub.JsonAsync(Line("list.csv", "charge_points"));
        await new PurgeStore(database.Database).PurgeAsync(new Purge(Dataset.ChargingSessions, "mill", "mill:ann@example.org", HidesId: true, IsMended: false, "x", "x"), CancellationToken.None);

        var told = await hub.JsonAsync(Line("again.csv"));

        Assert.Equal((3, 0, 1, 1), (told.GetProperty("rows_read").GetInt32(), told.GetProperty("accepted").GetInt32(), told.GetProperty("refused").GetInt32(), Number(told.GetProperty("written"), "kept_out")));
        Assert.Equal(["session-ends-before-start 1", "session-late 1"], told.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("rule")} {f.GetProperty("count")}"));
        Assert.DoesNotContain("ann@example", Assert.Single(await ReadAsync("SELECT report::text FROM submission WHERE dataset = 'charging_sessions'", r => r.GetString(0))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_charge_points_forgets_rows_that_it_refused_before_and_is_not_turned_back_by_an_older_one()
    {
        Write("wrong.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\nCP2,51.5,-0.1,7,7\n");
        Write("right.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,22\nCP2,51.5,-0.1,7\n");
        Write("old.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,3.7\n");

        await hub.JsonAsync(Line("wrong.csv", "charge_points"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM quarantine"));
        await hub.JsonAsync(Line("right.csv", "charge_points"));
        var old = await hub.JsonAsync(Line("old.csv", "charge_points").Replace("2026-Q3", "2026-Q2", StringComparison.Ordinal));

        Assert.Equal(0, await CountAsync("SELECT count(*) FROM quarantine"));
        Assert.Equal("superseded", old.GetProperty("fault").GetProperty("code").GetString());
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM charge_point WHERE charge_point_id = 'mill:CP1' AND max_power_kw = 22"));
        Assert.Equal([Quarter.From], (await new CoverageStore(database.Database).ReadAsync("mill", Dataset.ChargePoints, CancellationToken.None)).Covered.Select(w => w.From));
    }

    [Fact]
    public async Task A_list_of_a_whole_year_locks_no_later_quarter_out()
    {
        Write("year.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("q3.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,22\n");
        string Of(string file, string period) => Line(file, "charge_points").Replace("2026-Q3", period, StringComparison.Ordinal);

        await hub.JsonAsync(Of("year.csv", "2026"));
        var quarter = await hub.JsonAsync(Of("q3.csv", "2026-Q3"));
        var first = await hub.JsonAsync(Of("q3.csv", "2026-Q1"));
        var year = await hub.JsonAsync(Of("year.csv", "2026-Q2"));

        Assert.Equal(JsonValueKind.Null, quarter.GetProperty("fault").ValueKind);
        Assert.Equal(JsonValueKind.Null, first.GetProperty("fault").ValueKind);
        Assert.Equal("superseded", year.GetProperty("fault").GetProperty("code").GetString());
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM charge_point WHERE charge_point_id = 'mill:CP1' AND max_power_kw = 22"));
    }

    [Fact]
    public async Task Reported_figures_are_of_the_stated_period_corrected_by_a_later_file_and_never_of_one_that_is_not_over()
    {
        Write("list.csv", "Id,Lat,Lon,kW\nCP1,51.5,-0.1,7\n");
        Write("usage.csv", "Charger,Sessions,kWh\nCP1,10,200\nCP2,-4,50\nCP1,11,200\n");
        Write("mended.csv", "Charger,Sessions,kWh\nCP1,12,210\nCP2,4,50\n");
        await hub.JsonAsync(Line("list.csv", "charge_points"));

        var (code, text, _) = await hub.RunAsync(Line("usage.csv", "reported_usage"));
        var mended = await hub.JsonAsync(Line("mended.csv", "reported_usage"));
        var running = await hub.JsonAsync(Line("mended.csv", "reported_usage").Replace("2026-Q3", DateTimeOffset.UtcNow.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("error usage-negative, found 1: ", text, StringComparison.Ordinal);
        Assert.Contains("warning duplicate-id-differs, found 1: ", text, StringComparison.Ordinal);
        Assert.Equal((1, 1, 0), (mended.GetProperty("written").GetProperty("added").GetInt32(), mended.GetProperty("written").GetProperty("changed").GetInt32(), mended.GetProperty("refused").GetInt32()));
        Assert.Equal(1, mended.GetProperty("written").GetProperty("unplaced").GetInt32());
        Assert.Contains("Records: 1 new, 0 changed, 0 known already.", text, StringComparison.Ordinal);
        Assert.Equal("period_not_over", running.GetProperty("fault").GetProperty("code").GetString());
        Assert.Equal([Quarter], (await new CoverageStore(database.Database).ReadAsync("mill", Dataset.ReportedUsage, CancellationToken.None)).Covered);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM quarantine"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM reported_usage_version WHERE reported_usage_id = 'mill:charge_point/CP1/2026-Q3' AND energy_wh = 200000"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM reported_usage, json_array_elements(findings) f WHERE reported_usage_id = 'mill:charge_point/CP2/2026-Q3' AND f->>'rule' = 'usage-charge-point-unknown'"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM charging_session"));
    }

    [Theory]
    [InlineData("import submission none.csv --operator mill --period 2026-Q3", "none.csv is no file.")]
    [InlineData("import submission operators/mill.json --operator mil --period 2026-Q3", "There is no operator file of 'mil'. Was mill meant?")]
    [InlineData("import submission operators/mill.json --operator mill --period 2026-Q3", "mill hands in several datasets; say which with --dataset: charge_points, charging_sessions, reported_usage.")]
    [InlineData("import submission operators/mill.json --operator mill --period 2026-Q3 --dataset tariffs", "mill hands in no tariffs. It hands in: charge_points, charging_sessions, reported_usage.")]
    [InlineData("import submission operators/mill.json --operator mill --period Q3-2026 --dataset charging_sessions", "--period is 'Q3-2026'; it must be")]
    [InlineData("import submission operators/mill.json --operator mill --period 2098 --dataset charging_sessions", "--period 2098 has not begun.")]
    public async Task Wrong_use_is_said_in_a_sentence(string line, string expected)
    {
        var (code, _, error) = await hub.RunAsync(line);

        Assert.Equal((int)ExitCode.WrongUse, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private string Line(string file, string dataset = "charging_sessions") =>
        $"import submission {file} --operator mill --period 2026-Q3 --dataset {dataset} --database '{database.ConnectionString}'";

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(hub.Folder, file), text);

    private async Task<IReadOnlyList<Window>> CoveredAsync() => [.. (await new CoverageStore(database.Database).ReadAsync("mill", Dataset.ChargingSessions, CancellationToken.None)).Covered];

    private static int Number(JsonElement written, string name) => written.GetProperty(name).GetInt32();

    private async Task<List<string>> SessionsAsync() => await ReadAsync("SELECT session_id FROM charging_session ORDER BY 1", r => r.GetString(0));

    private async Task<long> CountAsync(string sql) => (await ReadAsync(sql, r => r.GetInt64(0))).Single();

    private async Task<List<T>> ReadAsync<T>(string sql, Func<Npgsql.NpgsqlDataReader, T> read)
    {
        await using var connection = new Npgsql.NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }
}
