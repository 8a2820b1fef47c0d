using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Feeds.Registry;
using Polly;
using Polly.CircuitBreaker;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// One feed's way to its operator: <see cref="FetchAsync"/> is one request done well. Knows no protocol. Safe to be used by
/// several at once; made by <see cref="FeedClientFactory"/>.
/// </summary>
public sealed class FeedClient : IDisposable
{
    private static readonly HttpRequestOptionsKey<bool> Connected = new("connected");

    private readonly string operatorId;
    private readonly FetchRules rules;
    private readonly RequestGate gate;
    private readonly OperatorBreaker breaker;
    private readonly IDisposable membership;
    private readonly TimeProvider time;
    private readonly FeedTrust trust;
    private readonly HttpClient http;
    private readonly ResiliencePipeline<FetchResult> pipeline;

    internal FeedClient(FeedDefinition feed, FetchRules rules, RequestGate gate, OperatorBreaker breaker, TimeProvider time)
    {
        (operatorId, this.rules, this.gate, this.breaker, this.time) = (feed.OperatorId, rules, gate, breaker, time);
        membership = gate.Join(feed.Limits);
        trust = new FeedTrust(feed.CaFile);
        http = new HttpClient(Handler(new AddressGuard(feed.AllowPrivateHosts), trust.Options()))
        {
            Timeout = Timeout.InfiniteTimeSpan, // the budget covers the body as well, which this would not
        };
        pipeline = FetchResilience.Retry(rules, breaker.Pipeline, time);
    }

    /// <summary>What the server showed last; null: no connection has been made yet.</summary>
    public TlsSeen? Tls { get; private set; }

    /// <summary>Implements <see cref="Fetch"/>.</summary>
    public async Task<FetchResult> FetchAsync(Uri url, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken, FetchForm? form = null)
    {
        var chain = new FetchChain(url, headers, form, rules.Budget, time);
        if (trust.Fault is { } fault) return chain.Failed(FailureKind.TlsRefused, $"{MaskedUrl.Of(url)} was not asked: {fault}; put it right and the feed goes on.");
        if (AddressFault(url) is { } refused) return chain.Failed(FailureKind.AddressRefused, $"{MaskedUrl.Of(url)} was not asked: {refused}.");

        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(FetchResilience.Chain, chain);
        try
        {
            var result = await pipeline.ExecuteAsync(static (c, client) => client.MeteredAsync(c), context, this) with { Requests = chain.Requests };
            FetchMeter.Ended(operatorId, result, chain.Elapsed);
            return result;
        }
        catch (BrokenCircuitException open)
        {
            // Opened by this fetch's own attempts, the last of them says more; by others', the one that opened it says why.
            var cause = breaker.OpenedBy;
            return chain.Latest ?? chain.Failed(
                cause?.Kind ?? FailureKind.Unreachable,
                $"{MaskedUrl.Of(url)} was not asked: the operator failed so often in a row that it is left alone for {rules.BreakerPause.TotalSeconds:0} seconds. {cause?.Detail}".TrimEnd(),
                open.RetryAfter ?? rules.BreakerPause);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        trust.Dispose();
        membership.Dispose();
    }

    /// <summary>A connection was made and its TLS found good.</summary>
    private Stream Noted(Stream stream)
    {
        if (stream is SslStream { RemoteCertificate: X509Certificate2 certificate } tls)
            Tls = new TlsSeen(tls.SslProtocol == SslProtocols.Tls13 ? "1.3" : "1.2", certificate.NotAfter.ToUniversalTime(), time.GetUtcNow());
        return stream;
    }

    private SocketsHttpHandler Handler(AddressGuard guard, SslClientAuthenticationOptions tls) => new()
    {
        AllowAutoRedirect = false,
        PlaintextStreamFilter = (made, _) => ValueTask.FromResult(Noted(made.PlaintextStream)),
        UseCookies = false,
        UseProxy = false, // a proxy would resolve names itself, past the address guard
        ActivityHeadersPropagator = null,
        SslOptions = tls,
        ConnectTimeout = rules.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed name is followed
        ConnectCallback = (connecting, cancellationToken) => ConnectOnceAsync(guard, connecting, cancellationToken),
    };

    /// <summary>
    /// The framework repeats a GET up to three times by itself when a connection closes before it answered: requests that would
    /// pass no gate and count as no attempt. One connection for each request stops that, and still replaces a pooled one gone stale.
    /// </summary>
    private static async ValueTask<Stream> ConnectOnceAsync(AddressGuard guard, SocketsHttpConnectionContext connecting, CancellationToken cancellationToken)
    {
        var options = connecting.InitialRequestMessage.Options;
        if (options.TryGetValue(Connected, out _)) throw new IOException("the connection closed before it answered");
        options.Set(Connected, true);
        return await guard.ConnectAsync(connecting.DnsEndPoint, cancellationToken);
    }

    private async ValueTask<FetchResult> MeteredAsync(ResilienceContext context)
    {
        var result = await AttemptAsync(context);
        FetchMeter.Attempted(operatorId, result);
        return result;
    }

    /// <summary>One request with its redirects, its body read to the end, within what is left of the budget.</summary>
    private async ValueTask<FetchResult> AttemptAsync(ResilienceContext context)
    {
        var chain = context.Properties.GetValue(FetchResilience.Chain, null!);
        var at = chain.Url;
        for (var redirects = 0; ; redirects++)
        {
            await chain.TakeTurnAsync(gate, context.CancellationToken);
            using var budget = new CancellationTokenSource(chain.Remaining > TimeSpan.Zero ? chain.Remaining : TimeSpan.Zero, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, context.CancellationToken);
            try
            {
                using var request = Request(at, chain.Headers, chain.Form);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (!IsRedirect(response.StatusCode)) return await AnswerAsync(chain, at, response, either.Token);
                if (RedirectFault(chain, at, response.Headers.Location, redirects, out var next) is { } fault) return fault;
                at = next;
            }
            catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (OperationCanceledException) when (budget.IsCancellationRequested)
            {
                return chain.Failed(FailureKind.TimedOut, $"{MaskedUrl.Of(at)} did not give its whole answer within {rules.Budget.TotalSeconds:0.#} seconds; ask the operator for smaller pages or a faster API.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException or InvalidDataException)
            {
                return FetchFaults.OfNetwork(chain, at, e, rules);
            }
        }
    }

    private static HttpRequestMessage Request(Uri at, IReadOnlyDictionary<string, string> headers, FetchForm? form)
    {
        var request = new HttpRequestMessage(form?.Method ?? (form?.Body is null ? HttpMethod.Get : HttpMethod.Post), at);
        if (form?.Body is { } body) request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.TryAddWithoutValidation("User-Agent", "ChargePointHub/0.1");
        request.Headers.TryAddWithoutValidation("Accept", Wanted(form));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", DecodedBody.Accepted);
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value)) throw new ArgumentException($"{name} is not a request header.", nameof(headers));
        }

        return request;
    }

