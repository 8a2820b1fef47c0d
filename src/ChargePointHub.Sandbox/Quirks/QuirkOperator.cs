using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Sandbox.Faults;
using ChargePointHub.Sandbox.Operators;

namespace ChargePointHub.Sandbox.Quirks;

/// <summary>An operator that answers as a real one was seen to: made of one file of this room, which says what it answers and what its operator file holds.</summary>
public sealed class QuirkOperator
{
    private readonly JsonObject manifest;
    private readonly IReadOnlyList<QuirkAnswer> answers;

    private QuirkOperator(JsonObject manifest)
    {
        this.manifest = manifest;
        answers = [.. manifest["answers"]!.AsArray().Select(a => new QuirkAnswer(a!.AsObject()))];
    }

    /// <summary>All of them, in order of their ids, as if nobody had asked them yet.</summary>
    public static IReadOnlyList<QuirkOperator> ReadAll()
    {
        var assembly = typeof(QuirkOperator).Assembly;
        var read = new List<QuirkOperator>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("quirks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            read.Add(new QuirkOperator(JsonNode.Parse(stream)!.AsObject()));
        }

        return read;
    }

    public string OperatorId => (string)manifest["operator_id"]!;

    public string Name => (string)manifest["name"]!;

    /// <summary>Longer than the span that the operator counts in: a request counts from when it comes, and the one before may have been on its way for long.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(1);

    /// <summary>Of its first feed.</summary>
    public string Protocol => (string)manifest["feeds"]![0]!["protocol"]!;

    private bool NeedsToken => manifest["token"] is not null;

    /// <summary>Null: it may be asked as often as one likes. Operators of one group share theirs.</summary>
    public LimitFault? Limit() => manifest["limit"] is not JsonObject limit ? null
        : new LimitFault((int)limit["requests"]!, XmlConvert.ToTimeSpan((string)limit["per"]!), (string)limit["status"]!, (string?)limit["group"] ?? "");

    /// <returns>Name of the file written.</returns>
    public string WriteFile(OperatorFiles files, int port, LimitFault? limit)
    {
        var declared = limit is null ? null : new LimitFault(limit.Requests, limit.Interval + Leeway, "429", limit.Group);
        var feeds = new JsonArray();
        foreach (var said in manifest["feeds"]!.AsArray().Select(f => f!.AsObject()))
        {
            var feed = files.Feed(OperatorId, (string)said["feed_id"]!, (string)said["protocol"]!, $"https://localhost:{port}{(string)said["base"]!}", declared);
            if (!NeedsToken) feed.Remove("credential");
            foreach (var (name, value) in said.Where(p => p.Key is not ("feed_id" or "protocol" or "base"))) feed[name] = value?.DeepClone();
            feeds.Add(feed);
        }

        return files.Write(OperatorId, Name, [.. manifest["party_ids"]?.AsArray().Select(p => (string)p!) ?? []], feeds);
    }

    public async Task HandleAsync(HttpContext context, string token, DateTimeOffset now)
    {
        var found = answers.Where(a => a.Path == context.Request.Path && a.Method == context.Request.Method).ToList();
        if (found.Count == 0)
        {
            await new Problem(404, "not-found", $"There is no {context.Request.Method} {context.Request.Path}.").WriteAsync(context);
            return;
        }

        if (found[0].NeedsToken && !Holds(context.Request, token))
        {
            await new Problem(401, "unauthorised", "Ask with the key that you were given.").WriteAsync(context);
            return;
        }

        await (found.FirstOrDefault(a => a.IsDue()) ?? found[^1]).WriteAsync(context, now);
    }

    private bool Holds(HttpRequest request, string token)
    {
        var asked = manifest["token"]!;
        if ((string?)asked["query"] is { } parameter) return request.Query[parameter] == token;
        var expected = ((string)asked["value"]!).Replace("{token}", token, StringComparison.Ordinal).Replace("{token64}", Convert.ToBase64String(Encoding.UTF8.GetBytes(token)), StringComparison.Ordinal);
        return request.Headers[(string)asked["header"]!] == expected;
    }
}
