using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>One operator's API as served: on which port, by what, and when not.</summary>
public sealed record ServedOperator(string OperatorId, int Port, Outages Outages, RequestDelegate Handle)
{
    /// <summary>Shown instead of the one that clients trust.</summary>
    public X509Certificate2? Certificate { get; init; }

    public SslProtocols Tls { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;
}

/// <summary>All operators' TLS APIs in one web server, a port each.</summary>
public static class OperatorServer
{
    public static async Task<WebApplication> StartAsync(
        IReadOnlyList<ServedOperator> operators, X509Certificate2 certificate, TimeProvider time, CancellationToken cancellationToken)
    {
        var byPort = operators.ToDictionary(o => o.Port);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var served in operators) kestrel.ListenLocalhost(served.Port, listen => Listen(listen, served, certificate, time));
        });
        var app = builder.Build();
        app.Run(context =>
        {
            var served = byPort[context.Connection.LocalPort];
            // Connections that were open before the outage end with their next request.
            if (served.Outages.IsDownAt(time.GetUtcNow())) context.Abort();
            return context.RequestAborted.IsCancellationRequested ? Task.CompletedTask : served.Handle(context);
        });
        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>Ports that nobody listens on, on either loopback address: the wished ones where possible.</summary>
    /// <param name="first">First of the wished ones; 0: any.</param>
    public static IReadOnlyList<int> FreePorts(int first, int count)
    {
        var ports = new List<int>(count);
        var held = new List<TcpListener>();
        try
        {
            for (var wished = first; ports.Count < count;)
            {
                var port = first == 0 || wished > 65_535 ? 0 : wished++;
                if (Hold(port, held) is { } free) ports.Add(free);
            }
        }
        finally
        {
            foreach (var listener in held) listener.Stop();
        }

        return ports;
    }

    private static int? Hold(int port, List<TcpListener> held)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            held.Add(listener);
            var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (!Socket.OSSupportsIPv6) return taken;
            var second = new TcpListener(IPAddress.IPv6Loopback, taken);
            try
            {
                second.Start();
                held.Add(second);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                // A machine without IPv6 loopback listens on IPv4 alone.
            }

            return taken;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static void Listen(ListenOptions listen, ServedOperator served, X509Certificate2 certificate, TimeProvider time)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => async connection =>
        {
            if (served.Outages.IsDownAt(time.GetUtcNow())) connection.Abort();
            else await next(connection);
        });
        listen.UseHttps(served.Certificate ?? certificate, https => https.SslProtocols = served.Tls);
    }
}
