using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ChargePointHub.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Feeds.Fetching;

/// <summary>Every odd way to write an address that is not public, asked for directly and by redirect: not one connection is made.</summary>
public sealed class AddressMatrixTests(Certificates certificates) : IClassFixture<Certificates>
{
    private static readonly string[] Guarded =
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "224.0.0.1",
        "255.255.255.255", "198.18.0.1",
    ];

    private static readonly string[] GuardedSix =
    [
        "::1", "::", "fe80::1", "fe80::1%25lo", "fe80::1%251", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "ff02::1", "fec0::1", "::127.0.0.1", "0:0:0:0:0:0:0:1", "2001:db8::1",
        "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "100::1", "3fff::1",
    ];

    [Fact]
    public async Task No_spelling_and_no_redirect_leads_to_a_guarded_address()
    {
        using var listener = Listener(out var port, out var connections);
        var location = "";
        await using var server = await OperatorServer.StartAsync(certificates.Good(), context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        using var factory = new FeedClientFactory(
            TimeProvider.System, new FetchRules { Attempts = 1, ConnectTimeout = TimeSpan.FromSeconds(5), BreakerThroughput = 100_000 });
        using var client = factory.Create(server.Feed(certificates.CaFile));
        var cases = 0;
        var asked = new List<string>();
        foreach (var host in Guarded.SelectMany(Spellings).Concat(GuardedSix.Select(six => $"[{six}]")).Distinct())
        {
            if (Uri.TryCreate($"https://{host}:{port}/", UriKind.Absolute, out var direct))
            {
                cases++;
                if (await Refusal(client.FetchAsync(direct, new Dictionary<string, string>(), default)) is not { } kind || !IsRefusal(kind, direct)) asked.Add(host);
            }

            if (!System.Text.Ascii.IsValid(host)) continue; // no server sends that in a header
            cases++;
            location = $"https://{host}:{port}/";
            if (await Refusal(client.FetchAsync(server.Url, new Dictionary<string, string>(), default)) is not (FailureKind.AddressRefused or FailureKind.UnexpectedStatus)) asked.Add($"redirect to {host}");
        }

        Assert.Equal([], asked);
        Assert.True(cases >= 500, $"only {cases} cases");
        Assert.Equal(0, connections.Value);

        // The listener does see who comes: the one host that is allowed by name.
        Assert.IsType<FetchFailed>(await client.FetchAsync(new Uri($"https://localhost:{port}/"), new Dictionary<string, string>(), default));
        Assert.Equal(1, connections.Value);
    }

    [Theory]
    [InlineData("8.8.8.8", "127.0.0.1")]
    [InlineData("127.0.0.1", "8.8.8.8")]
    [InlineData("2606:4700::1111", "::1")]
    [InlineData("8.8.8.8", "::ffff:169.254.169.254")]
    public async Task A_name_that_is_half_inside_is_refused_before_anything_is_connected(params string[] addresses)
    {
        using var listener = Listener(out var port, out var connections);
        var guard = new AddressGuard([], (_, _) => Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse)));
        await Assert.ThrowsAnyAsync<IOException>(() => guard.ConnectAsync(new DnsEndPoint("mixed.example", port), default).AsTask());
        Assert.Equal(0, connections.Value);
    }

    [Fact]
    public async Task A_name_is_resolved_once_and_the_connection_goes_to_what_was_judged()
    {
        using var listener = Listener(out var port, out var connections);
        var resolved = 0;
        var guard = new AddressGuard(["rebinding.example"], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(resolved++ == 0 ? "127.0.0.1" : "127.0.0.2")]));
        await using (var stream = await guard.ConnectAsync(new DnsEndPoint("rebinding.example", port), default))
        {
            Assert.Equal("127.0.0.1", ((IPEndPoint)((NetworkStream)stream).Socket.RemoteEndPoint!).Address.MapToIPv4().ToString());
        }

        Assert.Equal(1, resolved);
    }

    /// <summary>The ways in which programs have read IPv4 addresses, and the ways in which people have hidden them.</summary>
    private static IEnumerable<string> Spellings(string address)
    {
        var b = IPAddress.Parse(address).GetAddressBytes();
        var whole = ((uint)b[0] << 24) | ((uint)b[1] << 16) | ((uint)b[2] << 8) | b[3];
        var (hex, group) = ($"{b[0]:x2}{b[1]:x2}:{b[2]:x2}{b[3]:x2}", $"{b[0]:x2}{b[1]:x2}{b[2]:x2}{b[3]:x2}");
        yield return address;
        yield return whole.ToString(CultureInfo.InvariantCulture);
        yield return $"0x{whole:x}";
        yield return $"0X{whole:X}";
        yield return "0" + Convert.ToString(whole, 8);
        yield return $"0x{b[0]:x}.0x{b[1]:x}.0x{b[2]:x}.0x{b[3]:x}";
        yield return string.Join('.', b.Select(x => "0" + Convert.ToString(x, 8)));
        yield return string.Join('.', b.Select(x => x.ToString("D3", CultureInfo.InvariantCulture)));
        yield return $"0x{b[0]:x}.{b[1]}.0{Convert.ToString(b[2], 8)}.{b[3]}";
        yield return $"{b[0]}.{(b[1] << 16) | (b[2] << 8) | b[3]}";
        yield return $"{b[0]}.{b[1]}.{(b[2] << 8) | b[3]}";
        yield return $"0x{b[0]:x}.{(b[1] << 16) | (b[2] << 8) | b[3]}";
        yield return $"user@{address}";
        yield return $"8.8.8.8@{address}";
        yield return $"user:pw@{whole}";
        yield return new string([.. address.Select(c => c == '.' ? c : (char)('\uff10' + (c - '0')))]);
        yield return address.Replace('.', '\u3002');
        yield return address.Replace('.', '\uff0e');
        yield return string.Concat(address.Select(c => $"%{(int)c:X2}"));
        yield return $"[::ffff:{address}]";
        yield return $"[::ffff:{hex}]";
        yield return $"[0:0:0:0:0:ffff:{hex}]";
        yield return $"[::{address}]";
        yield return $"[64:ff9b::{hex}]";
        yield return $"[2002:{hex}::1]";
        yield return $"[2001:0:{hex}:0:0:0:1]";
        yield return $"[::ffff:{address}%251]";
        yield return $"{group}.xn--";
    }

    /// <summary>Read in octal, as leading zeros say, these are public: nobody is kept from them.</summary>
    private static readonly IPAddress[] PublicInOctal = [IPAddress.Parse("8.0.0.1"), IPAddress.Parse("172.14.5.4"), IPAddress.Parse("100.52.0.1")];

    /// <summary>What is read as a guarded address must be refused as one, whether anybody would answer there or not; what is no address leads to none.</summary>
    private static bool IsRefusal(FailureKind kind, Uri url) =>
        kind == FailureKind.AddressRefused || (kind == FailureKind.Unreachable && (!IPAddress.TryParse(url.DnsSafeHost, out var read) || PublicInOctal.Contains(read)));

    private static async Task<FailureKind?> Refusal(Task<FetchResult> asking) => (await asking as FetchFailed)?.Failure.Kind;

    /// <summary>On every address of this machine.</summary>
    private static TcpListener Listener(out int port, out StrongBox connections)
    {
        var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var counted = connections = new StrongBox();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptTcpClientAsync();
                    counted.Value++;
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        });
        return listener;
    }

    private sealed class StrongBox
    {
        public int Value { get; set; }
    }
}
