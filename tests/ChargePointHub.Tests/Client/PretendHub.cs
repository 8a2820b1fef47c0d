using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ChargePointHub.Client;
using ChargePointHub.Tests.Feeds.Fetching;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Client;

/// <summary>A hub on this machine that answers what a test tells it to, one answer after the other; the last one again and again.</summary>
internal sealed class PretendHub : IAsyncDisposable
{
    public const string Key = "cph_live_pretend_secret";
    private readonly OperatorServer server;

    private PretendHub(OperatorServer server) => this.server = server;

    /// <summary>Each request's path with its query, and the headers that the client is about.</summary>
    public ConcurrentQueue<Asked> Asked { get; } = [];

    public ManualTime Time { get; } = new();

    public Uri Address => new($"http://localhost:{server.Port}");

    public static async Task<PretendHub> StartAsync(params RequestDelegate[] answers)
    {
        PretendHub? hub = null;
        var server = await OperatorServer.StartAsync(null, context =>
        {
            var headers = context.Request.Headers;
            hub!.Asked.Enqueue(new Asked(context.Request.Path + context.Request.QueryString, headers.Authorization, headers.IfNoneMatch, headers["Last-Event-ID"], headers.Accept));
            return answers[Math.Min(hub.Asked.Count, answers.Length) - 1](context);
        });
        return hub = new PretendHub(server);
    }

    public HubRequests Requests(TimeProvider? time = null) => new(new HttpClient { BaseAddress = Address }, Key, time ?? Time);

    /// <param name="time">Null: <see cref="Time"/>.</param>
    public HubClient Client(TimeProvider? time = null) => new(Requests(time));

    public static RequestDelegate Json(string body, string? tag = null) => async context =>
    {
        if (tag is not null) context.Response.Headers.ETag = tag;
        if (tag is not null && context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotModified;
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    };

    public static RequestDelegate Problem(int status, string code, string? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync(
            $$"""{"type":"/v1/errors/{{code}}","title":"Refused","status":{{status}},"detail":"This is refused.","code":"{{code}}","errors":[{"in":"query","parameter":"borogh","code":"{{code}}","message":"No 'borogh'.","did_you_mean":"borough","example":"borough=camden"}],"request_id":"0123"}""");
    };

    /// <summary>Begins an answer and cuts the connection.</summary>
    /// <param name="hasCome">When that is; null: at once.</param>
    public static RequestDelegate Cut(string begun, string type = "application/json", Task? hasCome = null) => async context =>
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync(begun);
        await context.Response.Body.FlushAsync();
        if (hasCome is not null) await hasCome;
        context.Abort();
    };

    /// <summary>The example that stands in the OpenAPI document for a component, spoilt or not.</summary>
    public static string Example(string component, Action<JsonObject>? change = null)
    {
        var document = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Path("openapi", "hub.v1.json")))!;
        var example = document["components"]!["schemas"]![component]!["examples"]![0]!.AsObject();
        change?.Invoke(example);
        return example.ToJsonString();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

/// <summary>Waits no time where a client pauses, and for ever where it bounds a silence.</summary>
internal sealed class NoPauses : TimeProvider
{
    private int count;

    public int Count => count;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref count);
        return base.CreateTimer(callback, state, dueTime < TimeSpan.FromSeconds(30) ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
    }
}

internal sealed record Asked(string Address, string? Key, string? Tag, string? LastEventId, string? Accept);
