using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.Store;
using ChargePointHub.Store.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Benchmarks;

/// <summary>
/// Pages of 1,000 sessions by keyset, one reader who follows the cursor: the hub against a hand-written Fastify and pg server over the same rows, the first
/// page against the thousandth, and a page of one operator and of one borough against the same bytes from Kestrel's memory. In turns, plain HTTP.
/// </summary>
internal static partial class PagesBenchmark
{
    private const int Size = 1_000;
    private const int Followed = 50;
    private const int Repeated = 20;
    private const int Deep = 1_000;

    private static readonly string Listed = $"/v1/charging-sessions?period=2026-11-20&limit={Size}";
    private static readonly (string Name, string Query)[] Filters = [("operator", "&operator=operator-07"), ("borough", "&borough=E09000005")];

    public static async Task<int> RunAsync(int sessions, int rounds)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("cph-bench-");
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder.FullName, "postgres") }, CancellationToken.None);
            await using var database = Database.Open(server.ConnectionString);
            await Migrator.MigrateAsync(database, CancellationToken.None);
            await LondonDay.WriteAsync(server.ConnectionString, sessions);
            var kept = new Dictionary<string, byte[]>();
            await using var app = await BenchHub.HostAsync(database, BenchHub.Plain, map: a => a.MapGet("/memory/{name}", (HttpContext context, string name) =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = kept[name].Length;
                return context.Response.Body.WriteAsync(kept[name]).AsTask();
            }));
            using var fastify = await FastifyServer.StartAsync(server.ConnectionString);
            using var hub = new HttpClient { BaseAddress = BenchHub.AddressesOf(app).Single(), DefaultRequestHeaders = { { "X-API-Key", BenchHub.Key } } };
            using var other = new HttpClient { BaseAddress = fastify.Address };
            foreach (var (name, query) in Filters) kept[name] = await hub.GetByteArrayAsync(new Uri(Listed + query, UriKind.Relative));
            var deep = sessions > Deep * Size ? await FollowAsync(hub, Listed, Deep - 1) : null;
            if (deep is null) Console.WriteLine($"Fewer than {Deep:N0} whole pages: the last cannot be held against the first.");

            var measured = new List<Round>();
            for (var round = -2; round < rounds; round++)
            {
                var pages = await TimeAsync(() => FollowAsync(hub, Listed, Followed));
                var objects = await TimeAsync(() => FollowAsync(other, Asked("objects"), Followed));
                var text = await TimeAsync(() => FollowAsync(other, Asked("text"), Followed));
                var (first, last) = deep is null ? (1, 1) : await InTurnsAsync(hub, Listed, deep);
                var (byOperator, itsBytes) = await InTurnsAsync(hub, Listed + Filters[0].Query, "/memory/operator");
                var (byBorough, boroughBytes) = await InTurnsAsync(hub, Listed + Filters[1].Query, "/memory/borough");
                var result = new Round(objects / pages, text / pages, last / first, itsBytes / byOperator, boroughBytes / byBorough, pages / Followed);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {(round < 0 ? "warm-up" : $"round {round + 1}")}: a page {pages / Followed:F1} ms, Fastify {objects / Followed:F1} ms by objects, {text / Followed:F1} ms by text; page 1 {first:F1} ms, page {Deep:N0} {last:F1} ms; by operator {byOperator:F1} ms, memory {itsBytes:F2} ms; by borough {byBorough:F1} ms, memory {boroughBytes:F2} ms"));
                if (round >= 0) measured.Add(result);
            }

            return await ReportAsync(sessions, rounds, measured, deep is not null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> ReportAsync(int sessions, int rounds, IReadOnlyList<Round> measured, bool isDeep)
    {
        (string Name, double Value, double? Least, double? Most)[] lines =
        [
            ("pages a second, as a multiple of Fastify's by objects", Median(r => r.Objects), 3, null),
            ("pages a second, as a multiple of Fastify's by text", Median(r => r.Text), null, null),
            .. isDeep ? [($"time of page {Deep:N0} as a multiple of page 1's", Median(r => r.Deep), (double?)null, (double?)1.2)] : Array.Empty<(string, double, double?, double?)>(),
            ("pages of one operator a second, as a share of memory's", Median(r => r.Operator), 0.12, null),
            ("pages of one borough a second, as a share of memory's", Median(r => r.Borough), 0.12, null),
        ];
        foreach (var (name, value, least, most) in lines)
        {
            var asked = least is { } l ? $"at least {l:F2}" : most is { } m ? $"at most {m:F2}" : "for comparison";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-58} {value,8:F2}   {asked}   {(IsReached(value, least, most) ? "" : "MISSED")}"));
        }

        System.IO.Directory.CreateDirectory("BenchmarkResults");
        var machine = $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
        var result = new
        {
            benchmark = "pages",
            machine,
            sessions,
            rounds,
            page_ms = Math.Round(Median(r => r.PageMs), 2),
            measures = lines.Select(l => new { name = l.Name, value = Math.Round(l.Value, 3), at_least = l.Least, at_most = l.Most, reached = IsReached(l.Value, l.Least, l.Most) }),
        };
        await File.WriteAllTextAsync(Path.Combine("BenchmarkResults", "pages.json"), JsonSerializer.Serialize(result, Formats.Indented));
        return lines.All(l => IsReached(l.Value, l.Least, l.Most)) ? 0 : 1;

        double Median(Func<Round, double> of)
        {
            var sorted = measured.Select(of).Order().ToList();
            return sorted[sorted.Count / 2];
        }
    }

    private static bool IsReached(double value, double? least, double? most) => !(value < least) && !(value > most);

    private static string Asked(string how) => $"/{how}?from={LondonDay.Day.From:yyyy-MM-ddTHH:mm:ssZ}&to={LondonDay.Day.To:yyyy-MM-ddTHH:mm:ssZ}&limit={Size}";

    /// <returns>Where the page after the last one is.</returns>
    private static async Task<string> FollowAsync(HttpClient http, string start, int pages)
    {
        var next = start;
        for (var n = 0; n < pages; n++)
        {
            using var answer = await http.GetAsync(new Uri(next, UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            next = answer.Headers.TryGetValues("Link", out var links) ? NextLink().Match(links.First()).Groups[1].Value
                : answer.Headers.TryGetValues("x-next", out var after) ? $"{start}&after={after.Single()}"
                : throw new InvalidOperationException($"{next} is the last page.");
        }

        return next;
    }

    /// <summary>The same two pages again and again, one after the other; milliseconds of each.</summary>
    private static async Task<(double One, double Other)> InTurnsAsync(HttpClient http, string one, string other)
    {
        var (first, second) = (new List<double>(), new List<double>());
        for (var n = 0; n < Repeated; n++)
        {
            first.Add(await TimeAsync(() => http.GetByteArrayAsync(new Uri(one, UriKind.Relative))));
            second.Add(await TimeAsync(() => http.GetByteArrayAsync(new Uri(other, UriKind.Relative))));
        }

        return (first.Order().ElementAt(Repeated / 2), second.Order().ElementAt(Repeated / 2));
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }

    [GeneratedRegex("<([^>]+)>; rel=\"next\"", RegexOptions.CultureInvariant)]
    private static partial Regex NextLink();

    /// <summary>Ratios of one round: the hub's pages a second to the others', and the time of a deep page to the first one's.</summary>
    private sealed record Round(double Objects, double Text, double Deep, double Operator, double Borough, double PageMs);
}
