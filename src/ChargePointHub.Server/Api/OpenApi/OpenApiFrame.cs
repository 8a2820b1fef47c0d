using System.Text.Json.Nodes;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api.OpenApi;

/// <summary>What operations share: headers, ways to show a key, examples of problems.</summary>
internal static class OpenApiFrame
{
    public static readonly IReadOnlyDictionary<string, JsonObject> SecuritySchemes = new Dictionary<string, JsonObject>
    {
        ["bearer"] = new() { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "`Authorization: Bearer cph_live_<id>_<secret>`" },
        ["api_key"] = new() { ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-API-Key", ["description"] = "The key, whole." },
        ["basic"] = new() { ["type"] = "http", ["scheme"] = "basic", ["description"] = "Key id as user, secret as password: for tools that keep keys in a store of their own." },
    };

    public static readonly IReadOnlyDictionary<string, JsonObject> Headers = new Dictionary<string, JsonObject>
    {
        ["Hub-Completeness"] = Header(
            "`meta.completeness` on one line.", 500,
            "complete=true, covered_percent=100.0, settled_to=2026-11-20T08:19:00.000Z, gaps=0, not_provided=0, quarantined=0"),
        ["ETag"] = Header("Strong: the same tag is the same bytes. Send it as If-None-Match to be answered 304 while nothing has changed.", 200, "\"3Zr2bQ1xw0S9yB3bq3mD1A\""),
        ["Hub-Count"] = Header("`meta.count`; there with `count=exact`.", 20, "27893"),
        ["Link"] = Header("The next page, as `rel=\"next\"`; not there on the last page, nor on an answer so large that it is streamed (its body says it).", 20_000, "</v1/tariffs?limit=1&cursor=AQAAAA>; rel=\"next\""),
        ["RateLimit"] = Header("What is left of the quota of the key, or of the address where no key is shown: `r` units, and all of them after `t` seconds.", 100, "\"key\";r=11997;t=1"),
        ["RateLimit-Policy"] = Header("The quota: `q` units that may be used at once, and that come back within `w` seconds.", 100, "\"key\";q=12000;w=60"),
        ["X-RateLimit-Limit"] = Header("The quota, in units.", 20, "12000"),
        ["X-RateLimit-Remaining"] = Header("What is left of it.", 20, "11997"),
        ["X-RateLimit-Reset"] = Header("Seconds until all of it is there again.", 10, "1"),
        ["Retry-After"] = Header("Seconds to wait before asking again.", 10, "5"),
        ["WWW-Authenticate"] = Header("How a key can be shown.", 200, "Bearer realm=\"ChargePointHub\""),
        ["X-Request-Id"] = Header("Under which the hub's operators find the request again: the caller's own, where it is a plain word of up to 100 characters.", 100, "0199f0c2a4f17c3a9d1f7c52c3a1b0de"),
    };

    /// <summary>Of every answer that a quota is asked for.</summary>
    public static readonly string[] QuotaHeaders = ["RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

    /// <summary>Every answer has a tag, so that every route takes one.</summary>
    public static readonly JsonObject IfNoneMatch = new()
    {
        ["name"] = "If-None-Match",
        ["in"] = "header",
        ["description"] = "Tags of answers that the caller holds, as ETag gave them: 304 while one of them is still good.",
        ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = 8_000 },
        ["example"] = "\"3Zr2bQ1xw0S9yB3bq3mD1A\"",
    };

    public static readonly JsonObject NotModified = new()
    {
        ["description"] = "The caller holds this answer: a tag of If-None-Match is still good. No body.",
        ["headers"] = HeadersOf(["ETag", "X-Request-Id"]),
    };

    public static JsonObject HeadersOf(IReadOnlyList<string> names) => new(names.Select(n => KeyValuePair.Create(n, (JsonNode?)Reference("headers", n))));

    /// <param name="kind">Of component, e.g. <c>headers</c>.</param>
    public static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    public static JsonObject ExampleOf(ErrorCode error) => new()
    {
        ["summary"] = error.Title,
        ["value"] = new JsonObject
        {
            ["type"] = error.Path,
            ["title"] = error.Title,
            ["status"] = error.Status,
            ["detail"] = error.Happened,
            ["code"] = error.Code,
            ["errors"] = new JsonArray(new JsonObject
            {
                ["in"] = error.Status switch { 401 or 403 or 431 => "header", 404 or 414 => "path", 413 => "body", 429 or >= 500 => "service", _ => "query" },
                ["parameter"] = error.Status switch { 401 or 403 => "Authorization", 404 => "id", 431 => "Cookie", 413 or 414 or 429 or >= 500 => null, _ => "name" },
                ["code"] = error.Code,
                ["message"] = error.Happened,
                ["example"] = error.Example,
            }),
            ["request_id"] = "0199f0c2a4f17c3a9d1f7c52c3a1b0de",
        },
    };

    private static JsonObject Header(string description, int longest, string example) => new()
    {
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string", ["maxLength"] = longest },
        ["example"] = example,
    };
}
