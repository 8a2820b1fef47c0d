using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

/// <summary>Reported figures in the store: by group and period, corrected in versions, checked again, and purged.</summary>
public sealed class ReportedUsageTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task The_same_figures_write_nothing_and_corrected_ones_make_a_version_of_that_period_alone()
    {
        var first = await WriteAsync(Usages(Usage($"{Operator}:1"), Usage($"{Operator}:1", "2026-Q2")));
        var same = await WriteAsync(Usages(Usage($"{Operator}:1")));
        var corrected = await WriteAsync(Usages(Usage($"{Operator}:1", kwh: 99.999m)));

        Assert.Equal((2, 0), (first.Added, first.Changed));
        Assert.Equal((null, 1), (same.Tick, same.Unchanged));
        Assert.Equal((0, 1), (corrected.Added, corrected.Changed));
        Assert.Equal(["2026-Q2 120500", "2026-Q3 99999"], await hub.ManyAsync("SELECT (document->>'period') || ' ' || energy_wh FROM reported_usage ORDER BY 1"));
        Assert.Equal([$"2026-Q3 120500 {corrected.Tick}"], await hub.ManyAsync("SELECT (document->>'period') || ' ' || energy_wh || ' ' || tick_to FROM reported_usage_version"));
    }

    [Fact]
    public async Task A_row_that_passes_when_it_is_checked_again_is_written_unless_the_same_has_come_since()
    {
        var refused = new RefusedRecord(Dataset.ReportedUsage, null, """{"period":"2026-Q3"}"""u8.ToArray(), [new Finding("usage-period-unusable", Severity.Error, "/2/Quarter", "Q3", "No period.")]);
        await WriteAsync(Page(new RecordPage { Refused = [refused] }, Dataset.ReportedUsage));
        Assert.Equal(["2026-06-30 23:00:00"], await hub.ManyAsync("SELECT (event_at AT TIME ZONE 'UTC')::text FROM quarantine"));
        var key = new QuarantineKey(Dataset.ReportedUsage, "", (await hub.ManyAsync("SELECT encode(content_hash, 'hex') FROM quarantine")).Single().ToUpperInvariant());
        await WriteAsync(Usages(Usage($"{Operator}:1", kwh: 5)));

        var recheck = Page(new RecordPage(), Dataset.ReportedUsage) with
        {
            Rechecks = [new Rechecked(key, new RecordPage { ReportedUsage = [Accept(Usage($"{Operator}:1", kwh: 7))] })],
        };
        var again = await WriteAsync(recheck);

        Assert.Equal(1, again.Rechecked.Released);
        Assert.Equal(["5000"], await hub.ManyAsync("SELECT energy_wh::text FROM reported_usage"));
        Assert.Empty(await hub.ManyAsync("SELECT own_id FROM quarantine"));
        await WriteAsync(Page(new RecordPage { Refused = [refused] }, Dataset.ReportedUsage));
        await WriteAsync(recheck with { Rechecks = [new Rechecked(key, new RecordPage { ReportedUsage = [Accept(Usage($"{Operator}:2", kwh: 7))] })] });
        Assert.Equal(["5000", "7000"], await hub.ManyAsync("SELECT energy_wh::text FROM reported_usage ORDER BY reported_usage_id"));
    }

    [Fact]
    public async Task A_refused_row_is_forgotten_once_the_same_group_and_period_is_sent_right()
    {
        await WriteAsync(Page(
            new RecordPage { Refused = [new RefusedRecord(Dataset.ReportedUsage, "charge_point/1/2026-Q3", "{}"u8.ToArray(), [new Finding("usage-negative", Severity.Error, "/2/kWh", "-1", "Negative.")])] },
            Dataset.ReportedUsage));
        await WriteAsync(Usages(Usage($"{Operator}:1", "2026-Q2")));
        Assert.Single(await hub.ManyAsync("SELECT own_id FROM quarantine"));

        await WriteAsync(Usages(Usage($"{Operator}:1")));

        Assert.Empty(await hub.ManyAsync("SELECT own_id FROM quarantine"));
    }

    [Fact]
    public async Task What_a_location_can_give_is_what_all_its_charge_points_can_give_together()
    {
        ChargePoint At(string own) => ChargePoint(own) with { LocationId = $"{Operator}:L", MaxPowerKw = 7 };
        await WriteAsync(Page(new RecordPage { ChargePoints = [Accept(At("1")), Accept(At("2"))] }, Dataset.ChargePoints));
        ReportedUsage OfDay(decimal kwh) => Usage($"{Operator}:L", "2026-07-01", kwh, UsageGroup.Location);

        // Two of 7 kW in 24 hours: 336 kWh, and a tenth.
        await WriteAsync(Usages(OfDay(369.6m)));
        Assert.Empty(await hub.ManyAsync("SELECT f->>'rule' FROM reported_usage, json_array_elements(findings) f"));
        await WriteAsync(Usages(OfDay(369.601m)));
        Assert.Equal(["usage-energy-above-rating"], await hub.ManyAsync("SELECT f->>'rule' FROM reported_usage, json_array_elements(findings) f"));
    }

    [Fact]
    public async Task A_purge_takes_figures_with_their_versions_and_those_of_a_purged_charge_point_and_keeps_them_out()
    {
        await WriteAsync(Points("1", "2"));
        await WriteAsync(Usages(Usage($"{Operator}:1"), Usage($"{Operator}:2"), Usage($"{Operator}:2", "2026-Q2")));
        await WriteAsync(Usages(Usage($"{Operator}:2", kwh: 1)));
        var store = new PurgeStore(hub.Database);

        await store.PurgeAsync(new Purge(Dataset.ChargePoints, Operator, $"{Operator}:1", false, false, "a home", "test"), CancellationToken.None);
        await store.PurgeAsync(new Purge(Dataset.ReportedUsage, Operator, $"{Operator}:charge_point/2/2026-Q3", false, false, "wrong", "test"), CancellationToken.None);
        await WriteAsync(Usages(Usage($"{Operator}:1"), Usage($"{Operator}:2", kwh: 2)));

        Assert.Equal([$"{Operator}:charge_point/2/2026-Q2"], await hub.ManyAsync("SELECT reported_usage_id FROM reported_usage"));
        Assert.Empty(await hub.ManyAsync("SELECT reported_usage_id FROM reported_usage_version"));
    }

    private Task<PageWritten> WriteAsync(PageToWrite page) => new PageWriter(hub.Database).WriteAsync(page, CancellationToken.None);
}
