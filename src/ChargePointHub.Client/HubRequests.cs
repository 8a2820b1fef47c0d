using System.Net;
using System.Net.Http.Headers;

namespace ChargePointHub.Client;

/// <summary>
/// One request to a hub done well: with the key, tried again where that can help, and not sent again where nothing changed. Refusals are thrown as
/// <see cref="HubProblemException"/>, so that what is returned is an answer.
/// </summary>
public sealed class HubRequests
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestOwnWait = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;
    private readonly AuthenticationHeaderValue? key;
    private readonly TimeProvider time;
    private readonly KeptAnswers kept = new(16 * 1024 * 1024);

    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the hub's: https, or this machine.</param>
    /// <param name="key">Sent as a bearer key to that hub alone, and written nowhere; null: what is open.</param>
    /// <param name="time">Null: the system's.</param>
    /// <exception cref="ArgumentException">There is no address, or a key would go over plain http; or the key could not stand in a header.</exception>
    public HubRequests(HttpClient http, string? key = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is not { } hub || (hub.Scheme != Uri.UriSchemeHttps && !hub.IsLoopback))
            throw new ArgumentException("The client's BaseAddress must be the hub's, over https.", nameof(http));
        if (key is not null && (key.Length == 0 || !key.All(c => c is > ' ' and < '\x7f'))) throw new ArgumentException("A key is a word of ASCII letters, digits and _.", nameof(key));
        this.http = http;
        this.key = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Times that a request is sent at most: after a fault of the connection, a 429, 502, 503 or 504.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>A hub that asks for a longer pause than this is not waited for.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Gets an answer whose body has come whole, from memory where the hub says that it still holds. This is what the generated calls use.
    /// </summary>
    /// <param name="completion">Makes no difference: a body that is cut is asked for again.</param>
    /// <exception cref="HubProblemException">The hub refused it, or went on refusing it for the moment.</exception>
    /// <exception cref="HttpRequestException">The hub could not be reached, or showed a certificate that is not trusted.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken) =>
        SendAsync(request, isStream: false, cancellationToken);

    /// <summary>Gets an answer of which the body has only begun.</summary>
    internal Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken) => SendAsync(request, isStream: true, cancellationToken);

    internal Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken) => Task.Delay(wait + Jitter(wait / 2), time, cancellationToken);

    internal TimeProvider Time => time;

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isStream, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get) throw new ArgumentException("Only what is read may be asked for twice.", nameof(request));
        var address = AddressOf(request);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var answer = await TryAsync(request, address, isStream, cancellationToken).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode) return answer;
                using (answer)
                {
                    var problem = await HubProblemException.ReadAsync(answer, address, time, cancellationToken).ConfigureAwait(false);
                    if (!IsForNow(answer.StatusCode) || attempt >= Attempts || problem.RetryAfter > LongestWait) throw problem;
                    asked = problem.RetryAfter;
                }
            }
            catch (Exception fault) when (attempt < Attempts && IsOfTheWay(fault, cancellationToken))
            {
                // The next attempt may come through.
            }

            var own = TimeSpan.FromTicks(Math.Min(LongestOwnWait.Ticks, FirstWait.Ticks << Math.Min(attempt - 1, 16)));
            await Task.Delay(asked is { } wait ? wait + Jitter(FirstWait) : Jitter(own), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, Uri address, bool isStream, CancellationToken cancellationToken)
    {
        using var copy = new HttpRequestMessage(request.Method, address) { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        foreach (var (name, values) in request.Headers) copy.Headers.TryAddWithoutValidation(name, values);
        copy.Headers.Authorization = key;
        var held = isStream ? null : kept.Find(address.PathAndQuery);
        if (held is not null) copy.Headers.IfNoneMatch.Add(held.Tag);
        var answer = await http.SendAsync(copy, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        try
        {
            if (held is not null && answer.StatusCode == HttpStatusCode.NotModified) return held.Again(answer);
            if (!answer.IsSuccessStatusCode) return answer;
            if (isStream)
            {
                var body = new StreamContent(new WatchedStream(await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), time));
                foreach (var (name, values) in answer.Content.Headers) body.Headers.TryAddWithoutValidation(name, values);
                answer.Content = body;
                return answer;
            }

            await answer.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            await kept.KeepAsync(address.PathAndQuery, answer, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>The key goes to the hub and nowhere else, whatever an answer calls the next page.</summary>
    private Uri AddressOf(HttpRequestMessage request)
    {
        var address = new Uri(http.BaseAddress!, request.RequestUri!);
        return address.Scheme == http.BaseAddress!.Scheme && address.Authority == http.BaseAddress.Authority
            ? address : throw new ArgumentException($"{address.Authority} is not the hub at {http.BaseAddress.Authority}.", nameof(request));
    }

    private static bool IsForNow(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>A fault between here and the hub that may pass. A certificate that is not trusted does not, and a caller who gave up is not kept.</summary>
    private static bool IsOfTheWay(Exception fault, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && fault is HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError } or OperationCanceledException;

    /// <summary>Many readers who were cut off at once come back apart.</summary>
    private static TimeSpan Jitter(TimeSpan most) => most * Random.Shared.NextDouble();
}
