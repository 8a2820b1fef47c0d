using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Audit;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Model;
using ChargePointHub.Server.Bulk;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Writing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>Months as files: what is in them, for whom, and what becomes of them when something changes, is withheld or purged.</summary>
public sealed class BulkFileTests : IAsyncLifetime
{
    private const string Borough = "cph_live_borough_secret";
    private const string October = "/v1/bulk/charging-sessions/2026-10.ndjson.gz";

    private static readonly Scope InLambeth = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", ["E09000022"])]);

    private readonly ApiHost host = new();
    private readonly List<Scope> held = [Scope.Everything];

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        foreach (var (tick, at) in new[] { (1, "2026-03-15T12:00:00Z"), (2, "2026-10-15T12:00:00Z"), (3, "2026-11-20T11:55:00Z") }) await TickAsync(tick, at);
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:P2", borough: "E09000028");
        await host.AddChargePointAsync("beta:P1");
        await host.ExecuteAsync("INSERT INTO charge_point_told (operator_id, charge_point_id, tick, was_published, published, borough_gss) SELECT operator_id, charge_point_id, 1, true, true, borough_gss FROM charge_point_area");
        await host.AddTariffAsync("alpha:T1");

        // London's months begin an hour earlier while clocks stand forward: from 29 March to 25 October.
        foreach (var (id, at) in new[]
        {
            ("march-first", "2026-03-01T00:00:00Z"), ("march-last", "2026-03-31T22:59:59Z"), ("april-first", "2026-03-31T23:00:00Z"), ("september-last", "2026-09-30T22:59:59Z"),
            ("october-first", "2026-09-30T23:00:00Z"), ("october-last", "2026-10-31T23:59:59Z"), ("november-first", "2026-11-01T00:00:00Z"),
        }) await host.AddSessionAsync("alpha:" + id, At(at));
        await host.AddSessionAsync("alpha:elsewhere", At("2026-10-02T10:00:00Z"), chargePoint: "alpha:P2");
        await host.AddSessionAsync("beta:S1", At("2026-10-03T10:00:00Z"), chargePoint: "beta:P1");
        await host.AddSessionAsync("alpha:late", At("2026-10-04T10:00:00Z"), tick: 3);
        await host.ExecuteAsync("CREATE TABLE status_change_2026_10 PARTITION OF status_change FOR VALUES FROM ('2026-10-01Z') TO ('2026-11-01Z')");
        await host.AddAsync(new StatusChange { ChargePointId = "alpha:P1", OperatorId = "alpha", Status = Status.Charging, At = At("2026-10-03T10:00:00Z"), Evidence = Evidence.Event }, 1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Every_settled_month_has_the_rows_of_the_stream_of_that_month_in_both_forms()
    {
        await MakeAsync();

        var months = await MonthsAsync();
        Assert.Equal(["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"], Named(months, "charge_points"));
        Assert.Equal(["2026-03", "2026-04", "2026-09", "2026-10"], Named(months, "charging_sessions"));
        Assert.Equal(["2026-10"], Named(months, "status_changes"));
        Assert.Equal(Named(months, "charge_points"), Named(months, "tariffs"));
        Assert.Equal([2, 1, 1, 5], months.Where(m => Text(m, "dataset") == "charging_sessions").Select(m => m.GetProperty("rows").GetInt32()));
        foreach (var month in months)
        {
            var meta = month.GetProperty("meta");
            var window = meta.GetProperty("window").ValueKind == JsonValueKind.Null ? "" : $"&period={Text(month, "month")}";
            var list = $"/v1/{Text(month, "dataset").Replace('_', '-')}";
            var question = $"?as_of={Text(meta, "as_of")}{window}";
            var stream = (await host.GetAsync($"{list}{question}&format=ndjson")).Body;
            var rows = stream[..(stream.TrimEnd('\n').LastIndexOf('\n') + 1)];
            Assert.Equal(rows, await PlainAsync(month, 0));
            Assert.Equal((await host.GetAsync($"{list}.csv{question}")).Body, await PlainAsync(month, 1));
            Assert.Equal(rows.Count(c => c == '\n'), month.GetProperty("rows").GetInt32());
            var told = (await host.GetAsync($"{list}{question}")).Json.GetProperty("meta");
            Assert.Equal(told.GetProperty("completeness").GetProperty("covered_percent").GetRawText(), meta.GetProperty("completeness").GetProperty("covered_percent").GetRawText());
        }

        Assert.Equal(0, await WaitingAsync());
    }

    [Fact]
    public async Task A_month_that_changed_is_told_so_and_made_anew_after_its_time_and_no_other_is()
    {
        await MakeAsync();
        var before = await MonthsAsync();
        var tag = (await FileAsync(October)).Headers.ETag!.ToString();
        await CorrectAsync("alpha:october-first", 4);

        await MakeAsync();
        var stale = Assert.Single(await MonthsAsync(), m => m.GetProperty("stale_since").ValueKind != JsonValueKind.Null);
        Assert.Equal(("charging_sessions", "2026-10", 1, 1), (Text(stale, "dataset"), Text(stale, "month"), stale.GetProperty("revision").GetInt32(), await WaitingAsync()));
        Assert.Equal(tag, (await FileAsync(October)).Headers.ETag!.ToString());
        host.AskedAt = ApiHost.Now.AddMinutes(61);

        // An older instance beside this one counts by the files alone.
        await host.ExecuteAsync("UPDATE bulk_file SET revision = 5 WHERE dataset = 'charging_sessions' AND month = '2026-10-01'");
        await MakeAsync();

        var after = Assert.Single((await host.GetAsync("/v1/bulk?since=2026-11-20T12:30:00Z")).Data);
        Assert.Equal(("2026-10", 6, JsonValueKind.Null), (Text(after, "month"), after.GetProperty("revision").GetInt32(), after.GetProperty("stale_since").ValueKind));
        var replaced = before.Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10");
        Assert.Equal(Text(replaced.GetProperty("files")[0], "sha256"), Text(after.GetProperty("files")[0], "replaces_sha256"));
        Assert.Contains("\"energy_kwh\":33", await PlainAsync(after, 0), StringComparison.Ordinal);
        Assert.Contains("\"energy_kwh\":33", await PlainAsync(after, 0), StringComparison.Ordinal);
        Assert.Equal(before.Count, (await MonthsAsync()).Count);
        Assert.Equal(0, await WaitingAsync());
        await host.ExecuteAsync("DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM bulk_file WHERE made_at IS NULL), 'what was replaced is still there'; END $$");
    }

    [Fact]
    public async Task What_a_record_takes_from_its_charge_point_and_completeness_make_a_month_anew_and_what_comes_out_the_same_does_not()
    {
        await MakeAsync();
        host.AskedAt = ApiHost.Now.AddMinutes(61);
        await TickAsync(4, "2026-11-20T12:01:00Z");
        await host.ExecuteAsync("UPDATE charging_session SET tick = 4 WHERE session_id = 'alpha:march-last'");
        await MakeAsync();
        Assert.Empty((await host.GetAsync("/v1/bulk?since=2026-11-20T12:30:00Z")).Data);
        Assert.All(await MonthsAsync(), m => Assert.Equal(JsonValueKind.Null, m.GetProperty("stale_since").ValueKind));

        await ChangeAsync("alpha:P2", "UPDATE charge_point_area SET ward_gss = 'E05000099' WHERE charge_point_id = 'alpha:P2'", 5);
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(At("2026-10-25T00:00:00Z"), At("2026-10-26T00:00:00Z")), tick: 5);
        await host.CoverAsync("alpha", Dataset.StatusChanges, new Window(At("2026-10-25T00:00:00Z"), At("2026-10-26T00:00:00Z")), tick: 5);
        await MakeAsync();

        var anew = (await host.GetAsync("/v1/bulk?since=2026-11-20T12:30:00Z")).Data;
        Assert.Equal(
            ["charge_points 2026-03", "charge_points 2026-10", "charging_sessions 2026-10", "status_changes 2026-10"],
            anew.Select(m => $"{Text(m, "dataset")} {Text(m, "month")}").Where(m => m.EndsWith("-03", StringComparison.Ordinal) || m.EndsWith("-10", StringComparison.Ordinal)));
        Assert.Contains("E05000099", await PlainAsync(anew.Single(m => Text(m, "dataset") == "charging_sessions"), 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_operators_were_asked_only_months_that_hold_records_are_files_and_one_whose_record_moved_is_made_anew()
    {
        await host.AddSessionAsync("alpha:clock", At("2000-01-01T00:03:00Z"));
        await host.CoverAsync("alpha", Dataset.ChargingSessions, new Window(At("2026-07-10T00:00:00Z"), At("2026-11-01T00:00:00Z")));
        await MakeAsync();
        Assert.Equal(["2000-01", "2026-03", "2026-04", "2026-09", "2026-10"], Named(await MonthsAsync(), "charging_sessions"));
        await host.AddSessionAsync("beta:July", At("2026-07-11T00:03:00Z"), chargePoint: "beta:P1");
        await MakeAsync();
        Assert.Equal(["2000-01", "2026-03", "2026-04", "2026-07", "2026-08", "2026-09", "2026-10"], Named(await MonthsAsync(), "charging_sessions"));

        // The operator corrects when it was.
        await CorrectAsync("alpha:clock", 4);
        await host.ExecuteAsync("UPDATE charging_session SET plug_in_at = '2026-10-07Z' WHERE session_id = 'alpha:clock'");
        host.AskedAt = ApiHost.Now.AddMinutes(61);
        await MakeAsync();
        var (wrong, right) = ((await MonthsAsync()).Single(m => Text(m, "month") == "2000-01"), (await MonthsAsync()).Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10"));
        Assert.Equal((0, 2, 6), (wrong.GetProperty("rows").GetInt32(), wrong.GetProperty("revision").GetInt32(), right.GetProperty("rows").GetInt32()));
    }

    [Fact]
    public async Task It_was_made_when_it_is_there_and_not_when_its_last_row_was_written()
    {
        await using var withholding = new NpgsqlConnection(host.ConnectionString);
        await withholding.OpenAsync();
        NpgsqlTransaction? held = null;
        Task? letGo = null;
        await MakeAsync(async () =>
        {
            if (held is not null) return;
            held = await withholding.BeginTransactionAsync();
            await withholding.Command("SELECT FROM hub_clock FOR UPDATE").ExecuteAsync(CancellationToken.None);
            letGo = Task.Run(async () =>
            {
                while (await OneAsync("SELECT count(*) FROM pg_locks WHERE NOT granted", owner: true) == "0") await Task.Yield();
                host.AskedAt = ApiHost.Now.AddMinutes(7);
                await held.CommitAsync();
            });
        });
        await letGo!;

        Assert.All(await MonthsAsync(), m => Assert.Equal("2026-11-20T12:07:00.000Z", Text(m, "made_at")));
    }

    [Fact]
    public async Task A_purged_record_takes_every_file_along_that_may_hold_it_also_one_that_is_being_made()
    {
        await MakeAsync();
        var purge = new Purge(Dataset.ChargingSessions, "beta", "beta:S1", HidesId: false, IsMended: false, "Was personal.", "test");
        var store = new PurgeStore(host.Database);
        var tried = Assert.IsType<PurgeOutcome.Purged>(await store.TryAsync(purge, CancellationToken.None)).Rows;
        Assert.Equal(HttpStatusCode.OK, (await FileAsync(October)).StatusCode);

        var gone = Assert.IsType<PurgeOutcome.Purged>(await store.PurgeAsync(purge, CancellationToken.None));
        Assert.Equal(["bulk_chunk 2", "bulk_file 1", "bulk_form 2"], tried.Where(t => t.Table.StartsWith("bulk", StringComparison.Ordinal)).Select(t => $"{t.Table} {t.Rows}").Order());
        Assert.Equal(tried, gone.Rows);
        Assert.Equal("CPH-3006", (await host.GetAsync(October)).Code);
        Assert.Equal(HttpStatusCode.OK, (await FileAsync("/v1/bulk/charging-sessions/2026-09.ndjson.gz")).StatusCode);

        // While October is made anew, another of its records is purged.
        var other = purge with { OperatorId = "alpha", RecordId = "alpha:october-first" };
        await MakeAsync(() => store.PurgeAsync(other, CancellationToken.None));
        Assert.Equal("CPH-3006", (await host.GetAsync(October)).Code);
        await MakeAsync();

        var october = (await MonthsAsync()).Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10");
        Assert.Equal((3, 2), (october.GetProperty("rows").GetInt32(), october.GetProperty("revision").GetInt32()));
        Assert.DoesNotContain("october-first", await PlainAsync(october, 0), StringComparison.Ordinal);
        Assert.DoesNotContain("beta:S1", await PlainAsync(october, 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_withheld_is_in_no_file_from_then_on_and_what_left_a_borough_in_none_of_that_borough()
    {
        host.Granted[Borough] = InLambeth;
        held.Add(InLambeth);
        await host.GetAsync("/v1/bulk", Borough);
        await MakeAsync();
        Assert.Equal(HttpStatusCode.OK, (await FileAsync(October, Borough)).StatusCode);

        await ChangeAsync("alpha:P1", "UPDATE charge_point_area SET borough_gss = 'E09000028' WHERE charge_point_id = 'alpha:P1'", 4);
        Assert.Equal(HttpStatusCode.NotFound, (await FileAsync(October, Borough)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await FileAsync(October)).StatusCode);

        await ChangeAsync("alpha:P2", "UPDATE charge_point SET published = false WHERE charge_point_id = 'alpha:P2'", 5);
        Assert.Equal(HttpStatusCode.NotFound, (await FileAsync(October)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await FileAsync("/v1/bulk/charge-points/2026-10.csv.gz", key: null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await FileAsync("/v1/bulk/tariffs/2026-10.csv.gz", key: null)).StatusCode);
        await MakeAsync();
        Assert.Equal(2, (await MonthsAsync()).Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10").GetProperty("revision").GetInt32());
        Assert.DoesNotContain("alpha:elsewhere", Encoding.UTF8.GetString(Unpacked(await (await FileAsync(October)).Content.ReadAsByteArrayAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_has_the_files_of_its_own_rights_and_to_others_they_are_as_if_they_were_not()
    {
        host.Granted[Borough] = InLambeth;
        await MakeAsync();
        var before = await host.GetAsync(October, Borough);
        var first = await host.GetAsync("/v1/bulk", Borough);
        Assert.Equal(JsonValueKind.Null, first.Json.GetProperty("meta").GetProperty("waiting").ValueKind);
        Assert.All(first.Data, m => Assert.Contains(Text(m, "dataset"), new[] { "charge_points", "tariffs" }));
        Assert.Equal(Comparable(await host.GetAsync("/v1/bulk/charging-sessions/2021-01.ndjson.gz", Borough), "2021-01"), Comparable(before, "2026-10"));

        held.Add(InLambeth);
        await MakeAsync();
        var own = (await host.GetAsync("/v1/bulk", Borough)).Data.Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10");
        Assert.Equal(["alpha:october-first", "alpha:late", "alpha:october-last"], Ids(await PlainAsync(own, 0, Borough)));
        Assert.Equal("alpha:E09000022", own.GetProperty("meta").GetProperty("restricted_to")[0].GetString());
        Assert.Equal("0", await OneAsync("SELECT count(*)::text FROM bulk_file WHERE mark = 'everything'", InLambeth.Mark));
        Assert.NotEqual("0", await OneAsync("SELECT count(*)::text FROM bulk_file WHERE dataset = 'charging_sessions'", InLambeth.Mark));
        Assert.NotEqual("0", await OneAsync("SELECT count(*)::text FROM bulk_chunk", InLambeth.Mark));
        Assert.Equal("0", await OneAsync("SELECT (SELECT count(*) FROM bulk_chunk) + (SELECT count(*) FROM bulk_form) + (SELECT count(*) FROM bulk_file) + (SELECT count(*) FROM bulk_scope)", "nobody"));

        host.Granted[Borough] = Scope.Of(OrganisationRole.Borough, null, [new Right("alpha", "charging_sessions", ["E09000028"])]);
        Assert.Equal("CPH-3006", (await host.GetAsync(October, Borough)).Code);
        held.Remove(InLambeth);
        await MakeAsync();
        Assert.Equal("0", await OneAsync($"SELECT (SELECT count(*) FROM bulk_file WHERE mark = '{InLambeth.Mark}') + (SELECT count(*) FROM bulk_scope WHERE mark = '{InLambeth.Mark}')", InLambeth.Mark));
        Assert.Equal(HttpStatusCode.OK, (await FileAsync(October)).StatusCode);
    }

    [Fact]
    public async Task Who_is_told_times_by_the_hour_gets_files_of_the_last_whole_hour()
    {
        var hourly = Scope.Of(OrganisationRole.Gla, null, [new Right("alpha", "charging_sessions", null, [], TimePrecision.Hour)]);
        host.Granted[Borough] = hourly;
        held.Add(hourly);
        await host.GetAsync("/v1/bulk", Borough);
        await MakeAsync();
        async Task<JsonElement> OctoberAsync() => (await host.GetAsync("/v1/bulk", Borough)).Data.Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10");

        var first = await OctoberAsync();
        Assert.Equal(("2026-11-20T11:00:00.000Z", "2026-11-20T12:00:00.000Z"), (Text(first.GetProperty("meta"), "as_of"), Text(first, "made_at")));
        Assert.DoesNotContain("alpha:late", await PlainAsync(first, 0, Borough), StringComparison.Ordinal);
        Assert.DoesNotContain("energy_kwh\":12", await PlainAsync(first, 0, Borough), StringComparison.Ordinal);
        Assert.DoesNotContain("23:59:59", await PlainAsync(first, 0, Borough), StringComparison.Ordinal);

        // The record of 11:55 is told of from 12:00 on, when the hub has learnt something since.
        await TickAsync(4, "2026-11-20T12:30:00Z");
        host.AskedAt = At("2026-11-20T13:10:00Z");
        await MakeAsync();
        Assert.Contains("alpha:late", await PlainAsync(await OctoberAsync(), 0, Borough), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_maker_left_is_seen_by_nobody_and_thrown_away()
    {
        await host.GetAsync("/v1/bulk");
        var store = new BulkStore(host.Database);
        var begun = await store.BeginAsync(new BulkOrder("everything", Dataset.ChargingSessions, new DateOnly(2026, 10, 1), IsOfAreas: false), 3, CancellationToken.None);
        await store.AddChunkAsync(begun, "ndjson", 0, new byte[10], CancellationToken.None);

        Assert.Empty(await MonthsAsync());
        Assert.Equal("CPH-3006", (await host.GetAsync(October)).Code);
        await MakeAsync();
        Assert.Equal("0", await OneAsync($"SELECT count(*) FROM bulk_chunk WHERE file_id = '{begun}'", owner: true));
        Assert.Equal("0", await OneAsync("SELECT count(*) FROM bulk_file WHERE made_at IS NULL", owner: true));
        Assert.Equal(5, (await MonthsAsync()).Single(m => Text(m, "dataset") == "charging_sessions" && Text(m, "month") == "2026-10").GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task Of_two_instances_one_makes_the_files()
    {
        await host.GetAsync("/v1/bulk");
        var (isMaking, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var one = Rounds(() =>
        {
            isMaking.TrySetResult();
            return mayGoOn.Task;
        }).RunAsync(CancellationToken.None);
        await isMaking.Task;

        Assert.Null(await Rounds().RunAsync(CancellationToken.None));
        mayGoOn.SetResult();
        Assert.NotEqual(0, await one);
        Assert.Equal(0, await Rounds().RunAsync(CancellationToken.None));
        Assert.All(await MonthsAsync(), m => Assert.Equal(1, m.GetProperty("revision").GetInt32()));
    }

    [Fact]
    public async Task A_download_goes_on_where_it_was_cut_as_long_as_the_file_is_the_same()
    {
        await AddManyAsync();
        await MakeAsync();
        var whole = await FileAsync(October);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        Assert.True(bytes.Length > 2 * BulkFile.ChunkBytes, $"{bytes.Length}");
        Assert.Equal((whole.Headers.ETag!.Tag, "bytes"), ($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"", whole.Headers.AcceptRanges.Single()));

        foreach (var (from, to) in new (long From, long? To)[] { (BulkFile.ChunkBytes - 7, BulkFile.ChunkBytes + 7), (bytes.Length - 5, null), (0, 0), (10, null) })
        {
            var part = await FileAsync(October, ApiHost.Key, r => { r.Headers.Range = new RangeHeaderValue(from, to); r.Headers.IfRange = new RangeConditionHeaderValue(whole.Headers.ETag); });
            Assert.Equal((HttpStatusCode.PartialContent, bytes.Length), (part.StatusCode, (int)part.Content.Headers.ContentRange!.Length!));
            Assert.Equal(bytes[(int)from..(int)(to + 1 ?? bytes.Length)], await part.Content.ReadAsByteArrayAsync());
        }

        var other = await FileAsync(October, ApiHost.Key, r => { r.Headers.Range = new RangeHeaderValue(10, null); r.Headers.IfRange = new RangeConditionHeaderValue("\"other\""); });
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (other.StatusCode, (int)other.Content.Headers.ContentLength!));
        Assert.Equal(HttpStatusCode.NotModified, (await FileAsync(October, ApiHost.Key, r => r.Headers.IfNoneMatch.Add(whole.Headers.ETag))).StatusCode);
        var head = await FileAsync(October, ApiHost.Key, r => r.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, bytes.Length, 0), (head.StatusCode, (int)head.Content.Headers.ContentLength!, (await head.Content.ReadAsByteArrayAsync()).Length));
        var beyond = await host.GetAsync(October, headers: ("Range", $"bytes={bytes.Length}-"));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "CPH-1029", "Range: bytes=0-"), (beyond.Status, beyond.Code, beyond.Fault.GetProperty("example").GetString()));
    }

    [Fact]
    public async Task A_download_is_cut_where_its_file_is_no_more()
    {
        await AddManyAsync();
        await MakeAsync();
        await host.ExecuteAsync("DELETE FROM bulk_chunk WHERE number = 2 AND form = 'ndjson'");
        using var answer = await FileAsync(October, ApiHost.Key, headersAlone: true);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var body = await answer.Content.ReadAsStreamAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Reading_a_file_of_restricted_data_is_on_record_with_whose_records_and_how_many()
    {
        await MakeAsync();
        await FileAsync(October);
        await FileAsync(October, ApiHost.Key, r => r.Method = HttpMethod.Head);
        await FileAsync("/v1/bulk/tariffs/2026-10.ndjson.gz");

        var rows = await AuditTable.UntilClosedAsync(host.ConnectionString);
        var opened = rows.Where(r => r.Kind == AuditKind.Opened && r.Path == October).ToList();
        Assert.Equal(2, opened.Count);
        var closed = opened.Select(o => rows.Single(r => r.Kind == AuditKind.Closed && r.Opened == o.Number)).ToList();
        Assert.Equal([("alpha", 4L), ("beta", 1L)], closed[0].Operators!.Zip(closed[0].Records!));
        Assert.All(closed[1].Records!, n => Assert.Equal(0, n));
        Assert.Equal(ReadOutcome.Complete, closed[0].Outcome);
        Assert.True(closed[0].Bytes > 100);
        Assert.DoesNotContain(rows, r => r.Path?.Contains("tariffs", StringComparison.Ordinal) == true);
        Assert.Contains(rows, r => r.Path == "/v1/bulk");
    }

    [Fact]
    public async Task What_the_page_for_integrators_says_loads_every_file_and_verifies_it()
    {
        await MakeAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(ReadmeFile.Read().Root, "src", "ChargePointHub.Server", "Pages", "Content", "integrators.html"));
        var section = page[page.IndexOf("<h2 id=\"files\">", StringComparison.Ordinal)..];
        var start = section.IndexOf("<code>curl", StringComparison.Ordinal) + "<code>".Length;
        var typed = WebUtility.HtmlDecode(section[start..section.IndexOf("</code></pre>", StringComparison.Ordinal)]);
        var folder = Directory.CreateTempSubdirectory("cph-bulk-").FullName;

        var (code, said) = await ChildProgram.RunAsync($"HUB={host.Http.BaseAddress!.ToString().TrimEnd('/')} KEY={ApiHost.Key}\n{typed}", folder, TimeSpan.FromMinutes(1));
        Assert.True(code == 0, said);
        Assert.Equal(
            (await MonthsAsync()).Select(m => $"{Text(m, "dataset").Replace('_', '-')}-{Text(m, "month")}.ndjson.gz: OK").Order(StringComparer.Ordinal),
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

        // One byte of one file is another.
        await File.AppendAllTextAsync(Path.Combine(folder, "tariffs-2026-10.ndjson.gz"), "x");
        Assert.NotEqual(0, (await ChildProgram.RunAsync("sha256sum -c SHA256SUMS", folder, TimeSpan.FromMinutes(1))).Code);
        Directory.Delete(folder, recursive: true);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string> Named(IEnumerable<JsonElement> months, string dataset) => months.Where(m => Text(m, "dataset") == dataset).Select(m => Text(m, "month"));

    private static IEnumerable<string> Ids(string ndjson) => ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Text(JsonDocument.Parse(l).RootElement, "session_id"));

    /// <summary>A problem without what names the request.</summary>
    private static string Comparable(Answer answer, string month) =>
        answer.Body.Replace(Text(answer.Json, "request_id"), "", StringComparison.Ordinal).Replace(month, "", StringComparison.Ordinal);

    private static byte[] Unpacked(byte[] packed)
    {
        using var unpacking = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unpacking.CopyTo(plain);
        return plain.ToArray();
    }

    private BulkRounds Rounds(Func<Task>? beforePublishing = null)
    {
        var store = new BulkStore(host.Database);
        return new BulkRounds(
            host.Hub, store, new BulkChanges(host.Database), new BulkMaker(host.Hub, store) { BeforePublishing = beforePublishing }, _ => Task.FromResult<IReadOnlyCollection<Scope>>(held), TimeSpan.FromHours(1), NullLogger.Instance);
    }

    /// <summary>One look, after the key for everything has asked.</summary>
    private async Task MakeAsync(Func<Task>? beforePublishing = null)
    {
        await host.GetAsync("/v1/bulk");
        await Rounds(beforePublishing).RunAsync(CancellationToken.None);
    }

    private async Task<IReadOnlyList<JsonElement>> MonthsAsync() => (await host.GetAsync("/v1/bulk")).Data;

    private async Task<int> WaitingAsync() => (await host.GetAsync("/v1/bulk")).Json.GetProperty("meta").GetProperty("waiting").GetInt32();

    /// <summary>A form unpacked, after its hashes and lengths were found to be what the list says.</summary>
    private async Task<string> PlainAsync(JsonElement month, int form, string key = ApiHost.Key)
    {
        var told = month.GetProperty("files")[form];
        var packed = await (await FileAsync(Text(told, "href"), key)).Content.ReadAsByteArrayAsync();
        var plain = Unpacked(packed);
        Assert.Equal((packed.Length, plain.Length), (told.GetProperty("bytes").GetInt32(), told.GetProperty("plain_bytes").GetInt32()));
        Assert.Equal(Text(told, "sha256"), Convert.ToHexStringLower(SHA256.HashData(packed)));
        Assert.Equal(Text(told, "plain_sha256"), Convert.ToHexStringLower(SHA256.HashData(plain)));
        return Encoding.UTF8.GetString(plain);
    }

    private async Task<HttpResponseMessage> FileAsync(string path, string? key = ApiHost.Key, Action<HttpRequestMessage>? change = null, bool headersAlone = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        change?.Invoke(request);
        return await host.Http.SendAsync(request, headersAlone ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead);
    }

    private Task TickAsync(long tick, string at) => host.ExecuteAsync(
        "UPDATE hub_clock SET tick = @tick, recorded_at = @at; INSERT INTO hub_tick VALUES (@tick, @at)", ("tick", tick), ("at", At(at)));

    /// <summary>As a page writes a record that replaces another.</summary>
    private async Task CorrectAsync(string id, long tick)
    {
        await TickAsync(tick, "2026-11-20T12:01:00Z");
        await host.ExecuteAsync(
            """
            INSERT INTO charging_session_version SELECT s.operator_id, s.session_id, s.charge_point_id, s.plug_in_at, s.plug_out_at, s.energy_wh, s.last_updated, s.content_hash, s.findings, s.feed_id, s.run_id, s.tick,
                s.recorded_at, s.document, @tick, now() FROM charging_session s WHERE session_id = @id;
            UPDATE charging_session SET tick = @tick, document = replace(document::text, '"energy_kwh":12.4', '"energy_kwh":33')::json WHERE session_id = @id
            """,
            ("id", id), ("tick", tick));
    }

    /// <summary>Something that is served of a charge point changes under a tick, as those do it who write.</summary>
    private async Task ChangeAsync(string point, string sql, long number)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.Command(sql).ExecuteAsync(CancellationToken.None);
        var tick = await HubClock.NextAsync(connection, At("2026-11-20T12:00:00Z").AddMinutes(number), CancellationToken.None);
        Assert.Equal(number, tick.Number);
        await AreaStore.MarkChangeAsync(connection, tick, CancellationToken.None);
        await Announcements.OfChargePointsAsync(connection, [(point.Split(':')[0], point)], tick, CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Half a million bytes that do not pack well.</summary>
    private Task AddManyAsync() => host.ExecuteAsync(
        """
        INSERT INTO charging_session SELECT 'alpha', 'alpha:' || n, 'alpha:P1', timestamptz '2026-10-05Z' + n * interval '1 second', NULL, 12400, now(), '\x00', NULL, 'main', gen_random_uuid(), 1, now(),
            json_build_object('session_id', 'alpha:' || n, 'charge_point_id', gen_random_uuid()::text || gen_random_uuid()) FROM generate_series(1, 25000) n
        """);

    private async Task<string> OneAsync(string sql, string mark = "", bool owner = false)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        if (!owner) await connection.Command($"SET ROLE chargepointhub_reader; SELECT set_config('chargepointhub.scope', '{{\"mark\":\"{mark}\",\"open\":false,\"rights\":{{}}}}', false)").ExecuteAsync(CancellationToken.None);
        return (await connection.Command($"SELECT ({sql})::text").ListAsync(r => r.GetString(0), CancellationToken.None)).Single();
    }
}
