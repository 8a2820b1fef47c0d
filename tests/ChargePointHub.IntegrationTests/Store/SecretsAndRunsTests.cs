using ChargePointHub.Model;
using ChargePointHub.Store;
using static ChargePointHub.IntegrationTests.Store.Samples;

namespace ChargePointHub.IntegrationTests.Store;

public sealed class SecretsAndRunsTests : IAsyncLifetime
{
    private HubDatabase hub = null!;

    public async Task InitializeAsync() => hub = await HubDatabase.CreateDatabaseAsync();

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Fact]
    public async Task A_secret_is_made_once_and_is_the_same_for_all_who_ask_at_once()
    {
        var settings = new HubSettings(hub.Database);
        var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => settings.GetOrCreateSecretAsync("cursor", CancellationToken.None)));
        Assert.All(got, g => Assert.Equal(got[0], g));
        Assert.Equal(32, got[0].Length);
        Assert.NotEqual(got[0], await settings.GetOrCreateSecretAsync("other", CancellationToken.None));
    }

    [Fact]
    public async Task What_a_newer_hub_wrote_of_a_dataset_that_is_not_known_here_is_passed_over()
    {
        var (log, feed) = (new RunLog(hub.Database), new FeedKey(Operator, "main", Dataset.ChargingSessions));
        await log.OpenAsync(feed, RunKind.Live, new Window(Noon, Noon.AddHours(1)), Noon, CancellationToken.None);
        await log.OpenAsync(feed with { Dataset = Dataset.StatusChanges }, RunKind.Live, new Window(Noon, Noon.AddHours(1)), Noon, CancellationToken.None);
        await new PageWriter(hub.Database).WriteAsync(Page(new RecordPage(), claims: [Covered(0, 1)]), CancellationToken.None);
        await hub.OneAsync("UPDATE run SET dataset = 'later_words' WHERE dataset = 'status_changes'");
        await hub.OneAsync("INSERT INTO coverage (operator_id, dataset, kind, from_at, to_at) SELECT operator_id, 'later_words', kind, from_at, to_at FROM coverage");
        await hub.OneAsync("INSERT INTO coverage_change (operator_id, dataset, kind, from_at, to_at, tick) SELECT operator_id, 'later_words', kind, from_at, to_at, tick FROM coverage_change");

        var coverage = new CoverageStore(hub.Database);

        Assert.Equal([Dataset.ChargingSessions], (await log.LatestLiveAsync(Operator, CancellationToken.None)).Select(r => r.Feed.Dataset));
        Assert.Equal([Dataset.ChargingSessions], (await coverage.ReadAllAsync(CancellationToken.None)).Keys.Select(k => k.Dataset));
        Assert.Equal([Dataset.ChargingSessions], (await coverage.ReadAllAsync(CancellationToken.None, asOfTick: 0)).Keys.Select(k => k.Dataset));
    }

    [Fact]
    public async Task Runs_are_opened_closed_once_and_the_latest_and_the_latest_failure_are_found()
    {
        var log = new RunLog(hub.Database);
        var feed = new FeedKey(Operator, "main", Dataset.ChargingSessions);
        var window = new Window(Noon, Noon.AddHours(1));
        var failed = await log.OpenAsync(feed, RunKind.Live, window, Noon, CancellationToken.None);
        await log.CloseAsync(failed, RunOutcome.Failed, Noon.AddMinutes(1), new RunCounts(Requests: 3), CancellationToken.None, "timed_out", "No answer.");
        var completed = await log.OpenAsync(feed, RunKind.Backfill, null, Noon.AddMinutes(2), CancellationToken.None);
        var counts = new RunCounts().Plus(new PageWritten(1, 10, 1, 2, 3, 0, 0), requests: 2);
        await log.CloseAsync(completed, RunOutcome.Completed, Noon.AddMinutes(3), counts, CancellationToken.None);
        await log.CloseAsync(completed, RunOutcome.Failed, Noon.AddMinutes(4), new RunCounts(), CancellationToken.None);

        Assert.Equal(
            new Run(completed, feed, RunKind.Backfill, null, Noon.AddMinutes(2), Noon.AddMinutes(3), RunOutcome.Completed, null, null, counts),
            Assert.Single(await log.LatestAsync(CancellationToken.None)));
        var failure = await log.LatestFailureAsync(Operator, Dataset.ChargingSessions, CancellationToken.None);
        Assert.Equal((failed, window, "timed_out", 3), (failure!.RunId, failure.Window!.Value, failure.Failure!, failure.Counts.Requests));
    }

    [Fact]
    public async Task Runs_of_a_hub_that_is_gone_are_abandoned_and_old_ones_deleted_but_for_the_newest()
    {
        var log = new RunLog(hub.Database);
        var feed = new FeedKey(Operator, "main", Dataset.ChargingSessions);
        foreach (var hour in Enumerable.Range(0, 5)) await log.OpenAsync(feed, RunKind.Live, null, Noon.AddHours(hour), CancellationToken.None);
        Assert.Equal(5, await log.AbandonOpenAsync(Operator, Noon.AddHours(9), CancellationToken.None));
        Assert.Equal(0, await log.AbandonOpenAsync(Operator, Noon.AddHours(9), CancellationToken.None));
        Assert.Equal(4, await log.DeleteOlderAsync(Noon.AddDays(1), CancellationToken.None));
        Assert.Equal(Noon.AddHours(4), Assert.Single(await log.LatestAsync(CancellationToken.None)).StartedAt);
    }

    [Fact]
    public async Task A_file_that_is_being_read_goes_on_whoever_takes_the_lease_and_is_given_up_after_a_day()
    {
        var log = new RunLog(hub.Database);
        await log.OpenAsync(new FeedKey(Operator, "files", Dataset.ChargingSessions), RunKind.Submission, null, Noon, CancellationToken.None);

        Assert.Equal(0, await log.AbandonOpenAsync(Operator, Noon.AddHours(23), CancellationToken.None));
        Assert.Equal(1, await log.AbandonOpenAsync(Operator, Noon.AddHours(25), CancellationToken.None));
    }

    [Fact]
    public async Task Of_old_runs_each_datasets_newest_failed_one_stays_and_running_ones_do()
    {
        var log = new RunLog(hub.Database);
        foreach (var name in new[] { "main", "second" })
        {
            var feed = new FeedKey(Operator, name, Dataset.ChargingSessions);
            for (var hour = 0; hour < 6; hour++)
            {
                var id = await log.OpenAsync(feed, RunKind.Live, null, Noon.AddHours(hour), CancellationToken.None);
                var outcome = hour < 3 && name == "main" ? RunOutcome.Failed : RunOutcome.Completed;
                if (hour != 4) await log.CloseAsync(id, outcome, Noon.AddHours(hour + 1), new RunCounts(), CancellationToken.None);
            }
        }

        Assert.Equal(7, await log.DeleteOlderAsync(Noon.AddHours(5), CancellationToken.None));
        Assert.Equal(
            ["main 14", "main 16", "main 17", "second 16", "second 17"],
            await hub.ManyAsync("SELECT feed_id || ' ' || to_char(started_at AT TIME ZONE 'UTC', 'HH24') FROM run ORDER BY 1"));
    }
}
