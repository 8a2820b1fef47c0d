using System.Net;
using System.Net.Sockets;

namespace ChargePointHub.Feeds.Fetching;

/// <summary>
/// Connects to public addresses only, so that neither an operator's file nor an operator's answer can point the hub at its own
/// network. The judgement is made on the resolved addresses at connect time, and the connection goes to a judged address: a
/// name that changes its mind in between gains nothing.
/// </summary>
/// <param name="allowPrivateHosts">Hosts that may lie at loopback, private or link-local addresses.</param>
/// <param name="resolve">All addresses of a host; null: as the system resolves it.</param>
public sealed class AddressGuard(IReadOnlyList<string> allowPrivateHosts, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>Refused to every host: nothing that serves an API lives there, and cloud metadata does.</summary>
    private static readonly IPNetwork[] Never =
    [
        .. Networks("0.0.0.0/8 169.254.169.254/32 169.254.170.2/32 168.63.129.16/32 100.100.100.200/32 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24"),
        .. Networks("198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"),
        .. Networks("::/128 ff00::/8 fd00:ec2::254/128 fd20:ce::254/128 2001::/23 2001:db8::/32 2002::/16 3fff::/20"),
    ];

    /// <summary>Refused unless the host is allowed by name: loopback, private, shared (CGNAT), link-local, benchmarking, unique local.</summary>
    private static readonly IPNetwork[] Private =
    [
        .. Networks("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15"),
        .. Networks("::1/128 fc00::/7 fe80::/10 fec0::/10"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public bool Allows(string host, IPAddress address)
    {
        var plain = Unwrapped(address);
        if (Never.Any(n => n.Contains(plain))) return false;
        if (Private.Any(n => n.Contains(plain))) return allowPrivateHosts.Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase);
        return plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain);
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="IOException">At least one address of the host is not allowed.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await (resolve ?? Dns.GetHostAddressesAsync)(endPoint.Host, cancellationToken);

        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // One refused address refuses the host: a name that is half inside is the mark of an attack, or of a mistake worth seeing.
        if (Array.Find(addresses, a => !Allows(endPoint.Host, a)) is { } refused) throw new AddressRefusedException(refused);

        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[i], endPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>The IPv4 address inside an IPv4-mapped or NAT64 address; else the address itself, without its scope.</summary>
    private static IPAddress Unwrapped(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return Nat64.Contains(new IPAddress(bytes)) ? new IPAddress(bytes.AsSpan(12)) : new IPAddress(bytes);
    }

    private static IEnumerable<IPNetwork> Networks(string list) => list.Split(' ').Select(n => IPNetwork.Parse(n));
}

/// <summary>The only way to say no from inside the framework's connect callback; <see cref="FeedClient"/> turns it into a value.</summary>
internal sealed class AddressRefusedException(IPAddress address) : IOException($"address {address} is not allowed")
{
    public IPAddress Address { get; } = address;
}
