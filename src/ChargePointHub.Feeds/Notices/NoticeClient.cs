using System.Globalization;
using System.Security.Authentication;
using System.Text;
using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Notices;

/// <summary>
/// Delivers one notice once: signed, by TLS, to an address that the guard of feeds lets through, within a budget. No redirect is
/// followed and no answer is read. Each delivery has a connection of its own, as there are few.
/// </summary>
/// <param name="budget">For name, connection, TLS and the head of the answer together; null: the hub's.</param>
public sealed class NoticeClient(TimeProvider time, TimeSpan? budget = null)
{
    private readonly TimeSpan budget = budget ?? TimeSpan.FromSeconds(15);

    /// <summary>Null: it was taken. Throws only on cancellation.</summary>
    /// <param name="noticeId">The same each time the notice is sent, so that a receiver can drop a repeat.</param>
    public async Task<NoticeFailure?> SendAsync(NoticeReceiver receiver, Guid noticeId, string body, CancellationToken cancellationToken)
    {
        if (KeyOf(receiver, out var unusable) is not { } key) return new NoticeFailure(NoticeFailureKind.SecretUnusable, $"Nothing was sent. {unusable}");
        using var trust = new FeedTrust(receiver.CaFile);
        if (trust.Fault is { } fault) return new NoticeFailure(NoticeFailureKind.TlsRefused, $"Nothing was sent: {fault}.");

        using var limit = new CancellationTokenSource(budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var http = new HttpClient(Handler(receiver, trust)) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var request = Request(receiver.Url, key, noticeId.ToString(), time.GetUtcNow().ToUnixTimeSeconds(), body);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return OfStatus(receiver.Url.Authority, (int)response.StatusCode);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return OfNetwork(receiver.Url.Authority, e);
        }
    }

    /// <summary>Why the receiver's secret signs nothing, in a sentence; null: it does.</summary>
    public static string? SecretFault(NoticeReceiver receiver) => KeyOf(receiver, out var fault) is null ? fault : null;

    private static byte[]? KeyOf(NoticeReceiver receiver, out string? fault)
    {
        var secret = Secrets.Resolve(receiver.Secret, "secret");
        var key = secret is Secret found ? NoticeSignature.KeyOf(found.Value) : null;
        fault = secret is SecretMissing missing ? missing.Detail
            : key is null ? $"The secret {receiver.Secret} is not whsec_ and base64 of 24 to 64 bytes."
            : null;
        return key;
    }

    private static SocketsHttpHandler Handler(NoticeReceiver receiver, FeedTrust trust)
    {
        var guard = new AddressGuard(receiver.AllowPrivateHosts);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a proxy would resolve names itself, past the address guard
            ActivityHeadersPropagator = null,
            SslOptions = trust.Options(),
            ConnectCallback = (connecting, cancellationToken) => guard.ConnectAsync(connecting.DnsEndPoint, cancellationToken),
        };
    }

    private static HttpRequestMessage Request(Uri url, byte[] key, string id, long unixSeconds, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("User-Agent", "ChargePointHub/0.1");
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", unixSeconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", NoticeSignature.Of(key, id, unixSeconds, body));
        return request;
    }

    private static NoticeFailure? OfStatus(string host, int status) => status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => new NoticeFailure(NoticeFailureKind.Redirected, $"{host} answered {status}, a redirect: none is followed, so change the receiver's url if it has moved."),
        410 => new NoticeFailure(NoticeFailureKind.Gone, $"{host} answered 410: it wants this notice no more, and it is not sent again."),
        _ => new NoticeFailure(NoticeFailureKind.UnexpectedStatus, $"{host} answered {status}; a notice is taken by any status from 200 to 299."),
    };

    private NoticeFailure OfNetwork(string host, Exception thrown)
    {
        for (var e = thrown; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AddressRefusedException refused:
                    return new NoticeFailure(NoticeFailureKind.AddressRefused, $"{host} was not sent to: it resolves to {refused.Address}, which is not a public address; if that is meant, name the host in the receiver's allow_private_hosts.");
                case CertificateRefusedException certificate:
                    return new NoticeFailure(NoticeFailureKind.TlsRefused, $"{host} was not sent to because {certificate.Message}.");
                case AuthenticationException:
                    return new NoticeFailure(NoticeFailureKind.TlsRefused, $"{host} could not agree on TLS 1.2 or 1.3 with the hub.");
            }
        }

        return thrown is OperationCanceledException
            ? new NoticeFailure(NoticeFailureKind.TimedOut, $"{host} did not answer within {budget.TotalSeconds:0.#} seconds.")
            : new NoticeFailure(NoticeFailureKind.Unreachable, $"{host} was not reached, or broke the connection before it answered.");
    }
}
