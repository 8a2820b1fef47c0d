using System.Collections.Concurrent;
using System.Globalization;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Protocols;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Doctor;

/// <summary>
/// Whether operators answer: the first request of an ordinary pull, once for each feed, without a second try.
/// All guards of <see cref="FeedClient"/> hold, and the limits too: who has no turn soon is not asked.
/// </summary>
public static class FeedChecks
{
    private const string Subject = "feeds";
    private const int HostsAtOnce = 8;

    /// <summary>A Date header has whole seconds, and the answer was under way.</summary>
    private static readonly TimeSpan DateResolution = TimeSpan.FromSeconds(2);

    /// <summary>Somebody waits for the outcome.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly FetchRules Once = FetchRules.Default with { Attempts = 1, Budget = TimeSpan.FromSeconds(20) };

    /// <param name="count">Where the hubs of this installation count what they ask, or a count of its own where no database is there.</param>
    public static async Task<IReadOnlyList<Check>> LookAsync(
        LoadedRegistry registry, IRequestCount count, TimeProvider time, Action<int, int> progress, CancellationToken cancellationToken)
    {
        var asked = registry.Feeds.Where(f => f.IsCollected).OrderBy(f => f.OperatorId, StringComparer.Ordinal).ThenBy(f => f.FeedId, StringComparer.Ordinal).ToList();
        if (asked.Count == 0) return [Check.NotChecked(Subject, "There is no active feed to ask.")];
        var (checks, aheads, done) = (new Check[asked.Count], new ConcurrentBag<(string Whose, TimeSpan Ahead)>(), 0);
        await Parallel.ForAsync(0, asked.Count, new ParallelOptions { MaxDegreeOfParallelism = HostsAtOnce, CancellationToken = cancellationToken }, async (i, ct) =>
        {
            checks[i] = await AskAsync(asked[i], count, time, aheads, ct);
            progress(Interlocked.Increment(ref done), asked.Count);
        });
        return [.. checks, .. ClockCheck.Judge([.. aheads.OrderBy(a => a.Whose, StringComparer.Ordinal)], DateResolution)];
    }

    private static async Task<Check> AskAsync(
        FeedDefinition feed, IRequestCount count, TimeProvider time, ConcurrentBag<(string Whose, TimeSpan Ahead)> aheads, CancellationToken cancellationToken)
    {
        var name = $"{feed.OperatorId}/{feed.FeedId} at {feed.BaseUrl.Authority}";
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = new SoonTurn(count, LongestWait, waiting, time);
        using var factory = new FeedClientFactory(time, Once, turn);
        using var client = factory.Create(feed);
        var requests = 0;
        var protocols = ProtocolCatalogue.Create(_ => FirstOnlyAsync, r => (Secrets.Resolve(r) as Secret)?.Value, time);
        // Reference data is often open: only a restricted dataset shows that the credential is good.
        var plan = feed.Datasets.OrderBy(d => d.Dataset.IsRestricted == (feed.Credential is not null) ? 0 : 1).First() with { PageSize = 1 };
        var now = Instants.ToWholeSecond(time.GetUtcNow() - plan.Settle);
        var request = new PullRequest(feed, plan, plan.Dataset.IsSnapshot ? null : new Window(now.AddMinutes(-1), now));
        FeedFailure? failure = null;
        try
        {
            await foreach (var step in protocols.Single(p => p.Name == feed.Protocol).PullAsync(request, waiting.Token))
            {
                failure = (step as PullFailed)?.Failure;
                break;
            }
        }
        catch (OperationCanceledException) when (turn.TooFar is not null && !cancellationToken.IsCancellationRequested)
        {
            return Check.NotChecked(Subject, $"{name} was not asked: by its limits, or because the operator asked for quiet, the next request may go out in {turn.TooFar:h\\:mm\\:ss}. `feeds status` shows how the hub's own go.");
        }
        catch (Exception failed) when (StartFailures.Of(failed) is not null)
        {
            return Check.NotChecked(Subject, $"{name} was not asked: the database, where requests are counted, went away.");
        }

        return failure is not null && requests <= 1 ? Refused(name, feed, failure) : Answered(name, feed, plan, client.Tls, time.GetUtcNow());

        async Task<FetchResult> FirstOnlyAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken ct, FetchForm? form)
        {
            // A pull goes on after its first answer; a look does not.
            if (++requests > 1) return new FetchFailed(new FeedFailure(FailureKind.Unreachable, "One request is enough.", ""), 0);
            var result = await client.FetchAsync(url, headers, ct, form);
            if (result is Fetched fetched && DateTimeOffset.TryParse(fetched.Headers.GetValueOrDefault("Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var there))
                aheads.Add(($"that of {feed.BaseUrl.Authority}", time.GetUtcNow() - there));
            return result;
        }
    }

    private static Check Answered(string name, FeedDefinition feed, DatasetPlan plan, TlsSeen? tls, DateTimeOffset now)
    {
        var credential = feed.Credential is null ? "no credential needed" : plan.Dataset.IsRestricted ? "credential accepted" : "credential not refused";
        if (tls is null) return Check.Ok(Subject, $"{name} answers; {credential}.");
        var days = tls.DaysLeft(now);
        var old = tls.Version == "1.2";
        var sentence = $"{name} answers; TLS {tls.Version}, days left of its certificate: {days}, {credential}.";
        return days < TlsSeen.SoonDays ? Check.Warning(Subject, sentence, "Remind the operator to renew its certificate: the hub refuses it from that day.")
            : old ? Check.Warning(Subject, sentence, "Nothing breaks; contracts prefer TLS 1.3, so tell the operator.")
            : Check.Ok(Subject, sentence);
    }

    private static Check Refused(string name, FeedDefinition feed, FeedFailure failure) => Check.Failed(
        Subject,
        $"{name}: {Words<FailureKind>.Of(failure.Kind)}: {failure.Detail}",
        failure.Kind switch
        {
            FailureKind.Unauthorised or FailureKind.Forbidden when feed.Credential is { } reference => $"Look at what {reference} holds, or ask the operator for a credential.",
            FailureKind.Unauthorised or FailureKind.Forbidden => "The operator asks for a credential: name one in the operator file.",
            FailureKind.CredentialMissing => $"Put it there, readable for the user that the hub runs as: {feed.Credential}.",
            FailureKind.Unreachable or FailureKind.TimedOut => "Look at base_url and at this machine's way out; the hub goes on trying.",
            FailureKind.TlsRefused or FailureKind.AddressRefused => "Nothing was sent. Correct the operator file (ca_file, allow_private_hosts), or tell the operator.",
            _ => "Look at base_url and protocol in the operator file, or send the sentence to the operator.",
        });
}
