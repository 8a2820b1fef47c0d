using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Days of status after each thing that can happen to what they are made of: whatever is made and whatever is not, what is read is what the changes say.</summary>
public sealed class StatusDayTests : IAsyncLifetime
{
    private static readonly DateOnly First = new(2026, 10, 20);
    private static readonly DateOnly Last = new(2026, 11, 4);
    private static readonly DateTimeOffset Start = LondonCalendar.Midnight(First);
    private static readonly DateTimeOffset Until = LondonCalendar.Midnight(Last).AddHours(13.5);
    private static readonly string[] Ids = ["1", "2", "3"];

    private readonly List<StatusChange> changes = [];
    private readonly Dictionary<string, OpeningHours> hours = [];
    private Coverage events = Coverage.None;
    private Coverage crawls = Coverage.None;
    private HubDatabase hub = null!;
    private PageWriter pages = null!;
    private StatusRollup rollup = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        (pages, rollup) = (new PageWriter(hub.Database), new StatusRollup(hub.Database));
        await pages.WriteAsync(Points(Ids), CancellationToken.None);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(22, true)]
    [InlineData(30, true)]
    [InlineData(43, false)]
    public async Task Whatever_is_made_what_is_read_is_what_the_changes_and_the_ledger_say(int seed, bool sees)
    {
        var (random, made) = (new Random(seed), First.AddDays(-1));
        var reports = seed != 3;
        for (var step = 0; step < 30; step++)
        {
            switch (random.Next(reports ? 10 : 6))
            {
                case 0 or 1:
                    await ChangeAsync([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Change(AnyTime(random), AnyStatus(random), Ids[random.Next(3)]))]);
                    break;
                case 2 or 3:
                    var from = AnyTime(random);
                    await ClaimAsync(random.Next(3) == 0 == reports ? Dataset.ChargePoints : Dataset.StatusChanges, new Window(from, from.AddHours(random.Next(1, 120))));
                    break;
                case 4:
                    hours[Ids[random.Next(3)]] = Hours($"{random.Next(0, 24):00}:00", $"{random.Next(0, 24):00}:30");
                    break;
                case 5:
                    made = First.AddDays(random.Next(1, Last.DayNumber - First.DayNumber));
                    await MakeAsync(made, reports);
                    break;
                default:
                    var asked = AnyTime(random);
                    foreach (var id in Ids) await SeeAsync(asked, AnyStatus(random), random.Next(2) == 0 ? null : asked.AddHours(-random.Next(0, 200)), id);
                    break;
            }

            if (random.Next(2) == 0) await AssertHoldsAsync(reports, $"seed {seed}, step {step}");
        }

        await MakeAsync(Last.AddDays(-1), reports);
        await AssertHoldsAsync(reports, "all made");
        Assert.Equal(sees, await hub.OneAsync("SELECT count(*) FROM status_sighting") != "0");
        var wrong = new List<StatusDifference>();
        var check = await rollup.CheckAsync(Wanted(Last.AddDays(-1), reports), First, Last, wrong.Add, CancellationToken.None);
        Assert.Empty(wrong);
        Assert.True(check.Compared > 0);
    }

    [Fact]
    public async Task Pages_of_today_mark_nothing_late_ones_what_they_touch_and_an_operator_that_comes_to_report_is_made_anew()
    {
        await ClaimAsync(Dataset.ChargePoints, new Window(Start, Until));
        await ChangeAsync(Change(Start.AddHours(5), Status.Available), Change(Start.AddDays(4), Status.OutOfOrder));
        await MakeAsync(Last.AddDays(-1), reports: false);
        Assert.Equal("15", await hub.OneAsync("SELECT count(*) FROM status_day"));

        await ChangeAsync(Change(LondonCalendar.Midnight(Last).AddHours(2), Status.Available));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day_dirty"));
        await ChangeAsync(Change(Start.AddDays(1), Status.Charging));
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM status_day_dirty WHERE charge_point_id = 'char-gy:1' AND from_day = '2026-10-21' AND to_day = '2026-10-21'"));
        await AssertHoldsAsync(false, "marked");
        await MakeAsync(Last.AddDays(-1), reports: false);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day_dirty"));
        Assert.Equal("CHARGING", await hub.OneAsync("SELECT CASE WHEN charging_us = 86400000000 THEN 'CHARGING' END FROM status_day WHERE day = '2026-10-22'"));

        await AssertHoldsAsync(true, "it reports now, and nothing of its reports is here");
        await MakeAsync(Last.AddDays(-1), reports: true);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day"));
    }

    [Fact]
    public async Task Days_that_are_made_are_made_anew_when_a_crawl_sees_what_lasted_through_them()
    {
        await ClaimAsync(Dataset.StatusChanges, new Window(Start, Until));
        await ChangeAsync(Change(Start.AddDays(3), Status.Available, "2"));
        await MakeAsync(Last.AddDays(-1), reports: true);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day WHERE charge_point_id = 'char-gy:1'"));

        await SeeAsync(Until.AddMinutes(1), Status.OutOfOrder, Start.AddDays(-3), "1");

        await AssertHoldsAsync(true, "marked");
        await MakeAsync(Last.AddDays(-1), reports: true);
        Assert.Equal("15", await hub.OneAsync("SELECT count(*) FROM status_day WHERE charge_point_id = 'char-gy:1' AND outoforder_us > 0"));
        await AssertHoldsAsync(true, "made");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(15)]
    public async Task What_changes_hands_within_a_period_is_seen_once(int made)
    {
        await ClaimAsync(Dataset.StatusChanges, new Window(Start, Until));
        await ChangeAsync([.. Ids.Select(id => Change(Start, Status.Available, id))]);
        if (made > 0) await MakeAsync(First.AddDays(made - 1), reports: true);
        StatusPoint Point(string id, int unit, int from, int to) => new(Operator, $"{Operator}:{id}", null, 0, unit, [(First.AddDays(from), First.AddDays(to))]);

        var sums = await new StatusDayQueries(hub.Database).ReadAsync(
            new StatusQuestion([Point("1", 0, 0, 1), Point("2", 0, 2, 5), Point("3", 1, 0, 5)], new Dictionary<string, SeenOperator> { [Operator] = new(new StatusSight(events, crawls, true), true, Until) }, [First, First.AddDays(4)], First.AddDays(5)), Scope.Everything, CancellationToken.None);

        Assert.Equal([(0, 2, 11_520L), (1, 2, 5_880L)], sums.OrderBy(s => s.Period).Select(s => (s.Period, s.Seen, s.Time.Available / 60_000_000)));
    }

    [Fact]
    public async Task A_night_finds_and_mends_each_fault_and_a_purge_takes_all_rows()
    {
        await ClaimAsync(Dataset.StatusChanges, new Window(Start, Until));
        await ChangeAsync(Change(Start, Status.Available), Change(Start.AddDays(3), Status.Blocked), Change(Start, Status.Reserved, "2"));
        hours["1"] = Hours("08:00", "20:00");
        await MakeAsync(Last.AddDays(-1), reports: true);
        await hub.OneAsync("UPDATE status_day SET available_us = available_us - 1 WHERE day = '2026-10-21' AND charge_point_id = 'char-gy:1'");
        await hub.OneAsync("DELETE FROM status_day WHERE day = '2026-10-25' AND charge_point_id = 'char-gy:2'");
        await hub.OneAsync("INSERT INTO status_day SELECT operator_id, day, 'char-gy:9', 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM status_day WHERE day = '2026-10-26' AND charge_point_id = 'char-gy:1'");
        var (found, told) = (new List<StatusDifference>(), new List<StatusDifference>());

        var compared = await rollup.CompareAsync(Wanted(Last.AddDays(-1), true), First, Last, told.Add, CancellationToken.None);
        var check = await rollup.CheckAsync(Wanted(Last.AddDays(-1), true), First, Last, found.Add, CancellationToken.None);

        Assert.Equal(compared, check);
        Assert.Equal(told, found);

        Assert.Equal(["char-gy:1 2026-10-21", "char-gy:2 2026-10-25", "char-gy:9 2026-10-26"], found.Select(f => $"{f.ChargePointId} {f.Day:yyyy-MM-dd}").Order());
        Assert.Equal(25 * 3_600_000_000L, found.Single(f => f.ChargePointId == "char-gy:2").Computed.Reserved);
        Assert.Equal(3, check.Differences);
        await AssertHoldsAsync(true, "mended");
        await ClaimAsync(Dataset.StatusChanges, new Window(Until.AddHours(1), Until.AddHours(2)));
        await SeeAsync(Until.AddHours(2), Status.Blocked, null, "1");
        Assert.Equal("1", await hub.OneAsync("SELECT count(*) FROM status_sighting WHERE charge_point_id = 'char-gy:1'"));
        Assert.Equal(0, (await rollup.CheckAsync(Wanted(Last.AddDays(-1), true), First, Last, found.Add, CancellationToken.None)).Differences);

        await new PurgeStore(hub.Database).PurgeAsync(new Purge(Dataset.ChargePoints, Operator, $"{Operator}:1", false, false, "test", "test"), CancellationToken.None);
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day WHERE charge_point_id = 'char-gy:1'"));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_day_hours"));
        hours.Clear();
        changes.RemoveAll(c => c.ChargePointId == $"{Operator}:1");
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM status_sighting WHERE charge_point_id = 'char-gy:1'"));
        await AssertHoldsAsync(true, "purged");
    }

    [Fact]
    public async Task A_reader_is_shown_days_made_or_not_of_what_its_scope_holds_alone()
    {
        await ClaimAsync(Dataset.StatusChanges, new Window(Start, Until));
        await ChangeAsync(Change(Start, Status.Available), Change(Start, Status.Available, "3"));
        await SeeAsync(Until, Status.OutOfOrder, Start.AddDays(-1), "2");
        await hub.OneAsync("INSERT INTO charge_point_area (operator_id, charge_point_id, borough_gss) VALUES ('char-gy', 'char-gy:2', 'E09000022')");
        var scope = Scope.Of(OrganisationRole.Borough, null, [new Right(Operator, "status_changes", ["E09000022"])]);
        var before = await ReadAsync(true, scope);
        await MakeAsync(Last.AddDays(-1), reports: true);

        Assert.Equal([1], before.Select(s => s.Group).Distinct());
        Assert.True(before.Sum(s => s.Time.OutOfOrder) > 0);
        Assert.Equal(before.OrderBy(s => s.Period), (await ReadAsync(true, scope)).OrderBy(s => s.Period));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ReadAsync(true, Scope.Public));
    }

    private static DateTimeOffset AnyTime(Random random) => Start.AddMinutes(random.Next(-600, 15 * 24 * 60)).AddMilliseconds(random.Next(0, 2) * 123);

    private static Status AnyStatus(Random random) => (Status)random.Next(0, 9);

    private static OpeningHours Hours(string begin, string end)
    {
        var week = string.Join(',', Enumerable.Range(1, 7).Select(d => $$"""{"weekday":{{d}},"period_begin":"{{begin}}","period_end":"{{end}}"}"""));
        using var document = System.Text.Json.JsonDocument.Parse($$"""{"regular_hours":[{{week}}]}""");
        return OpeningHours.Parse(document.RootElement)!;
    }

    private async Task ChangeAsync(params StatusChange[] page)
    {
        await pages.WriteAsync(Changes(page), CancellationToken.None);
        changes.AddRange(page);
    }

    private Task<PageWritten> SeeAsync(DateTimeOffset asked, Status status, DateTimeOffset? since, string id) => pages.WriteAsync(
        Page(new RecordPage { Statuses = [new StatusObservation($"{Operator}:{id}", status, since)] }, Dataset.ChargePoints) with { AskedAt = asked, StatusesAreEvidence = false }, CancellationToken.None);

    private async Task ClaimAsync(Dataset dataset, Window window)
    {
        if (dataset == Dataset.StatusChanges) events = events.Union(window);
        else crawls = crawls.Union(window);
        await pages.WriteAsync(Page(new RecordPage(), dataset, Operator, new Claim(dataset, window, ClaimKind.Covered)), CancellationToken.None);
    }

    private StatusDaysWanted Wanted(DateOnly upTo, bool reports) => new(Operator, reports, upTo, hours.ToDictionary(h => $"{Operator}:{h.Key}", h => h.Value));

    private async Task MakeAsync(DateOnly upTo, bool reports)
    {
        while (await rollup.MakeAsync(Wanted(upTo, reports), CancellationToken.None) > 0)
        {
        }

        if (await hub.OneAsync("SELECT count(*) FROM status_day_made") == "1") Assert.Empty(await rollup.ReadDueAsync([Wanted(upTo, reports)], CancellationToken.None));
    }

    private Task<IReadOnlyList<StatusSum>> ReadAsync(bool reports, Scope scope) => new StatusDayQueries(hub.Database).ReadAsync(
        new StatusQuestion(
            [.. Ids.Select((id, i) => new StatusPoint(Operator, $"{Operator}:{id}", hours.GetValueOrDefault(id), i, i, [(First, First.AddDays(6)), (First.AddDays(8), Last)]))],
            new Dictionary<string, SeenOperator> { [Operator] = new(new StatusSight(events, crawls, reports), reports, Until) }, [First, First.AddDays(1), First.AddDays(4), new DateOnly(2026, 11, 1)], Last),
        scope, CancellationToken.None);

    private async Task<ILookup<string, StatusFrom>> SeenAsync()
    {
        await using var command = hub.Database.Reads.CreateCommand("SELECT charge_point_id, status, at, coalesce(since, at) FROM status_sighting ORDER BY at");
        await using var reader = await command.ExecuteReaderAsync();
        var seen = new List<(string Id, StatusFrom Status)>();
        while (await reader.ReadAsync()) seen.Add((reader.GetString(0), new StatusFrom(reader.GetFieldValue<DateTimeOffset>(3), Words<Status>.Parse(reader.GetString(1))!.Value, reader.GetFieldValue<DateTimeOffset>(2))));
        return seen.ToLookup(s => s.Id, s => s.Status);
    }

    private async Task AssertHoldsAsync(bool reports, string when)
    {
        DateOnly[] starts = [First, First.AddDays(1), First.AddDays(4), new DateOnly(2026, 11, 1)];
        var (calendar, sight) = (new StatusDays(First, Last), new StatusSight(events, crawls, reports));
        var (expected, seen) = (new List<StatusSum>(), await SeenAsync());
        for (var i = 0; i < Ids.Length; i++)
        {
            // One of a key; of one instant the last that came, and of one page the last by name.
            var own = changes.Where(c => c.ChargePointId == $"{Operator}:{Ids[i]}").Select((c, place) => (c, place)).DistinctBy(c => (c.c.At, c.c.Status)).OrderBy(c => c.c.At).ThenBy(c => c.place).Select(c => new StatusFrom(c.c.At, c.c.Status)).ToList();
            var days = calendar.Of([.. own, .. seen[$"{Operator}:{Ids[i]}"]], sight, hours.GetValueOrDefault(Ids[i]), Until);
            for (var p = 0; p < starts.Length; p++)
            {
                var of = Enumerable.Range(0, days.Length).Where(d => d != 7 && starts.Count(s => s <= First.AddDays(d)) == p + 1).Select(d => days[d]).Aggregate(default(StatusMicroseconds), (sum, t) => sum + t);
                if (of.Total > 0) expected.Add(new StatusSum(i, p, 1, of));
            }
        }

        var read = await ReadAsync(reports, Scope.Everything);
        Assert.True(
            expected.SequenceEqual(read.Where(s => s.Time.Total > 0).OrderBy(s => s.Group).ThenBy(s => s.Period)),
            $"{when}: expected {string.Join("; ", expected)}, read {string.Join("; ", read.OrderBy(s => s.Group).ThenBy(s => s.Period))}");
    }
}