    private async Task<FetchResult> AnswerAsync(FetchChain chain, Uri at, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK && !(response.StatusCode == HttpStatusCode.Created && chain.Form?.Body is not null))
        {
            var refused = FetchFaults.OfStatus(chain, at, response, rules, time.GetUtcNow());
            if (refused.Failure.RetryAfter is { } asked) await gate.HoldAsync(asked, cancellationToken);
            else if (refused.Failure.Kind == FailureKind.Throttled) await gate.HoldAsync(rules.FirstPause, cancellationToken);
            return refused;
        }

        var tooLarge = $"{MaskedUrl.Of(at)} sent more than {rules.LargestBody:N0} bytes; ask the operator for smaller pages.";
        if (response.Content.Headers.ContentLength > rules.LargestBody) return chain.Failed(FailureKind.TooLarge, tooLarge);
        if (await DecodedBody.OfAsync(response.Content, cancellationToken) is not { } decoded)
            return chain.Failed(FailureKind.ProtocolError, $"{MaskedUrl.Of(at)} packed its answer as {string.Join(", ", response.Content.Headers.ContentEncoding)}; one of {DecodedBody.Accepted} was asked for.");

        using var body = new BodyReader();
        try
        {
            await using var packed = decoded;
            switch (await body.ReadAsync(packed, rules, cancellationToken))
            {
                case BodyEnd.TooLarge:
                    return chain.Failed(FailureKind.TooLarge, tooLarge);
                case BodyEnd.Swelling:
                    return chain.Failed(FailureKind.TooLarge, $"{MaskedUrl.Of(at)} sent a compressed answer that grew to more than {rules.MostSwelling} times its size; no honest answer does.");
                default:
                    break;
            }
        }
        catch (InvalidDataException)
        {
            return chain.Failed(FailureKind.Truncated, $"{MaskedUrl.Of(at)} sent bytes that are not what its Content-Encoding says, after {body.Length:N0} bytes; the operator should look at its server or proxy.");
        }
        catch (HttpRequestException)
        {
            return chain.Failed(FailureKind.ProtocolError, $"{MaskedUrl.Of(at)} sent chunks or trailers that are not HTTP as it should be, after {body.Length:N0} bytes; the operator should look at its server or proxy.");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Brotli says InvalidOperationException of bytes that it cannot read.
            return chain.Failed(FailureKind.Truncated, $"{MaskedUrl.Of(at)} broke off its answer after {body.Length:N0} bytes; the hub asks again, and the operator should look at its server or proxy.");
        }

