using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Proofs;

/// <summary>
/// Copies follow /v1/changes through whatever happens to a hub, each with the rights of another reader, while the hub is started again and its database set back
/// to a copy of itself; whenever one has caught up it equals the lists. So do those of the mirror that users are given. One seed is one such story.
/// </summary>
internal static class MirrorProof
{
    private const int Comparisons = 8;

    private static readonly Right[] OfBorough = [new("alpha", "charging_sessions", ["E09000022"]), new("alpha", "status_changes", ["E09000022"]), new("beta", "charging_sessions", null), new("alpha", "reported_usage", ["E09000022"]), new("beta", "reported_usage", ["E09000007"]), new("alpha", "outages", ["E09000022"])];
    private static readonly Right[] OfOther = [new("alpha", "charging_sessions", ["E09000022", "E09000007"]), new("beta", "status_changes", null), new("alpha", "reported_usage", null), new("alpha", "outages", ["E09000007"])];
    private static readonly Right[] ByTheHour = [new("alpha", "charging_sessions", null, ["energy_kwh"], TimePrecision.Hour), new("beta", "charging_sessions", ["E09000033"]), new("alpha", "reported_usage", ["E09000022", "E09000007"], ["energy_kwh"], TimePrecision.Hour), new("beta", "reported_usage", null), new("alpha", "outages", null, ["category"], TimePrecision.Hour)];

    public static async Task<bool> RunAsync(ProofOptions options)
    {
        var report = new ProofReport(options);
        if (Directory.Exists(options.Data)) Directory.Delete(options.Data, recursive: true);
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(options.Data, "postgres") }, CancellationToken.None);
        var (seeds, events) = options.Full ? (20, 120) : (2, 25);
        var figures = new List<object>();
        var differences = new List<string>();
        for (var seed = options.Seed; seed < options.Seed + seeds && differences.Count == 0; seed++)
        {
            var rights = Scope.Of(OrganisationRole.Borough, null, OfBorough);
            Scope? ScopeOf(string key) => key switch
            {
                "cph_live_all_secret" => Scope.Everything,
                "cph_live_borough_secret" => rights,
                "cph_live_hour_secret" => Scope.Of(OrganisationRole.Tfl, null, ByTheHour),
                _ => null,
            };

            await using var hub = await MirrorHub.StartAsync(server.ConnectionString, $"seed_{seed.ToString(CultureInfo.InvariantCulture)}", new MirrorClock(), ScopeOf);
            var random = new Random(seed);
            var story = new MirrorStory(random, hub, options.LostAnnouncement);
            ChangeMirror[] mirrors =
            [
                new("nobody", null, null), new("everything", "cph_live_all_secret", null), new("sessions", "cph_live_all_secret", "charging_sessions"),
                new("borough", "cph_live_borough_secret", null), new("by the hour", "cph_live_hour_secret", "charging_sessions"),
                new("usage by the hour", "cph_live_hour_secret", "reported_usage"), new("outages by the hour", "cph_live_hour_secret", "outages"),
            ];
            string Folder(string reader) => Path.Combine(options.Data, string.Create(CultureInfo.InvariantCulture, $"mirror-{seed}"), reader);
            MirrorProgram[] programs =
            [
                new("nobody", null, Folder("nobody")), new("everything", "cph_live_all_secret", Folder("everything")), new("borough", "cph_live_borough_secret", Folder("borough")),
                new("by the hour", "cph_live_hour_secret", Folder("hour"), "charging_sessions"),
            ];
            VersionMirror[] histories = [new("everything", "cph_live_all_secret"), new("borough", "cph_live_borough_secret"), new("nobody", null)];
            var isCopied = false;
            for (var round = 0; round < Comparisons && differences.Count == 0; round++)
            {
                for (var n = 0; n < events; n++)
                {
                    await story.NextAsync();
                    var follower = mirrors[random.Next(mirrors.Length)];
                    if (random.Next(3) == 0) await follower.FollowAsync(hub.Http, random.Next(1, 30), random.Next(1, 4));
                    if (random.Next(6) == 0) differences.AddRange(await programs[random.Next(programs.Length)].RunAsync(hub.Http.BaseAddress!, proves: false));
                    if (random.Next(6) == 0) await histories[random.Next(histories.Length)].FollowAsync(hub.Http, random.Next(1, 30), random.Next(1, 4));
                }

                switch (random.Next(5))
                {
                    case 0: await hub.RestartAsync(); break;
                    case 1 or 2 when !isCopied:
                        await hub.CopyAsync();
                        isCopied = true;
                        break;
                    case 1 or 2: await hub.SetBackAsync(); break;
                    case 3: rights = Scope.Of(OrganisationRole.Borough, null, rights == Scope.Of(OrganisationRole.Borough, null, OfOther) ? OfBorough : OfOther); break;
                    default: break;
                }

                hub.Clock.NextHour();
                await hub.LookAtFreshnessAsync();
                foreach (var mirror in mirrors)
                {
                    await mirror.FollowAsync(hub.Http, random.Next(1, 60), int.MaxValue);
                    differences.AddRange((await mirror.DifferencesAsync(hub.Http)).Select(d => $"seed {seed}, round {round}: {d}"));
                }

                foreach (var program in programs) differences.AddRange((await program.RunAsync(hub.Http.BaseAddress!, proves: true)).Select(d => $"seed {seed}, round {round}: {d}"));

                // Each record of it is asked for by its address.
                foreach (var history in round % 3 == 1 ? histories : [])
                {
                    await history.FollowAsync(hub.Http, random.Next(1, 60), int.MaxValue);
                    differences.AddRange((await history.DifferencesAsync(hub.Http)).Select(d => $"seed {seed}, round {round}: {d}"));
                }
            }

            figures.Add(new
            {
                Seed = seed,
                Mirrors = mirrors.Select(m => new { m.Name, Records = m.Count, m.Upserts, m.Removals, m.Resyncs }),
                Programs = programs.Select(p => new { p.Name, p.Rounds, p.Beginnings }),
                Histories = histories.Select(h => new { h.Name, Versions = h.Count, h.Ends, h.Resyncs }),
            });
            report.Tell(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {string.Join("; ", mirrors.Select(m => $"{m.Name} {m.Count} records, {m.Upserts} upserts, {m.Removals} removals, {m.Resyncs} resyncs"))}; the program {string.Join(", ", programs.Select(p => $"{p.Name} {p.Rounds} times, {p.Beginnings} begun anew"))}; versions of {string.Join(", ", histories.Select(h => $"{h.Name} {h.Count}"))}"));
        }

        // Its folder goes with the report.
        await server.DisposeAsync();
        foreach (var difference in differences.Take(10)) report.Tell(difference);
        var isEqual = differences.Count == 0;
        return options.LostAnnouncement
            ? await report.CloseAsync(!isEqual, isEqual ? "the planted bug was not seen" : "with the planted bug, a copy differs", [], figures)
            : await report.CloseAsync(isEqual, isEqual ? $"{seeds} stories, every copy equal whenever it had caught up" : "a copy differs", [], figures);
    }
}
