namespace ChargePointHub.Server.Hosting;

/// <summary>What every answer tells browsers: to do nothing with it but show it. Pages, and open data for other sites, say otherwise where they must.</summary>
internal static class SecurityHeaders
{
    /// <summary>How long browsers remember that this host speaks TLS only; never told of localhost, where other programs have other ports.</summary>
    public static readonly TimeSpan TransportMaxAge = TimeSpan.FromDays(365);

    public static void Set(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
