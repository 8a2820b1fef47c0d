using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Proofs;

/// <summary>
/// Months of outages in minutes: the hub's collection and ledger and the operators go by one simulated clock, over real HTTP and a
/// real database. At the end of it a hub in real time takes the data over, and what it serves is compared with the truth: all of it
/// is here, or lies in a window that is listed as lost. Nothing is helped along.
/// </summary>
internal static class SimulatedProof
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Convergence = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Near = TimeSpan.FromMinutes(1);

    /// <summary>Of requests that fail at random, how many more than the unavoidable may be sent.</summary>
    private const double MostWaste = 1.1;

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var story = options.Full ? SimulatedStory.Full : SimulatedStory.Small;
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        var log = Directory.CreateDirectory(Path.Combine(options.Data, "log")).FullName;
        var start = TimeProvider.System.GetUtcNow() - story.Length;
        start = new DateTimeOffset(start.Ticks - start.Ticks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        var lived = await LiveAsync(options, story, start, report, Path.Combine(log, "simulated.log"));

        var orders = new ChildOrders
        {
            Data = options.Data,
            Seed = options.Seed,
            World = new WorldSize(story.Operators, story.ChargePoints, 3, "P1D"),
            LookBacks = [$"{SimulatedStory.IdOf(story.LookBack.Operator)}={XmlConvert.ToString(story.LookBack.Reach)}"],
            Oracle = Path.Combine(options.Data, "oracle"),
        };
        await using var now = ChildHub.Start(orders, Path.Combine(log, "hub-children.log"));
        await now.UntilItSaysAsync(HubChild.Ready, StartLimit);
        var sandboxFile = Path.Combine(options.Data, "sandbox.json");
        using var hub = new HubReading(sandboxFile);
        await hub.UntilNoGapAsync(Convergence);
        report.Tell("a hub in real time has taken over and no gap is open; comparing with the truth");
        var lost = Lost((await hub.GetAsync("/v1/gaps?state=lost"))["data"]!, story, start);
        var verdicts = await TruthCheck.RunAsync(sandboxFile, orders.Oracle);
        await now.EndAsync();

        var (late, wasted) = (lived.LongestBetweenPolls, lived.FlakyRequests / (lived.UsualRequests / (1 - 0.7)));
        string?[] faults =
        [
            verdicts.All(v => v.IsAllThereOrListed(SimulatedStory.IdOf(story.LookBack.Operator))) ? null : "what is served does not equal the truth",
            verdicts[0].Lost > 0 ? null : "nothing was lost, so nothing shows that loss is told",
            .. lost.Select(l => l.Fault),
            late <= 2 * story.Cadence ? null : $"while one operator hung, another was not read for {late}",
            wasted <= MostWaste ? null : string.Create(CultureInfo.InvariantCulture, $"the flaky operator was asked {wasted:0.00} times as often as failures explain"),
            lived.OverLimit == 0 ? null : $"{lived.OverLimit} requests were over the limit of 30 an hour",
        ];
        var told = faults.OfType<string>().ToList();
        var sentence = told.Count == 0 ? "every recoverable gap closed by itself, what could not be had is listed as lost, and all else equals the truth" : string.Join("; ", told);
        return await report.CloseAsync(told.Count == 0, sentence, verdicts, new
        {
            story.Operators,
            story.ChargePoints,
            SimulatedDays = story.Length.TotalDays,
            Lived = lived,
            RequestsOverUnavoidable = Math.Round(wasted, 2),
            Lost = lost,
        });
    }

    /// <summary>From the start of the story to now.</summary>
    private static async Task<Lived> LiveAsync(ProofOptions options, SimulatedStory story, DateTimeOffset start, ProofReport report, string log)
    {
        var clock = new SimulatedClock(start);
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.Data, "postgres") }, CancellationToken.None);
        if (await PretendLondonHost.StartAsync(story.World(options.Data, options.Seed, start), clock, CancellationToken.None) is not SandboxStart.Started { Host: var london })
            throw new ProofFailedException("The pretend London did not start.");
        await using var operatorsAreUp = london;
        story.Pace(london.OperatorsFolder);
        await using var hub = await SimulatedHub.StartAsync(london, server.ConnectionString, clock, log);
        using var stillness = new Stillness(server.ConnectionString);
        var flaky = london.Requests[SimulatedStory.IdOf(story.Flaky.Operator)];
        var counted = new Dictionary<TimeSpan, int>();
        var usual = story.Flaky.When.From - (story.Flaky.When.To - story.Flaky.When.From);
        TimeSpan[] marks = [usual, story.Flaky.When.From, story.Flaky.When.To, .. story.HubDown.SelectMany(d => new[] { d.From, d.To }), .. Enumerable.Range(1, 19).Select(n => story.Length * n / 20)];
        var isUp = false;
        foreach (var mark in marks.Append(TimeSpan.MaxValue).Distinct().Order())
        {
            var isDown = story.HubDown.Any(d => d.From < mark && mark <= d.To);
            if (isUp && isDown) await hub.EndAsync();
            if (!isUp && !isDown) await hub.BeginAsync();
            isUp = !isDown;
            // The last of it is now, which goes on meanwhile: what is left when it is near falls to the hub in real time.
            do
            {
                var to = mark == TimeSpan.MaxValue ? TimeProvider.System.GetUtcNow() : start + mark;
                if (isUp) await clock.RunAsync(to, stillness);
                else clock.Skip(to);
                if (isUp && hub.Fault is { } fault) throw new ProofFailedException($"A collection ended: {fault}");
            }
            while (mark == TimeSpan.MaxValue && TimeProvider.System.GetUtcNow() - clock.GetUtcNow() > Near);

            counted[mark] = flaky.Total;
            var lived = clock.GetUtcNow() - start;
            report.Tell(string.Create(CultureInfo.InvariantCulture, $"{lived.TotalDays,6:0.0} days of {story.Length.TotalDays:0.0}, {london.Requests.Values.Sum(r => r.Total)} requests{(isUp ? "" : ", the hub was down")}"));
        }

        var between = await LongestBetweenPollsAsync(hub.Database, story, start);
        await using (var made = hub.Database.Reads.CreateCommand("SELECT count(*) FROM status_day"))
        {
            if (await made.ExecuteScalarAsync() is not > 0L) throw new ProofFailedException("Days have ended and settled, and the hub has made none of them.");
        }

        await hub.EndAsync();
        var shared = story.OneHost.Select(o => london.Requests[SimulatedStory.IdOf(o)]).ToList();
        return new Lived(
            london.Requests.ToDictionary(r => r.Key, r => r.Value.ByOutcome),
            counted[story.Flaky.When.From] - counted[usual], counted[story.Flaky.When.To] - counted[story.Flaky.When.From], between,
            shared.Sum(r => r.OverLimit), shared.Select(r => r.MostInInterval).DefaultIfEmpty().Max());
    }

    /// <summary>While one operator hangs: the longest time for which another, that nothing ails, was not read.</summary>
    private static async Task<TimeSpan> LongestBetweenPollsAsync(Database database, SimulatedStory story, DateTimeOffset start)
    {
        var when = story.Hanging.When.In(start);
        string[] ailing = [SimulatedStory.IdOf(story.Hanging.Operator), .. story.ForbidsAfterPages is { } place ? [SimulatedStory.IdOf(place)] : Array.Empty<string>(), .. story.Outages.Where(o => o.When.In(start).Intersect(when) is not null).Select(o => SimulatedStory.IdOf(o.Operator))];
        await using var command = database.Reads.CreateCommand(
            """
            SELECT max(started_at - before) FROM (
                SELECT started_at, lag(started_at) OVER (PARTITION BY operator_id, dataset ORDER BY started_at) AS before
                FROM run WHERE kind IN ('live', 'crawl') AND outcome = 'completed' AND operator_id <> ALL ($1) AND started_at >= $2 AND started_at < $3) r
            """);
        command.Parameters.AddWithValue(ailing);
        command.Parameters.AddWithValue(when.From);
        command.Parameters.AddWithValue(when.To);
        return await command.ExecuteScalarAsync() is TimeSpan longest ? longest : throw new ProofFailedException("While one operator hung, no other was read.");
    }

    /// <summary>
    /// What was out of reach for longer than an operator looks back is lost: what is beyond that, and as much as polls are apart. Nothing else is.
    /// </summary>
    private static List<LostTime> Lost(JsonNode gaps, SimulatedStory story, DateTimeOffset start)
    {
        var (id, reach) = (SimulatedStory.IdOf(story.LookBack.Operator), story.LookBack.Reach);

        // The poll before, with what had not settled; the first one afterwards; the poll's length by which the hub stays inside the
        // limit; and another one, as loss is claimed in such steps.
        var besides = 4 * story.DenseCadence + SimulatedStory.Settle;
        var times = story.HubDown.Concat(story.Outages.Where(o => o.Operator == story.LookBack.Operator).Select(o => o.When)).Select(t => t.In(start)).Where(t => t.Length >= reach);
        var lost = new List<LostTime>();
        foreach (var list in gaps.AsArray().GroupBy(g => (Operator: (string)g!["operator_id"]!, Dataset: (string)g["dataset"]!)))
        {
            if (Dataset.All.Single(d => d.Name == list.Key.Dataset).IsSnapshot) continue;
            var left = Coverage.Of(list.Select(g => new Window(At(g!, "from"), At(g!, "to"))));
            foreach (var time in times)
            {
                var around = new Window(time.From - besides, time.To);
                var there = left.Intersect(around).Total;
                var fault = list.Key.Operator == id && there >= time.Length - reach && there <= time.Length - reach + besides ? null
                    : $"{list.Key.Operator} {list.Key.Dataset}: of {time}, {there} is lost, which should be {time.Length - reach} and at most {besides} more";
                lost.Add(new LostTime(list.Key.Operator, list.Key.Dataset, time.ToString(), ProofReport.Rounded(time.Length - reach), ProofReport.Rounded(there), fault));
                left = left.Subtract(Coverage.Of([around]));
            }

            // Before the hub's first start there was more history than the operator still told.
            if (!left.Intersect(new Window(start - reach + besides, TimeProvider.System.GetUtcNow())).IsEmpty)
                lost.Add(new LostTime(list.Key.Operator, list.Key.Dataset, left.ToString(), 0, ProofReport.Rounded(left.Total), $"{list.Key.Operator} {list.Key.Dataset}: lost without an outage: {left}"));
        }

        return lost;

        static DateTimeOffset At(JsonNode gap, string name) => DateTimeOffset.Parse((string)gap[name]!, CultureInfo.InvariantCulture);
    }

    /// <param name="Requests">By operator and outcome.</param>
    /// <param name="UsualRequests">To the flaky operator in as long a time before it became so.</param>
    private sealed record Lived(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Requests, int UsualRequests, int FlakyRequests, TimeSpan LongestBetweenPolls, int OverLimit, int MostInAnHour);

    private sealed record LostTime(string OperatorId, string Dataset, string Outage, double UnavoidableSeconds, double LostSeconds, string? Fault);
}
