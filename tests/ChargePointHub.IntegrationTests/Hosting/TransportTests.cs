using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ChargePointHub.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace ChargePointHub.IntegrationTests.Hosting;

/// <summary>The hub's own port, byte by byte where the framework's client would refuse by itself.</summary>
public sealed class TransportTests : IAsyncLifetime
{
    private const byte Alert = 0x15, Handshake = 0x16;
    private const int HandshakeFailure = 40, ProtocolVersion = 70;
    private static readonly ushort[] ForwardSecret = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xc009, 0xc013, 0xc00a, 0xc014];
    private static readonly ushort[] KeyTransport = [0x009c, 0x009d, 0x002f, 0x0035];

    private readonly string folder = Directory.CreateTempSubdirectory("cph-tls-").FullName;
    private readonly ShiftedTime time = new();
    private HubDatabase database = null!;
    private HubHost hub = null!;

    private string File => Path.Combine(folder, "chain.pem");

    private string KeyFile => Path.Combine(folder, "key.pem");

    private int Port => new Uri(hub.BaseUrl).Port;

    public async Task InitializeAsync()
    {
        database = await HubDatabase.CreateDatabaseAsync();
        Write("first");
        var parts = new HubParts { Time = time, Logging = log => log.ClearProviders() };
        hub = await HubOfItsOwn.StartAsync(folder, database.ConnectionString, parts, certificate: (File, KeyFile));
    }

    public async Task DisposeAsync()
    {
        await hub.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(0x0300, HandshakeFailure)]
    [InlineData(0x0301, ProtocolVersion)]
    [InlineData(0x0302, ProtocolVersion)]
    [InlineData(0x0303, null)]
    public async Task Versions_before_TLS_1_2_are_refused_as_such(int version, int? alert) => await AssertGreetedAsync((ushort)version, [.. ForwardSecret, .. KeyTransport], alert);

    [Fact]
    public async Task Without_forward_secrecy_there_is_no_TLS_1_2()
    {
        await AssertGreetedAsync(0x0303, ForwardSecret, null);
        await AssertGreetedAsync(0x0303, KeyTransport, HandshakeFailure);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task TLS_1_2_and_1_3_are_spoken_with_both_versions_of_HTTP(SslProtocols protocol)
    {
        foreach (var application in new[] { SslApplicationProtocol.Http11, SslApplicationProtocol.Http2 })
        {
            await using var tls = await ConnectAsync(protocol, application);
            Assert.Equal((protocol, application), (tls.SslProtocol, tls.NegotiatedApplicationProtocol));
        }
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart_and_one_that_cannot_be_used_is_not()
    {
        Assert.Equal("CN=first", await ShownAsync());
        Write("second");
        Assert.Equal("CN=first", await ShownAsync());
        time.Shift += LiveCertificate.Each;
        Assert.Equal("CN=second", await ShownAsync());

        // Half written: the new certificate is there, its key not yet.
        var (certificate, key) = Made("third");
        await System.IO.File.WriteAllTextAsync(File, certificate);
        time.Shift += LiveCertificate.Each;
        Assert.Equal("CN=second", await ShownAsync());
        await System.IO.File.WriteAllTextAsync(KeyFile, key);
        time.Shift += LiveCertificate.Each;
        Assert.Equal("CN=third", await ShownAsync());

        System.IO.File.Delete(File);
        time.Shift += LiveCertificate.Each;
        Assert.Equal("CN=third", await ShownAsync());
    }

    [Theory]
    [InlineData("hub.example", "max-age=31536000")]
    [InlineData("localhost", null)]
    public async Task Browsers_are_told_to_stay_with_TLS_but_not_on_localhost(string name, string? told)
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = IsOurs } });
        foreach (var path in new[] { "/v1/operators", "/docs", "/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{Port}{path}");
            request.Headers.Host = name;
            using var answer = await http.SendAsync(request);
            Assert.False(answer.Headers.Contains("Server"));
            Assert.Equal(told, answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null);
        }
    }

    private async Task AssertGreetedAsync(ushort version, ushort[] suites, int? alert)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", Port, limit.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Hello(version, suites), limit.Token);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer, limit.Token);

        if (alert is { } description) Assert.Equal((Alert, (byte)description), (answer[0], answer[6]));
        else Assert.Equal(Handshake, answer[0]);
    }

    /// <summary>A ClientHello of that version and no later one (RFC 5246, 7.4.1.2).</summary>
    private static byte[] Hello(ushort version, ushort[] suites)
    {
        byte[] groups = [.. Two(10), .. Two(6), .. Two(4), .. Two(0x0017), .. Two(0x0018)];
        byte[] signatures = [.. Two(13), .. Two(14), .. Two(12), .. Two(0x0403), .. Two(0x0503), .. Two(0x0804), .. Two(0x0401), .. Two(0x0203), .. Two(0x0201)];
        byte[] points = [.. Two(11), .. Two(2), 1, 0];
        byte[] extensions = [.. groups, .. signatures, .. points];
        byte[] body = [.. Two(version), .. RandomNumberGenerator.GetBytes(32), 0, .. Two(suites.Length * 2), .. suites.SelectMany(s => Two(s)), 1, 0, .. Two(extensions.Length), .. extensions];
        byte[] message = [1, 0, .. Two(body.Length), .. body];
        return [Handshake, 3, 1, .. Two(message.Length), .. message];

        static byte[] Two(int number) => [(byte)(number >> 8), (byte)number];
    }

    private async Task<string> ShownAsync()
    {
        await using var tls = await ConnectAsync(SslProtocols.None, SslApplicationProtocol.Http11);
        return tls.RemoteCertificate!.Subject;
    }

    private async Task<SslStream> ConnectAsync(SslProtocols protocol, SslApplicationProtocol application)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("localhost", Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocol,
            ApplicationProtocols = [application],
            RemoteCertificateValidationCallback = IsOurs,
        });
        return tls;
    }

    /// <summary>Each certificate is made here and its own issuer.</summary>
    private static bool IsOurs(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) => shown is not null && shown.Subject == shown.Issuer;

    private void Write(string name)
    {
        var (certificate, key) = Made(name);
        System.IO.File.WriteAllText(File, certificate);
        System.IO.File.WriteAllText(KeyFile, key);
    }

    private static (string Certificate, string Key) Made(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(90));
        return (made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Real time, some of it skipped.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

        public override long GetTimestamp() => GetUtcNow().UtcTicks;
    }
}
