using System.Text;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Store;
using Npgsql;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>What is purged is nowhere, and does not come back; everything else stays and goes on coming.</summary>
public sealed class PurgeTests : IAsyncLifetime
{
    private static readonly Finding Wrong = new("energy-negative", Severity.Error, "/energy_kwh", "-1", "Energy is negative.");

    private HubDatabase hub = null!;
    private PageWriter writer = null!;
    private PurgeStore store = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        (writer, store) = (new PageWriter(hub.Database), new PurgeStore(hub.Database));
        await WriteAsync(Points("1", "2"));
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_session_goes_with_its_versions_and_what_was_refused_under_its_id_and_stays_out()
    {
        var page = Sessions(Session("ann@example.org"), Session("b"));
        await WriteAsync(page);
        await WriteAsync(Sessions(Session("ann@example.org", kwh: 9, lastUpdated: Noon.AddHours(3))));
        var refused = Page(new RecordPage { Refused = [new RefusedRecord(Dataset.ChargingSessions, "ann@example.org", "{}"u8.ToArray(), [Wrong])] });
        await WriteAsync(refused);
        var purge = Of(Dataset.ChargingSessions, "ann@example.org") with { HidesId = true };

        var tried = Gone(await store.TryAsync(purge, CancellationToken.None)).Rows;
        var tick = await hub.OneAsync("SELECT tick FROM hub_clock");
        Assert.Equal("2", await hub.OneAsync("SELECT count(*) FROM charging_session"));
        var gone = Gone(await store.PurgeAsync(purge, CancellationToken.None));
        Assert.NotEqual(tick, await hub.OneAsync("SELECT tick FROM hub_clock"));
        Assert.Equal("true", await hub.OneAsync("SELECT (value = int8send(tick))::text FROM hub_clock, hub_setting WHERE name = 'places_tick'"));
        await WriteAsync(page);
        await WriteAsync(refused);
        await WriteAsync(Sessions(Session("c")));

        Assert.Equal(["charging_session 1", "charging_session_version 1", "quarantine 1"], tried.Select(t => $"{t.Table} {t.Rows}"));
        Assert.Equal(tried, gone.Rows);
        Assert.Equal(["char-gy:b", "char-gy:c"], await hub.ManyAsync("SELECT session_id FROM charging_session ORDER BY 1"));
        Assert.DoesNotContain("ann@example", await EverythingAsync(), StringComparison.Ordinal);
        Assert.IsType<PurgeOutcome.Before>(await store.PurgeAsync(purge, CancellationToken.None));
    }

