namespace ChargePointHub.Feeds.Fetching;

/// <summary>An address as it may be shown: no user info, no fragment, no values of query parameters that hold secrets.</summary>
public static class MaskedUrl
{
    private static readonly string[] SecretParts = ["key", "token", "secret", "signature", "password", "credential", "auth"];

    private static readonly string[] SecretNames = ["sig", "pwd", "code"];

    public static string Of(Uri url)
    {
        if (!url.IsAbsoluteUri) return Of(new Uri(new Uri("https://relative.invalid/"), url))["https://relative.invalid".Length..];
        var address = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        if (url.Query.Length <= 1) return address;
        return $"{address}?{string.Join('&', url.Query[1..].Split('&').Select(Mask))}";
    }

    /// <summary>Whether the value of a parameter of this name is never shown.</summary>
    public static bool Masks(string name) => SecretNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || SecretParts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static string Mask(string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return parameter;
        var name = Uri.UnescapeDataString(parameter[..equals]);
        return Masks(name) ? $"{parameter[..equals]}=***" : parameter;
    }
}
