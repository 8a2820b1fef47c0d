using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Sandbox.Operators;

/// <summary>The secret by which one simulated operator knows the hub. By OCPI's credentials it changes; everything of the operator's asks here.</summary>
public sealed class OperatorToken(string first)
{
    private volatile string value = first;

    private volatile bool isRegistered = true;

    /// <summary>False: it was handed over for registering, and opens nothing else.</summary>
    public bool IsRegistered => isRegistered;

    public string Value => value;

    /// <param name="header">Authorization by OCPI: the token in base64 or as it is.</param>
    public bool IsHeldBy(string? header) =>
        LotiApi.Holds(header, "Token", Convert.ToBase64String(Encoding.UTF8.GetBytes(value))) || LotiApi.Holds(header, "Token", value);

    /// <summary>The one before is dead.</summary>
    public string Change()
    {
        isRegistered = true;
        return value = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    }

    /// <summary>The token in force is from now on good for registering anew, as if it had been handed over for that.</summary>
    public void Unregister() => isRegistered = false;
}
