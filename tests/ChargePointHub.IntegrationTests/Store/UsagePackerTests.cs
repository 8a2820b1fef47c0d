using ChargePointHub.Model;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;
using ChargePointHub.Store.Writing;
using FsCheck;
using FsCheck.Fluent;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Packed days say what their rows say, are read where they are, and are gone as soon as a row of theirs is another.</summary>
public sealed class UsagePackerTests : IAsyncLifetime
{
    private const string Other = "other";
    private const int Count = 70;

    private static readonly DateOnly First = new(2026, 11, 18);
    private static readonly DateOnly Last = new(2026, 11, 23);

    private HubDatabase hub = null!;
    private PageWriter pages = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        pages = new PageWriter(hub.Database);
        foreach (var op in new[] { Operator, Other })
        {
            await WriteAsync(Page(new RecordPage { ChargePoints = [.. Enumerable.Range(1, Count).Select(n => Accept(ChargePoint($"{n}", op: op)))] }, Dataset.ChargePoints, op));
            var sessions = Enumerable.Range(0, 150).Select(n => Session($"s{n}", $"{1 + (n * 3 % Count)}", kwh: 1 + (n * 0.37m), op: op) with
            {
                PlugInAt = Noon.AddDays((n % 4) - 2).AddMinutes(n),
                PlugOutAt = Noon.AddDays((n % 4) - 2).AddHours(n % 19),
                CostIncVat = n % 3 == 0 ? null : n * 1.37m,
            });
            await WriteAsync(Page(new RecordPage { ChargingSessions = [.. sessions.Select(Accept)] }, op: op));
        }
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public void Whatever_figures_there_are_come_back_as_they_were_packed()
    {
        var numbers = ArbMap.Default.GeneratorFor<long>().Select(n => n >> (int)(Math.Abs(n) % 60));
        var money = ArbMap.Default.GeneratorFor<decimal>().Select(m => Math.Round(Math.Clamp(m, -1e20m, 1e20m), 6));
        var figures = from n in numbers.ArrayOf(10)
                      from m in money
                      select new UsageFigures((int)n[0], (int)n[1], (int)n[2], (int)n[3], (int)n[4], (int)n[5], n[6] >> 2, n[7] >> 3, (n[8] >> 25) * 1_000_000, n[9] >> 3, m);
        var ids = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => "op:" + s.Get.Replace('\uD800', 'x'));
        Check.QuickThrowOnFailure(Prop.ForAll((from i in ids from f in figures select KeyValuePair.Create(i, f)).ListOf().ToArbitrary(), points =>
        {
            var given = points.Where(p => !p.Key.Any(char.IsSurrogate)).DistinctBy(p => p.Key).ToDictionary();
            ReadOnlySpan<byte> packed = PackedUsage.Pack("op", given);
            Assert.Equal(given, PackedUsage.Read("op", packed));
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Figures_are_the_same_whether_days_are_packed_or_not(int daysOfAPeriod)
    {
        var question = Question(daysOfAPeriod);
        var byRows = await ReadAsync(question);
        Assert.Equal(300, byRows.Sum(s => s.Figures.Sessions) + await CorrectedByOthersAsync());

        await PackAsync(new DateOnly(2026, 11, 20));
        Assert.Equal(byRows, await ReadAsync(question));
        await PackAsync(Last.AddDays(1));
        Assert.Equal("0", await hub.OneAsync("SELECT count(*) FROM usage_packed WHERE packed IS NULL"));
        Assert.Equal(byRows, await ReadAsync(question));

        // And it is what was packed that was read.
        await hub.OneAsync("UPDATE usage_packed u SET packed = o.packed FROM usage_packed o WHERE u.day = '2026-11-19' AND o.operator_id = u.operator_id AND o.day = '2026-11-20'");
        Assert.NotEqual(byRows, await ReadAsync(question));
        Assert.True(await DifferencesAsync() > 0);

        // What another hub packed in a way of its own is passed over.
        await hub.OneAsync("UPDATE usage_packed SET packed = '\\x0201' WHERE day = '2026-11-19'");
        Assert.Equal(byRows, await ReadAsync(question));
    }

    [Fact]
    public async Task A_page_that_changes_a_day_takes_away_what_was_packed_of_it_and_of_no_other()
    {
        await PackAsync(Last.AddDays(1));
        await WriteAsync(Sessions(Session("late", "3", Noon.AddDays(2), 5m)));
        await WriteAsync(Sessions(Session("s7", "1", Noon.AddDays(2), 0.5m) with { PlugInAt = Noon.AddDays(1), PlugOutAt = Noon.AddDays(1).AddHours(1) }));
        Assert.Equal(["2026-11-20", "2026-11-21"], await hub.ManyAsync($"SELECT day::text FROM usage_packed WHERE packed IS NULL AND operator_id = '{Operator}' ORDER BY day"));
        var byRows = await ReadAsync(Question(1));
        await PackAsync(Last.AddDays(1));
        Assert.Equal(byRows, await ReadAsync(Question(1)));

        await new UsageRollup(hub.Database).RebuildAsync(Operator, null, CancellationToken.None);
        Assert.Equal("0", await hub.OneAsync($"SELECT count(packed) FROM usage_packed WHERE operator_id = '{Operator}'"));
        Assert.NotEqual("0", await hub.OneAsync($"SELECT count(packed) FROM usage_packed WHERE operator_id = '{Other}'"));
    }

    [Fact]
    public async Task Who_may_not_read_all_of_an_operator_reads_no_day_of_it_and_what_is_withheld_is_in_none()
    {
        await PackAsync(Last.AddDays(1));
        Scope whole = Holding(new Right(Operator, "charging_sessions", null)), part = Holding(new Right(Operator, "charging_sessions", ["E09000022"])), other = Holding(new Right(Operator, "status_changes", null));
        Assert.Equal((true, 0L, 0L), (await CountAsync(whole) > 0, await CountAsync(part), await CountAsync(other)));
        Assert.Equal(0, await CountAsync(whole, $"operator_id <> '{Operator}'"));

        // Withheld after its days were packed: nobody reads these any more, until they are packed without it.
        var point = $"{Operator}:3";
        Assert.Contains(point, await PackedAsync());
        await hub.OneAsync($"UPDATE charge_point SET published = false WHERE charge_point_id = '{point}'");
        Assert.Equal((0L, 0L), (await CountAsync(whole), await CountAsync(Scope.Everything, $"operator_id = '{Operator}'")));
        await PackAsync(Last.AddDays(1));
        Assert.True(await CountAsync(whole) > 0);
        Assert.DoesNotContain(point, await PackedAsync());
        Assert.Equal(0, await DifferencesAsync());

        // And published again.
        await hub.OneAsync($"UPDATE charge_point SET published = true WHERE charge_point_id = '{point}'");
        Assert.Equal(0, await CountAsync(whole));
        await PackAsync(Last.AddDays(1));
        Assert.Contains(point, await PackedAsync());
        static Scope Holding(Right right) => Scope.Of(OrganisationRole.Gla, null, [right]);
    }

    /// <summary>Two groups; the first ten charge points of both operators are one and the same, and the third of them counts in the first period alone.</summary>
    private static UsageQuestion Question(int daysOfAPeriod)
    {
        var starts = Enumerable.Range(0, (Last.DayNumber - First.DayNumber + daysOfAPeriod) / daysOfAPeriod).Select(n => First.AddDays(n * daysOfAPeriod)).ToList();
        var points = Enumerable.Range(1, Count).SelectMany(n => new[] { Operator, Other }.Select((op, place) =>
        {
            var isSame = n <= 10;
            return new UsagePoint(op, $"{op}:{n}", n % 2, isSame ? n : (Count * (place + 1)) + n, 0, n == 3 ? 0 : starts.Count - 1, isSame && place == 1 ? [$"{Operator}:{n}"] : []);
        }));
        return new UsageQuestion([.. points], starts, Last);
    }

    private async Task<long> CorrectedByOthersAsync() => long.Parse(
        await hub.OneAsync(
            $"SELECT coalesce(sum(o.sessions), 0) FROM usage_day o JOIN usage_day u ON u.operator_id = '{Operator}' AND u.day = o.day AND split_part(u.charge_point_id, ':', 2) = split_part(o.charge_point_id, ':', 2) "
            + $"WHERE o.operator_id = '{Other}' AND split_part(o.charge_point_id, ':', 2)::int <= 10"), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<UsageSum>> ReadAsync(UsageQuestion question) =>
        [.. (await new UsageQueries(hub.Database).ReadAsync(question, Scope.Everything, CancellationToken.None)).OrderBy(s => (s.Period, s.Group))];

    private async Task PackAsync(DateOnly before)
    {
        var packer = new UsagePacker(hub.Database);
        foreach (var operatorId in await packer.ReadDueAsync(before, CancellationToken.None)) Assert.True(await packer.PackAsync(operatorId, before, CancellationToken.None) > 0);
        Assert.Empty(await packer.ReadDueAsync(before, CancellationToken.None));
    }

    private async Task<List<string>> PackedAsync()
    {
        var days = new List<byte[]>();
        await using var command = hub.Database.Reads.CreateCommand($"SELECT packed FROM usage_packed WHERE operator_id = '{Operator}'");
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) days.Add(reader.GetFieldValue<byte[]>(0));
        }

        return [.. days.SelectMany(d => PackedUsage.Read(Operator, d).Keys)];
    }

    private async Task<long> DifferencesAsync() => (await new UsageRollup(hub.Database).CompareAsync(First, Last, null, _ => { }, null, CancellationToken.None)).Differences;

    private async Task<long> CountAsync(Scope scope, string where = "true")
    {
        await using var connection = await hub.Database.OpenServingAsync(CancellationToken.None);
        await using var command = new ServingCommand(connection, scope, $"SELECT count(packed) FROM usage_packed WHERE {where}");
        return (await command.ListAsync(r => r.GetInt64(0), CancellationToken.None)).Single();
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => pages.WriteAsync(page, CancellationToken.None);
}
