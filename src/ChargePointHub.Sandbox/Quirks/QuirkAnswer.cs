using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Sandbox.Quirks;

/// <summary>What one address answers. In its texts <c>{now}</c> is the time of the request, <c>{base}</c> the operator's own address, <c>{n}</c> the number of a repeated row.</summary>
internal sealed class QuirkAnswer
{
    private readonly JsonObject said;
    private readonly JsonNode? body;
    private int left;

    public QuirkAnswer(JsonObject said)
    {
        this.said = said;
        body = Repeated(said["body"]);
        left = (int?)said["times"] ?? int.MaxValue;
    }

    public string Path => (string)said["path"]!;

    public string Method => (string?)said["method"] ?? HttpMethods.Get;

    public bool NeedsToken => (bool?)said["token"] ?? false;

    /// <summary>An answer with <c>times</c> is given so often, and then makes way for the next of the same address.</summary>
    public bool IsDue() => Interlocked.Decrement(ref left) >= 0;

    public async Task WriteAsync(HttpContext context, DateTimeOffset now)
    {
        var root = $"https://{context.Request.Host}";
        context.Response.StatusCode = (int?)said["status"] ?? 200;
        context.Response.ContentType = (string?)said["content_type"] ?? "application/json";
        foreach (var (name, value) in said["headers"]?.AsObject() ?? []) context.Response.Headers[name] = ((string)value!).Replace("{base}", root, StringComparison.Ordinal);
        await context.Response.Body.WriteAsync(Written(context, root, now), context.RequestAborted);
    }

    /// <summary>JSON at <c>body</c>; text at <c>text</c>, as lines; at <c>zip</c> an archive of such files.</summary>
    private byte[] Written(HttpContext context, string root, DateTimeOffset now)
    {
        if (said["zip"] is JsonObject files) return Zip(files);
        if (said["text"] is JsonArray lines) return Text(lines);
        var shown = said["page"] is JsonObject page ? Page(page, context, root) : body;
        var text = said["lines"] is not null ? string.Concat(shown!.AsArray().Select(r => r!.ToJsonString() + "\n")) : shown?.ToJsonString() ?? "";
        text = text.Replace("{now}", Instants.Format(now), StringComparison.Ordinal).Replace("{base}", root, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>In the encoding that <c>encoding</c> names, else UTF-8.</summary>
    private byte[] Text(JsonArray lines)
    {
        var encoding = (string?)said["encoding"] is { } name ? CodePagesEncodingProvider.Instance.GetEncoding(name)! : Encoding.UTF8;
        return encoding.GetBytes(string.Concat(lines.Select(l => $"{(string)l!}\r\n")));
    }

    private byte[] Zip(JsonObject files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, lines) in files)
            {
                using var file = archive.CreateEntry(name).Open();
                file.Write(Text(lines!.AsArray()));
            }
        }

        return stream.ToArray();
    }

    /// <summary>A page of the list at <c>at</c>: by offset, with OCPI's headers, or by cursor, with the next one at <c>next</c>.</summary>
    private JsonNode Page(JsonObject page, HttpContext context, string root)
    {
        var whole = body!.DeepClone();
        var holder = whole.AsObject();
        var (name, size) = ((string)page["at"]!, (int)page["size"]!);
        var rows = holder[name]!.AsArray();
        var isCursor = page["next"] is not null;
        var from = Number(context, isCursor ? "cursor" : "offset", 0);
        if (!isCursor) size = Math.Min(size, Number(context, "limit", size));
        holder[name] = new JsonArray([.. rows.Skip(from).Take(size).Select(r => r!.DeepClone())]);
        var hasMore = from + size < rows.Count;
        if (isCursor)
        {
            holder[(string)page["next"]!] = hasMore ? (from + size).ToString(CultureInfo.InvariantCulture) : null;
            return whole;
        }

        context.Response.Headers["X-Total-Count"] = rows.Count.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Limit"] = ((int)page["size"]!).ToString(CultureInfo.InvariantCulture);
        if (hasMore) context.Response.Headers.Link = $"<{root}{context.Request.Path}?offset={from + size}&limit={size}>; rel=\"next\"";
        return whole;
    }

    private static int Number(HttpContext context, string name, int otherwise) =>
        int.TryParse(context.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>In arrays <c>{"repeat": 40, "row": ...}</c> is so many rows, numbered from 100.</summary>
    private static JsonNode? Repeated(JsonNode? node) => node switch
    {
        JsonObject each => new JsonObject([.. each.Select(p => KeyValuePair.Create(p.Key, Repeated(p.Value)))]),
        JsonArray array => new JsonArray([.. array.SelectMany(Rows)]),
        _ => node?.DeepClone(),
    };

    private static IEnumerable<JsonNode?> Rows(JsonNode? item)
    {
        if (item is not JsonObject { Count: 2 } each || each["repeat"] is not { } times || each["row"] is not { } row) return [Repeated(item)];
        var text = row.ToJsonString();
        return Enumerable.Range(100, (int)times).Select(n => JsonNode.Parse(text.Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
    }
}
