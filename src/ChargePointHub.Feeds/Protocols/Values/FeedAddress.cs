namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>Addresses below a feed's base address.</summary>
internal static class FeedAddress
{
    /// <summary>Keeps the base address's own query; parameters without a value are left out.</summary>
    public static Uri Below(Uri address, string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var below = new UriBuilder(address);
        if (path.Length > 0) below.Path = $"{below.Path.TrimEnd('/')}/{path.TrimStart('/')}";
        var query = below.Query.TrimStart('?');
        foreach (var (name, value) in parameters)
        {
            if (value is not null) query += $"{(query.Length > 0 ? "&" : "")}{name}={Uri.EscapeDataString(value)}";
        }

        below.Query = query;
        return below.Uri;
    }

    /// <summary>https, and the very host and port of the feed.</summary>
    public static bool IsSameHost(Uri feed, Uri other) =>
        other.IsAbsoluteUri && other.Scheme == Uri.UriSchemeHttps && string.Equals(feed.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase) && feed.Port == other.Port;

    /// <summary>Without the query, where secrets stand with some operators.</summary>
    public static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);
}
