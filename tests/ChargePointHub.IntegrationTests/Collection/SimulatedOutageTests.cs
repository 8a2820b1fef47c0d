using System.Globalization;
using System.Runtime.CompilerServices;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Model;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChargePointHub.IntegrationTests.Collection;

/// <summary>
/// Outages on a clock that jumps: the collection, the ledger and the store are the hub's own, the operator is a function of time,
/// and what is stored is compared with that function. Nothing is helped along.
/// </summary>
public sealed class SimulatedOutageTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = Samples.Noon.AddDays(-20);
    private HubDatabase hub = null!;

    public async Task InitializeAsync()
    {
        hub = await HubDatabase.CreateDatabaseAsync();
        await hub.OneAsync("UPDATE hub_clock SET recorded_at = '2020-01-01' RETURNING tick");
        await new PageWriter(hub.Database).WriteAsync(Samples.Points("1"), CancellationToken.None);
    }

    public async Task DisposeAsync() => await hub.DisposeAsync();

    [Theory]
    [InlineData(1, 10)]
    [InlineData(24, 30)]
    [InlineData(168, 60)]
    public async Task An_operator_that_was_down_is_caught_up_with(int hours, int cadenceMinutes)
    {
        var world = new TenMinuteOperator { Down = new Window(Start.AddHours(5), Start.AddHours(5 + hours)) };

        var ledger = await RunAsync(world, cadenceMinutes, Start, Start.AddHours(5 + hours + 12));

        Assert.Empty(ledger.Unavailable);
        Assert.Single(ledger.Covered);
        Assert.Empty(await MissingAsync(ledger));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(240)]
    public async Task A_hub_that_was_down_catches_up(int hours)
    {
        var world = new TenMinuteOperator();
        await RunAsync(world, 30, Start, Start.AddHours(5));

        var ledger = await RunAsync(world, 30, Start.AddHours(5 + hours), Start.AddHours(5 + hours + 12));

        Assert.Single(ledger.Covered);
        Assert.Empty(await MissingAsync(ledger));
    }

    [Fact]
    public async Task Of_an_outage_of_36_hours_with_24_to_look_back_on_12_are_lost_and_said_to_be()
    {
        var world = new TenMinuteOperator { Down = new Window(Start.AddHours(30), Start.AddHours(66)), LookBack = TimeSpan.FromHours(24) };

        var ledger = await RunAsync(world, 30, Start, Start.AddHours(80));

        Assert.All(ledger.Unavailable, u => Assert.Equal("beyond_look_back", u.Cause));
        var lost = Coverage.Of(ledger.Unavailable.Select(u => u.Window));
        Assert.InRange(lost.Intersect(new Window(Start, Start.AddHours(80))).Total, TimeSpan.FromHours(12), TimeSpan.FromHours(14));
        Assert.All(await MissingAsync(ledger), at => Assert.True(lost.Contains(at), $"{at:O} is missing, and nothing says so"));
        Assert.Single(ledger.Covered.Union(lost).Intersect(new Window(Start, Start.AddHours(79))));
    }

    [Theory]
    [InlineData(nameof(PlantedBug.None))]
    [InlineData(nameof(PlantedBug.NoKey))]
    [InlineData(nameof(PlantedBug.EdgeLeftOut))]
    [InlineData(nameof(PlantedBug.ClaimOnPartial))]
    [InlineData(nameof(PlantedBug.TrustedLastUpdated))]
    public async Task A_planted_bug_is_seen(string name)
    {
        var planted = Enum.Parse<PlantedBug>(name);
        var world = new TenMinuteOperator { FailsOnce = true, Lies = planted == PlantedBug.TrustedLastUpdated };

        var ledger = await RunAsync(world, 30, Start, Start.AddHours(8), planted);

        var missing = (await MissingAsync(ledger)).Count > 0;
        var twice = await hub.OneAsync("SELECT count(*) FROM (SELECT FROM charging_session GROUP BY session_id HAVING count(*) > 1) t") != "0";
        var versions = await hub.OneAsync("SELECT count(*) FROM charging_session_version") != "0";
        Assert.Equal(
            planted switch
            {
                PlantedBug.None => (false, false, false),
                PlantedBug.NoKey => (false, true, false),
                PlantedBug.TrustedLastUpdated => (false, false, true),
                _ => (true, false, false),
            },
            (missing, twice, versions));
    }

    /// <summary>Runs the hub's collection from one instant of the simulated clock to another, as a process of its own.</summary>
    private async Task<Ledger> RunAsync(TenMinuteOperator world, int cadenceMinutes, DateTimeOffset from, DateTimeOffset to, PlantedBug planted = PlantedBug.None)
    {
        using var over = new CancellationTokenSource();
        var clock = new JumpingClock(from, to, over);
        world.Clock = clock;
        var plan = new DatasetPlan
        {
            Dataset = Dataset.ChargingSessions,
            Axis = WindowAxis.LastUpdated,
            Earliest = Start.AddDays(-2),
            Cadence = TimeSpan.FromMinutes(cadenceMinutes),
            LookBack = world.LookBack,
            PageSize = 20,
        };
        var feed = CollectedHub.Feed(world.Name, plan) with { LastUpdatedLies = world.Lies };
        var writer = new PageWriter(hub.Database) { SimulatedClock = clock, Planted = planted };
        var (coverage, places) = (new CoverageStore(hub.Database), new PullPlaces(new ContinuationStore(hub.Database), clock));
        var run = CollectedHub.Run(hub.Database, writer, clock);
        var collection = new OperatorCollection(
            new OperatorDefinition(Samples.Operator, "char.gy", [], null, null, [feed]), null, [world], run,
            new CollectionLedger(coverage, places, new RereadStore(hub.Database)), new StatusSweeper(writer, coverage, clock), clock, NullLogger.Instance);
        await collection.CollectAsync(over.Token, CancellationToken.None);
        return await coverage.ReadAsync(Samples.Operator, Dataset.ChargingSessions, CancellationToken.None);
    }

    /// <summary>Times of records that the ledger says are here, and are not.</summary>
    private async Task<List<DateTimeOffset>> MissingAsync(Ledger ledger)
    {
        var here = (await hub.ManyAsync("SELECT DISTINCT session_id FROM charging_session")).ToHashSet();
        var end = ledger.Covered.End!.Value;
        return [.. TenMinuteOperator.TimesIn(new Window(Start.AddDays(-2), end)).Where(at => !here.Contains(TenMinuteOperator.IdOf(at)))];
    }

    /// <summary>Gives one session every ten minutes, last changed at that instant; whole minutes are where windows begin and end.</summary>
    private sealed class TenMinuteOperator : IFeedProtocol
    {
        private bool hasFailed;

        public string Name => "ten-minutes";

        public IReadOnlyList<Dataset> Datasets => Dataset.All;

        public TimeProvider Clock { get; set; } = TimeProvider.System;

        public Window? Down { get; init; }

        public TimeSpan? LookBack { get; init; }

        /// <summary>The second page of the first window of history is not sent, once.</summary>
        public bool FailsOnce { get; init; }

        /// <summary>Says that every record changed when it was asked for.</summary>
        public bool Lies { get; init; }

        public static string IdOf(DateTimeOffset at) => $"{Samples.Operator}:{at.UtcDateTime.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture)}";

        public static IEnumerable<DateTimeOffset> TimesIn(Window window)
        {
            var every = TimeSpan.FromMinutes(10);
            var first = new DateTimeOffset((window.From.UtcTicks + every.Ticks - 1) / every.Ticks * every.Ticks, TimeSpan.Zero);
            for (var at = first; at < window.To; at += every) yield return at;
        }

        public async IAsyncEnumerable<PullStep> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            var (window, now) = (request.Window!.Value, Clock.GetUtcNow());
            if (Down?.Contains(now) == true || window.From < now - LookBack)
            {
                var kind = Down?.Contains(now) == true ? FailureKind.Unreachable : FailureKind.UnexpectedStatus;
                yield return new PullFailed(new FeedFailure(kind, "As the simulation has it.", "https://operator.example/"), 1);
                yield break;
            }

            var pages = TimesIn(window).Where(at => at <= now).Chunk(request.Plan.PageSize).ToList();
            for (var number = 1; number <= Math.Max(1, pages.Count); number++)
            {
                if (FailsOnce && !hasFailed && number == 2 && window.Length == request.Plan.LongestWindow)
                {
                    hasFailed = true;
                    yield return new PullFailed(new FeedFailure(FailureKind.Truncated, "Once.", "https://operator.example/"), 1);
                    yield break;
                }

                var sessions = pages.Count == 0 ? [] : pages[number - 1].Select(at => Samples.Accept(new ChargingSession
                {
                    SessionId = IdOf(at),
                    OperatorId = Samples.Operator,
                    ChargePointId = $"{Samples.Operator}:1",
                    PlugInAt = at.AddHours(-2),
                    PlugOutAt = at,
                    EnergyKwh = 7,
                    LastUpdated = Lies ? now : at,
                })).ToList();
                yield return new PulledPage(number, number >= pages.Count, new RecordPage { ChargingSessions = sessions }, 1);
            }
        }
    }
}
