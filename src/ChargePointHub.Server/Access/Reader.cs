using System.Net;
using System.Net.Sockets;

namespace ChargePointHub.Server.Access;

/// <summary>Whose quota a request uses: its key's, else its address's, wherever the address is known from.</summary>
/// <param name="Name">Key id, or address; of IPv6 the first 64 bits, as one household or office has them all.</param>
public readonly record struct Reader(bool HasKey, string Name)
{
    public static Reader Of(Caller caller, ConnectionInfo connection) =>
        caller.KeyId is { } keyId ? new Reader(true, keyId) : new Reader(false, NetworkOf(connection.RemoteIpAddress ?? IPAddress.None));

    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : $"{new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), .. new byte[8]])}/64";
    }
}
