using System.Net;
using System.Text;
using ChargePointHub.Server.Api.Problems;
using Microsoft.AspNetCore.Connections;

namespace ChargePointHub.Server.Hosting;

/// <summary>
/// Looks at a connection's first byte before TLS does. A TLS handshake starts with 22; a letter is somebody who speaks plain
/// http to the TLS port, and gets a readable 400 instead of a broken connection.
/// </summary>
public static class PlainHttpRefusal
{
    private const byte TlsHandshake = 0x16;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    public static ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(LongestWait);
        byte first;
        try
        {
            var read = await connection.Transport.Input.ReadAsync(patience.Token);
            if (read.Buffer.IsEmpty) return;
            first = read.Buffer.FirstSpan[0];
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (first == TlsHandshake || !char.IsAsciiLetter((char)first))
        {
            await next(connection);
            return;
        }

        await connection.Transport.Output.WriteAsync(Answer((connection.LocalEndPoint as IPEndPoint)?.Port), CancellationToken.None);
        await connection.Transport.Output.CompleteAsync();
    };

    /// <summary>The request itself stays unread, so its id is a new one and the example names this machine.</summary>
    private static byte[] Answer(int? port)
    {
        var (error, id) = (ErrorCatalogue.PlainHttp, RequestIds.New());
        var fault = new Fault(error, null, $"{error.Happened} {error.Remedy}", Example: $"https://localhost:{port}/v1/charge-points", In: FaultPlace.Connection);
        var body = Problem.Of(fault).ToUtf8(id, "").Span;
        var head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\n"
            + $"{RequestIds.Header}: {id}\r\nConnection: close\r\n\r\n");
        return [.. head, .. body];
    }
}
