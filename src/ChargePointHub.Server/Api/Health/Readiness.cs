namespace ChargePointHub.Server.Api.Health;

/// <summary>Whether new requests should still be sent here. One that comes all the same is answered.</summary>
public sealed class Readiness
{
    private volatile bool isStopping;

    /// <summary>The hub stops soon, and whoever routes to it should route elsewhere.</summary>
    public bool IsStopping => isStopping;

    public void Stop() => isStopping = true;
}
