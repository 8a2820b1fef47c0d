using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>A request's template with its placeholders filled. What has no value is left out of the query.</summary>
/// <param name="values">By placeholder, without braces; null: no value.</param>
internal sealed class MappedAddress(Uri baseUrl, MappedRequest request, IReadOnlyDictionary<string, string?> values)
{
    public Uri Url(params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var all = new Dictionary<string, string?>(values);
        foreach (var (name, value) in more) all[name] = value;
        var path = Filled(request.Path, all, Uri.EscapeDataString) ?? "";
        return FeedAddress.Below(baseUrl, path, [.. request.Query.Select(q => (Uri.EscapeDataString(q.Key), Filled(q.Value, all, t => t)))]);
    }

    public Dictionary<string, string> Headers() =>
        request.Headers.Select(h => (h.Key, Value: Filled(h.Value, values, t => t))).Where(h => h.Value is not null).ToDictionary(h => h.Key, h => h.Value!);

    /// <summary>Null when one of its placeholders has no value.</summary>
    private static string? Filled(string template, IReadOnlyDictionary<string, string?> values, Func<string, string> escape)
    {
        foreach (var (name, value) in values)
        {
            if (!template.Contains($"{{{name}}}", StringComparison.Ordinal)) continue;
            if (value is null) return null;
            template = template.Replace($"{{{name}}}", escape(value), StringComparison.Ordinal);
        }

        return template;
    }
}