        return Read(chain, at, body.Bytes, response);
    }

    private FetchResult Read(FetchChain chain, Uri at, ReadOnlySequence<byte> bytes, HttpResponseMessage response)
    {
        var said = $"{MaskedUrl.Of(at)} answered 200 with {response.Content.Headers.ContentType?.MediaType ?? "no content type"}";
        if (chain.Form?.ZipEntry is { } name)
        {
            if (ZippedAnswer.Of(bytes, name, rules, out var cause, out var what) is not { } unpacked) return chain.Failed(cause, $"{said}, but the answer {what}.");
            bytes = unpacked;
        }

        if (chain.Form?.Table is { } table)
        {
            return table(bytes, rules.LargestBody, out var cause, out var what) is { } rows ? new Fetched(rows, HeadersOf(response), chain.Requests)
                : chain.Failed(cause, $"{said}, which cannot be read as a table. {what}");
        }

        var isLines = chain.Form?.AnswersLines == true;
        if (StrictJson.Read(isLines ? JsonLines.AsArray(bytes) : bytes, out var kind, out var fault) is not { } json)
        {
            var wanted = isLines ? "the operator must send whole JSON documents, one a line"
                : kind == FailureKind.NotJson && JsonLines.Are(bytes) ? "it is one JSON document a line, which a mapping reads that says \"answer\": \"lines\" in its request"
                : "the operator must send one whole JSON document";
            return chain.Failed(kind, $"{said}, but the answer {fault}; {wanted}.");
        }

        return new Fetched(json, HeadersOf(response), chain.Requests);
    }

    private static string Wanted(FetchForm? form) => form switch
    {
        { ZipEntry: not null } => "application/zip, */*;q=0.5",
        { Table: not null } => "text/csv, */*;q=0.5",
        { AnswersLines: true } => "application/x-ndjson, application/json;q=0.5",
        _ => "application/json",
    };

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private FetchFailed? RedirectFault(FetchChain chain, Uri at, Uri? location, int followed, out Uri next)
    {
        next = at;
        if (location is null) return chain.Failed(FailureKind.UnexpectedStatus, $"{MaskedUrl.Of(at)} answered with a redirect that does not say where to.");
        if (!Uri.TryCreate(at, location, out var target)) return chain.Failed(FailureKind.UnexpectedStatus, $"{MaskedUrl.Of(at)} answered with a redirect to something that is no address.");
        next = target;
        var to = MaskedUrl.Of(next);
        if (AddressFault(next) is { } fault) return chain.Failed(FailureKind.AddressRefused, $"{MaskedUrl.Of(at)} redirected to {to}, which was not followed: {fault}.");

        // The credential goes along with a redirect, so it stays with the host and port that it was meant for.
        if (next.Authority != at.Authority) return chain.Failed(FailureKind.AddressRefused, $"{MaskedUrl.Of(at)} redirected to another host, {to}; if the API has moved, change the feed's base address.");
        return followed < rules.Redirects ? null
            : chain.Failed(FailureKind.UnexpectedStatus, $"{MaskedUrl.Of(chain.Url)} redirected more than {rules.Redirects} times, last to {to}; set the base address to where the API really is.");
    }

    private static string? AddressFault(Uri url) =>
        !url.IsAbsoluteUri || url.Scheme != Uri.UriSchemeHttps ? "only https addresses are asked"
        : url.UserInfo.Length > 0 ? "an address must hold no user name or password"
        : null;

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers)) all[name] = string.Join(", ", values);
        return all;
    }
}