    [Fact]
    public async Task A_charge_point_takes_along_what_happened_there()
    {
        var crawl = Points("1", "2") with { Areas = new Dictionary<string, AreaCodes> { [$"{Operator}:1"] = AreaCodes.None, [$"{Operator}:2"] = AreaCodes.None } };
        await WriteAsync(crawl);
        await WriteAsync(Changes(Change(Noon, Status.Charging), Change(Noon, Status.Charging, "2")));
        await WriteAsync(Sessions(Session("a"), Session("b", "2")));

        await store.PurgeAsync(Of(Dataset.ChargePoints, "1"), CancellationToken.None);
        await WriteAsync(crawl);
        await WriteAsync(Changes(Change(Noon.AddHours(1), Status.Available), Change(Noon.AddHours(1), Status.Available, "2")));
        await WriteAsync(Sessions(Session("a"), Session("d"), Session("e", "2")));
        await WriteAsync(Seen(Noon.AddHours(8), Status.Available));

        Assert.Equal(["char-gy:2"], await hub.ManyAsync("SELECT DISTINCT charge_point_id FROM charge_point UNION SELECT charge_point_id FROM charge_point_status UNION SELECT charge_point_id FROM charge_point_area UNION SELECT charge_point_id FROM status_change UNION SELECT charge_point_id FROM charging_session"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM quarantine"));
        Assert.Equal(["char-gy:b", "char-gy:e"], await hub.ManyAsync("SELECT session_id FROM charging_session ORDER BY 1"));
    }

    [Fact]
    public async Task Refused_sessions_of_a_purged_charge_point_go_and_stay_out_too_and_so_does_its_name_in_a_crawl_under_way()
    {
        var refused = Page(new RecordPage
        {
            Refused =
            [
                new RefusedRecord(Dataset.ChargingSessions, "a", """{"charge_point_id":"1"}"""u8.ToArray(), [Wrong]) { ChargePoint = "1" }, new RefusedRecord(Dataset.ChargingSessions, "b", """{"charge_point_id":"2"}"""u8.ToArray(), [Wrong]) { ChargePoint = "2" },
            ],
        });
        await WriteAsync(refused);
        var place = new PullContinuation(new FeedKey(Operator, "main", Dataset.ChargePoints), RunKind.Crawl, null, Noon, Noon, 3, "{}", ["char-gy:1", "char-gy:2"]);
        await new ContinuationStore(hub.Database).SaveAsync(place, CancellationToken.None);

        await store.PurgeAsync(Of(Dataset.ChargePoints, "1") with { HidesId = true }, CancellationToken.None);
        await WriteAsync(refused);
        await new AreaStore(hub.Database).WriteAsync([new PlacedChargePoint(Operator, "char-gy:1", AreaCodes.None), new PlacedChargePoint(Operator, "char-gy:2", AreaCodes.None)], CancellationToken.None);

        Assert.Equal(["b"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
        Assert.DoesNotContain("char-gy:1", await EverythingAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_records_of_OCPI_go_with_the_charge_point_and_the_session_that_they_name_in_any_case_and_stay_out()
    {
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("EVSE-A")), Accept(ChargePoint("EVSE-B"))] }, Dataset.ChargePoints));
        var page = Page(new RecordPage
        {
            Refused = [.. Ocpi(
            "{'id': 'S1', 'evse_uid': 'evse-a', 'kwh': 1}", "{'id': 'S2', 'evse_uid': 'EVSE-B', 'kwh': 1}",
            "{'id': 'C1', 'session_id': 'ANN', 'total_energy': 1, 'cdr_location': {'evse_uid': 'EVSE-B'}}", "{'id': 'C2', 'total_energy': 1, 'cdr_location': {'evse_uid': 'EVSE-A'}}")]
        });
        await WriteAsync(page);

        await store.PurgeAsync(Of(Dataset.ChargePoints, "EVSE-A"), CancellationToken.None);
        Assert.Equal(["CDR C1", "S2"], await hub.ManyAsync("SELECT own_id FROM quarantine ORDER BY 1"));
        await store.PurgeAsync(Of(Dataset.ChargingSessions, "ann") with { HidesId = true }, CancellationToken.None);
        Assert.Equal(["S2"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
        await WriteAsync(page);
        await WriteAsync(Page(new RecordPage { Refused = [.. Ocpi("{'id': 'C2', 'total_energy': 2, 'cdr_location': {'evse_uid': 'Evse-A'}}", "{'id': 'C1', 'session_id': 'ann', 'total_energy': 2, 'cdr_location': {'evse_uid': 'EVSE-B'}}", "{'id': 'Ann', 'evse_uid': 'EVSE-B', 'kwh': 1}")] }));

        Assert.Equal(["S2"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
        Assert.DoesNotContain("session_id\\\":\\\"ann", await EverythingAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Sessions_that_are_put_together_of_parts_go_and_stay_out_in_any_case()
    {
        await WriteAsync(Page(new RecordPage { ChargePoints = [.. new[] { "EVSE-A", "EVSE-B", "EVSE-C", "evse-c" }.Select(p => Accept(ChargePoint(p)))] }, Dataset.ChargePoints));
        var page = Sessions(Part("a", "EVSE-A"), Part("Ann", "EVSE-B"), Part("c", "EVSE-C"), Part("d", "evse-c"), Part("z", "evse-z"));
        var inOtherCase = Sessions(Part("A", "evse-a"), Part("ANN", "EVSE-B"), Part("C", "EVSE-C"), Part("D", "evse-c"), Part("Z", "Evse-Z"));
        await WriteAsync(page);
        Assert.Equal(["char-gy:z"], await hub.ManyAsync("SELECT own_id FROM quarantine"));

        foreach (var point in new[] { "EVSE-A", "EVSE-C", "EVSE-Z" }) await store.PurgeAsync(Of(Dataset.ChargePoints, point), CancellationToken.None);
        await store.PurgeAsync(Of(Dataset.ChargingSessions, "ann") with { HidesId = true }, CancellationToken.None);
        var gone = await StoredAsync();
        await WriteAsync(page);
        await WriteAsync(inOtherCase);
        var kept = await StoredAsync();
        await hub.OneAsync("ALTER TABLE purged_record DISABLE TRIGGER USER");
        await hub.OneAsync("UPDATE purged_record SET folded_mark = NULL WHERE record_id IS NOT NULL");
        await WriteAsync(inOtherCase);

        Assert.Equal(["char-gy:d"], gone);
        Assert.Equal(["char-gy:d"], kept.Select(k => k.ToLowerInvariant()).Distinct());
        Assert.Equal(kept, await StoredAsync());
        Assert.DoesNotContain("char-gy:ann", await EverythingAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Refused_records_that_an_older_hub_wrote_without_what_they_name_go_too()
    {
        RefusedRecord Refused(string own, string document) => new(Dataset.ChargingSessions, own, Encoding.UTF8.GetBytes(document), [Wrong]);
        var mapped = Refused("m", """{"id":"m","levels":[{"charger":"1"}]}""");
        await WriteAsync(Page(new RecordPage { Refused = [mapped, Refused("l", """{"charge_point_id":"1"}"""), Refused("o", """{"charge_point_id":"2"}""")] }));
        var key = new QuarantineKey(Dataset.ChargingSessions, "m", await hub.OneAsync("SELECT encode(content_hash, 'hex') FROM quarantine WHERE own_id = 'm'"));
        await WriteAsync(Page(new RecordPage()) with { Rechecks = [new Rechecked(key, new RecordPage { Refused = [mapped with { ChargePoint = "1" }] })] });

        await store.PurgeAsync(Of(Dataset.ChargePoints, "1"), CancellationToken.None);

        Assert.Equal(["o"], await hub.ManyAsync("SELECT own_id FROM quarantine"));
    }

    [Fact]
    public async Task What_was_mended_is_taken_again_and_what_happened_there_stays()
    {
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1") with { Address = "Call Ann, 07700 900123" })] }, Dataset.ChargePoints));
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", Noon.AddHours(1)))] }, Dataset.ChargePoints));
        await WriteAsync(Sessions(Session("a")));

        var gone = Gone(await store.PurgeAsync(Of(Dataset.ChargePoints, "1") with { IsMended = true }, CancellationToken.None));
        await WriteAsync(Points("1"));

        Assert.Equal(["charge_point 1", "charge_point_version 2"], gone.Rows.Select(r => $"{r.Table} {r.Rows}"));
        Assert.True(gone.IsVacuumed);
        Assert.DoesNotContain("Call Ann", await EverythingAsync(), StringComparison.Ordinal);
        Assert.Equal(["char-gy:1", "char-gy:2"], await hub.ManyAsync("SELECT charge_point_id FROM charge_point ORDER BY 1"));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM charging_session"));
        Assert.Equal("purged", await hub.OneAsync("SELECT CASE WHEN keeps_out THEN 'kept out' ELSE 'purged' END FROM purged_record"));
    }

    [Fact]
    public async Task A_withheld_charge_point_is_not_taken_out_from_over_what_happened_there()
    {
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", Noon.AddHours(1)) with { Published = false })] }, Dataset.ChargePoints));
        await WriteAsync(Sessions(Session("a")));
        var mended = Of(Dataset.ChargePoints, "1") with { IsMended = true };

        Assert.IsType<PurgeOutcome.Withheld>(await store.TryAsync(mended, CancellationToken.None));
        Assert.IsType<PurgeOutcome.Withheld>(await store.PurgeAsync(mended, CancellationToken.None));
        Assert.Equal(["char-gy:1"], await hub.ManyAsync("SELECT charge_point_id FROM charge_point WHERE NOT published"));

        // The way that is left: with what happened there, and from then on it may come again.
        Gone(await store.PurgeAsync(Of(Dataset.ChargePoints, "1"), CancellationToken.None));
        Gone(await store.PurgeAsync(mended, CancellationToken.None));
        await WriteAsync(Points("1"));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM charge_point WHERE charge_point_id = 'char-gy:1'"));
    }

    [Fact]
    public async Task What_was_kept_out_comes_again_when_it_is_purged_as_mended_and_is_kept_out_anew_when_not()
    {
        var page = Sessions(Session("a"));
        async Task<string> AfterAsync(bool isMended)
        {
            Gone(await store.PurgeAsync(Of(Dataset.ChargingSessions, "a") with { IsMended = isMended }, CancellationToken.None));
            await WriteAsync(page);
            return await hub.OneAsync("SELECT count(*) FROM charging_session");
        }

        Assert.Equal(["0", "1", "0"], [await AfterAsync(isMended: false), await AfterAsync(isMended: true), await AfterAsync(isMended: false)]);
    }

    [Fact]
    public async Task An_id_that_was_kept_can_be_forgotten_later_and_nothing_else()
    {
        await store.PurgeAsync(Of(Dataset.ChargingSessions, "ann@example.org"), CancellationToken.None);
        Gone(await store.PurgeAsync(Of(Dataset.ChargingSessions, "ann@example.org") with { HidesId = true }, CancellationToken.None));
        Assert.IsType<PurgeOutcome.Before>(await store.PurgeAsync(Of(Dataset.ChargingSessions, "ann@example.org") with { HidesId = true }, CancellationToken.None));

        Assert.Equal([null, null], (await store.ReadAsync(CancellationToken.None)).Select(p => p.RecordId));
        await Assert.ThrowsAsync<PostgresException>(() => hub.OneAsync("UPDATE purged_record SET record_id = 'x'"));
        await Assert.ThrowsAsync<PostgresException>(() => hub.OneAsync("UPDATE purged_record SET record_id = NULL, reason = ''"));
    }

    [Fact]
    public async Task What_has_not_come_yet_is_kept_out_and_other_operators_keep_their_record_of_the_same_id()
    {
        await store.PurgeAsync(Of(Dataset.ChargingSessions, "a"), CancellationToken.None);
        await WriteAsync(Sessions(Session("a"), Session("A")));
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(ChargePoint("1", op: "other"))], ChargingSessions = [Accept(Session("a", op: "other"))] }, op: "other"));

        Assert.Equal(["char-gy:A", "other:a"], await hub.ManyAsync("SELECT session_id FROM charging_session ORDER BY 1"));
    }

    [Fact]
    public async Task A_page_that_is_being_written_is_waited_for()
    {
        var staged = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var slow = new PageWriter(hub.Database)
        {
            AtPoint = async (point, _) =>
            {
                if (point != CommitPoint.Staged) return;
                staged.SetResult();
                await go.Task;
            },
        };
        var page = slow.WriteAsync(Sessions(Session("a")), CancellationToken.None);
        await staged.Task;
        var purge = store.PurgeAsync(Of(Dataset.ChargingSessions, "a"), CancellationToken.None);
        while (await hub.OneAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "0") Assert.False(purge.IsCompleted);
        go.SetResult();
        await page;

        Assert.Equal(["charging_session"], Gone(await purge).Rows.Select(r => r.Table));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM charging_session"));
    }

    [Fact]
    public async Task What_was_purged_is_on_record_and_the_record_stays()
    {
        await WriteAsync(Page(new RecordPage { Tariffs = [Accept(new Tariff { TariffId = "char-gy:T", OperatorId = Operator, Currency = "GBP" })] }, Dataset.Tariffs));
        await store.PurgeAsync(Of(Dataset.Tariffs, "T"), CancellationToken.None);

        var purged = Assert.Single(await store.ReadAsync(CancellationToken.None));
        Assert.Equal(("char-gy:T", "a name in it", "data office", 1L), (purged.RecordId, purged.Reason, purged.By, purged.Rows));
        foreach (var sql in new[] { "UPDATE purged_record SET reason = ''", "DELETE FROM purged_record", "TRUNCATE purged_record" })
            await Assert.ThrowsAsync<PostgresException>(() => hub.OneAsync(sql));
    }

    [Fact]
    public async Task Reports_on_files_lose_their_samples()
    {
        var report = """{"findings":[{"rule":"energy-negative","count":1,"samples":[{"line":2,"value":"Ann"}]}]}""";
        foreach (var dataset in new[] { Dataset.ChargingSessions, Dataset.Tariffs })
        {
            var feed = new FeedKey(Operator, "files", dataset);
            await new SubmissionStore(hub.Database).SaveAsync(new Submission(Guid.NewGuid(), feed, "2026-Q3", [1], "x", Noon, null, Guid.NewGuid(), report), null, 0, CancellationToken.None);
        }

        var gone = Gone(await store.PurgeAsync(Of(Dataset.ChargingSessions, "a"), CancellationToken.None));

        Assert.Equal(["submission 1"], gone.Rows.Select(r => $"{r.Table} {r.Rows}"));
        Assert.Equal([report.Replace("""{"line":2,"value":"Ann"}""", "", StringComparison.Ordinal), report], await hub.ManyAsync("SELECT report::text FROM submission ORDER BY dataset"));
    }

    [Fact]
    public async Task A_report_that_is_kept_after_a_purge_shows_no_samples_unless_the_purge_came_before_its_first_page()
    {
        const string report = """{"findings":[{"rule":"energy-negative","count":1,"samples":[{"line":2,"value":"Ann"}]}]}""";
        var submissions = new SubmissionStore(hub.Database);
        Task SaveAsync(Dataset dataset, long since) => submissions.SaveAsync(
            new Submission(Guid.NewGuid(), new FeedKey(Operator, "files", dataset), "2026-Q3", [1], "x", Noon, null, Guid.NewGuid(), report), null, since, CancellationToken.None);
        var before = await submissions.TickAsync(CancellationToken.None);
        await store.PurgeAsync(Of(Dataset.ChargingSessions, "a"), CancellationToken.None);

        await SaveAsync(Dataset.ChargingSessions, before);
        await SaveAsync(Dataset.Tariffs, await submissions.TickAsync(CancellationToken.None));

        Assert.Equal([report.Replace("""{"line":2,"value":"Ann"}""", "", StringComparison.Ordinal), report], await hub.ManyAsync("SELECT report::text FROM submission ORDER BY dataset"));
    }

    /// <summary>As the mapping of OCPI refuses them.</summary>
    private static IEnumerable<RefusedRecord> Ocpi(params string[] records)
    {
        var feed = new FeedDefinition
        {
            OperatorId = Operator,
            OperatorName = "char.gy",
            FeedId = "ocpi",
            Protocol = "ocpi-2.2.1",
            BaseUrl = new Uri("https://example.org"),
            Zone = TimeZoneInfo.Utc,
            LimitGroup = "example.org",
            Datasets = [],
        };
        return records.SelectMany(r => ProtocolCatalogue.JudgeAgain(feed, Dataset.ChargingSessions, Encoding.UTF8.GetBytes(r.Replace('\'', '"')), Noon)!.Refused);
    }

    private static ChargingSession Part(string own, string chargePoint) =>
        Session(own, chargePoint) with { Part = new SessionPart(SessionPartKind.Session, $"{Operator}:{own}", NamesSession: true, IsFinal: true, Credits: null) };

    /// <summary>Ids of sessions, wherever they are kept.</summary>
    private Task<List<string>> StoredAsync() => hub.ManyAsync(
        "SELECT session_id FROM charging_session UNION SELECT session_id FROM charging_session_version UNION SELECT part_id FROM session_part UNION SELECT own_id FROM quarantine ORDER BY 1");

    private static PurgeOutcome.Purged Gone(PurgeOutcome outcome) => Assert.IsType<PurgeOutcome.Purged>(outcome);

    private static Purge Of(Dataset dataset, string own) => new(dataset, Operator, $"{Operator}:{own}", HidesId: false, IsMended: false, "a name in it", "data office");

    private Task<PageWritten> WriteAsync(PageToWrite page) => writer.WriteAsync(page, CancellationToken.None);

    private async Task<string> EverythingAsync()
    {
        var tables = await hub.ManyAsync("SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace");
        return string.Join('\n', await hub.ManyAsync(string.Join(" UNION ALL ", tables.Select(t => $"SELECT t::text FROM {t} t"))));
    }
}
