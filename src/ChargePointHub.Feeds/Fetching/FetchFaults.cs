using System.Net.Sockets;
using System.Security.Authentication;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>What a status, or an exception of the framework's HTTP client, means to the hub and to the operator's engineer.</summary>
internal static class FetchFaults
{
    public static FetchFailed OfStatus(FetchChain chain, Uri at, HttpResponseMessage response, FetchRules rules, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var asked = RetryAfter.Of(response.Headers, now);
        var (kind, advice) = status switch
        {
            401 => (FailureKind.Unauthorised, "the credential is missing, wrong or no longer valid"),
            403 => (FailureKind.Forbidden, "the credential is known but may not read this"),
            408 => (FailureKind.TimedOut, "the operator gave up waiting for the request"),
            429 => (FailureKind.Throttled, "the operator's limit was passed; set the feed's limits to what the operator allows"),
            >= 500 => (FailureKind.ServerError, "the operator's server failed"),
            _ => (FailureKind.UnexpectedStatus, "200 was expected; look at the feed's base address and paths"),
        };
        var wait = asked is { } told ? $" It asked to be left alone for {told.TotalSeconds:0} seconds." : "";
        var failed = chain.Failed(kind, $"{MaskedUrl.Of(at)} answered {status}: {advice}.{wait}", asked > rules.LongestRetryAfter ? rules.LongestRetryAfter : asked);
        return failed with { Failure = failed.Failure with { Status = status } };
    }

    public static FetchFailed OfNetwork(FetchChain chain, Uri at, Exception thrown, FetchRules rules)
    {
        var url = MaskedUrl.Of(at);
        for (var e = thrown; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AddressRefusedException refused:
                    return chain.Failed(FailureKind.AddressRefused, $"{url} was not asked: its host resolves to {refused.Address}, which is not a public address; if that is meant, name the host in allow_private_hosts.");
                case CertificateRefusedException certificate:
                    return chain.Failed(FailureKind.TlsRefused, $"{url} was refused because {certificate.Message}.");
                case AuthenticationException:
                    return chain.Failed(FailureKind.TlsRefused, $"{url} could not agree on TLS 1.2 or 1.3 with the hub; the operator must offer one of them.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return chain.Failed(FailureKind.Unreachable, $"{url} was not reached: its host name does not resolve; look at the feed's base address.");
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return chain.Failed(FailureKind.Unreachable, $"{url} was not reached: the connection was refused; the operator's server is down or listens on another port.");
            }
        }

        return thrown switch
        {
            OperationCanceledException => chain.Failed(FailureKind.Unreachable, $"{url} was not reached: no connection within {rules.ConnectTimeout.TotalSeconds:0.#} seconds; the operator's server or a firewall is silent."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => chain.Failed(FailureKind.Unreachable, $"{url} was not reached: the connection broke off before TLS was agreed on; the operator's server is down or restarting, or speaks neither TLS 1.2 nor 1.3."),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => chain.Failed(FailureKind.ProtocolError, $"{url} answered with something that is not HTTP as it should be, or with headers of more than 64 KiB; the operator should look at its server or proxy."),
            _ => chain.Failed(FailureKind.Unreachable, $"{url} broke the connection before it answered; the hub asks again, and the operator should look at its server or proxy."),
        };
    }
}
