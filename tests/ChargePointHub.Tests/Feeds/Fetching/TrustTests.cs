using System.Net;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

public sealed class TrustTests : IClassFixture<Certificates>
{
    private readonly Certificates certificates;

    public TrustTests(Certificates certificates) => this.certificates = certificates;

    [Fact]
    public async Task A_certificate_of_the_feeds_own_authority_is_trusted() =>
        Assert.IsType<Fetched>(await AskAsync(certificates.Good(), certificates.CaFile));

    [Fact]
    public async Task An_rsa_key_of_2048_bits_is_enough() =>
        Assert.IsType<Fetched>(await AskAsync(certificates.WithRsaKey(2048), certificates.CaFile));

    [Fact]
    public Task An_expired_certificate_is_refused() => RefusedAsync(certificates.Expired(), certificates.CaFile, "its certificate expired on");

    [Fact]
    public Task A_certificate_of_the_future_is_refused() =>
        RefusedAsync(certificates.Issue("localhost", DateTimeOffset.UtcNow.AddDays(90)), certificates.CaFile, "is not valid before");

    [Fact]
    public async Task An_authority_with_an_ec_key_of_224_bits_is_refused()
    {
        using var weak = Certificates.OfAuthorityWithEcKey("nistP224");
        await RefusedAsync(weak.Good(), weak.CaFile, "224 bits");
    }

    [Fact]
    public async Task What_the_server_showed_is_noted()
    {
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context => context.Response.WriteAsync("[]"));
        using var factory = new FeedClientFactory(TimeProvider.System);
        using var client = factory.Create(server.Feed(certificates.CaFile));
        Assert.Null(client.Tls);
        Assert.IsType<Fetched>(await client.FetchAsync(server.Url, new Dictionary<string, string>(), default)).Json.Dispose();
        Assert.NotNull(client.Tls);
        Assert.Equal(("1.3", 29), (client.Tls.Version, client.Tls.DaysLeft(DateTimeOffset.UtcNow)));
    }

    [Fact]
    public Task A_certificate_for_another_host_is_refused() => RefusedAsync(certificates.ForAnotherHost(), certificates.CaFile, "another host");

    [Fact]
    public Task A_self_signed_certificate_is_refused() => RefusedAsync(Certificates.SelfSigned(), certificates.CaFile, "signed its certificate itself");

    [Fact]
    public async Task An_authority_with_an_rsa_key_of_1024_bits_is_refused()
    {
        using var weak = Certificates.OfAuthorityWithRsaKey(1024);
        await RefusedAsync(weak.Good(), weak.CaFile, "1024 bits");
    }

    /// <summary>Either side may be the one that refuses: some builds of OpenSSL do not even serve such a key.</summary>
    [Fact]
    public Task A_server_with_an_rsa_key_of_1024_bits_is_refused() => RefusedAsync(certificates.WithRsaKey(1024), certificates.CaFile, "TLS");

    [Fact]
    public Task An_authority_that_the_system_does_not_know_is_refused() => RefusedAsync(certificates.Good(), null, "trusted");

    [Fact]
    public async Task An_authority_that_the_feed_does_not_name_is_refused()
    {
        using var others = new Certificates();
        await RefusedAsync(others.Good(), certificates.CaFile, "trusted");
    }

    [Fact]
    public Task A_server_that_speaks_no_tls_is_refused() => RefusedAsync(null, certificates.CaFile, "TLS");

    [Fact]
    public Task A_missing_ca_file_stops_the_feed_and_not_the_hub() => RefusedAsync(certificates.Good(), "/nowhere/ca.pem", "/nowhere/ca.pem");

    private static async Task RefusedAsync(X509Certificate2? certificate, string? caFile, string because)
    {
        var failure = Assert.IsType<FetchFailed>(await AskAsync(certificate, caFile)).Failure;
        Assert.True(failure.Kind == FailureKind.TlsRefused, failure.ToString());
        Assert.Contains(because, failure.Detail, StringComparison.Ordinal);
    }

    private static async Task<FetchResult> AskAsync(X509Certificate2? certificate, string? caFile)
    {
        await using var server = await OperatorServer.StartAsync(certificate, context => context.Response.WriteAsync("[]"));
        using var factory = new FeedClientFactory(TimeProvider.System);
        using var client = factory.Create(server.Feed(caFile));
        return await client.FetchAsync(server.Url, new Dictionary<string, string>(), default);
    }
}
