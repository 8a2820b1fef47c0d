using System.Collections.Concurrent;
using System.Globalization;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Sandbox.Simulation;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>What it costs to get through an operator of whose requests seven in ten fail.</summary>
public sealed class RetryCostTests(Certificates certificates) : IClassFixture<Certificates>
{
    private const int Pages = 160;

    /// <summary>
    /// With a failure rate of p, getting N pages takes N / (1 - p) requests when each failure costs one more request, and not one is
    /// sent for nothing. A tenth more is allowed.
    /// </summary>
    [Fact]
    public async Task Each_failure_costs_one_more_request_and_no_page_is_asked_for_again()
    {
        var failures = 0;
        var answered = new ConcurrentDictionary<string, int>();
        var arrived = 0;
        await using var server = await OperatorServer.StartAsync(certificates.Good(), async context =>
        {
            var lot = new Seeded(7, Interlocked.Increment(ref arrived)).Fraction();
            if (lot < 0.7) Interlocked.Increment(ref failures);
            switch (lot)
            {
                case < 0.3:
                    context.Response.StatusCode = 503;
                    break;
                case < 0.5:
                    context.Response.StatusCode = 429;
                    break;
                case < 0.6:
                    context.Abort();
                    break;
                case < 0.7:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                default:
                    answered.AddOrUpdate(context.Request.QueryString.Value!, 1, (_, n) => n + 1);
                    await context.Response.WriteAsync("[]");
                    break;
            }
        });
        using var factory = new FeedClientFactory(TimeProvider.System, new FetchRules { FirstPause = TimeSpan.FromMilliseconds(1), Budget = TimeSpan.FromSeconds(2) });
        using var client = factory.Create(server.Feed(certificates.CaFile));
        var counted = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Pages), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (page, cancellationToken) =>
        {
            var url = new Uri(server.Url, $"?page={page.ToString(CultureInfo.InvariantCulture)}");
            for (FetchResult? result = null; result is not Fetched;)
            {
                result = await client.FetchAsync(url, new Dictionary<string, string>(), cancellationToken);
                Interlocked.Add(ref counted, result.Requests);
                (result as Fetched)?.Json.Dispose();
            }
        });

        var rate = failures / (double)arrived;
        Assert.InRange(rate, 0.6, 0.8);
        Assert.Equal(Pages, answered.Count);
        Assert.True(arrived <= counted, $"the server saw {arrived} requests, and the client counts {counted}");
        Assert.True(arrived <= 1.1 * Pages / (1 - rate), $"{arrived} requests for {Pages} pages at a failure rate of {rate:0.00}");
    }
}
