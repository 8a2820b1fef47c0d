using System.Text.Json;
using ChargePointHub.Model;

namespace ChargePointHub.Server.Api.Problems;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Parameter">Name in the query; null: it is about the request as a whole.</param>
/// <param name="Message">What is wrong with this value, for the one who wrote it.</param>
public sealed record Fault(
    ErrorCode Error,
    string? Parameter,
    string Message,
    IReadOnlyList<string>? Allowed = null,
    string? DidYouMean = null,
    string? Example = null);

/// <summary>An answer of <c>application/problem+json</c> (RFC 9457): nothing of the hub's inside is in it.</summary>
public sealed record Problem(ErrorCode Error, string Detail, IReadOnlyList<Fault> Faults)
{
    public Problem(ErrorCode error, string? detail = null)
        : this(error, detail ?? error.Happened, [])
    {
    }

    public static Problem Of(IReadOnlyList<Fault> faults)
    {
        var codes = faults.Select(f => f.Error).Distinct().ToList();
        var error = codes.Count == 1 ? codes[0] : ErrorCatalogue.SeveralFaults;
        return new Problem(error, string.Join(" ", faults.Select(f => f.Message)), faults);
    }

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Error.Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (Error.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = new[] { "Bearer realm=\"ChargePointHub\"", "Basic realm=\"ChargePointHub\", charset=\"UTF-8\"" };
        if (Error.Status == StatusCodes.Status503ServiceUnavailable) response.Headers.RetryAfter = "5";

        var body = ToUtf8(RequestIds.Of(context));
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The body, for answers that are given before there is a request.</summary>
    internal ReadOnlyMemory<byte> ToUtf8(string requestId)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body, HubJson.WriterOptions)) Write(json, requestId);
        return body.WrittenMemory;
    }

    private void Write(Utf8JsonWriter json, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("type", Error.Path);
        json.WriteString("title", Error.Title);
        json.WriteNumber("status", Error.Status);
        json.WriteString("detail", Detail);
        json.WriteString("code", Error.Code);
        json.WriteStartArray("errors");
        foreach (var fault in Faults)
        {
            json.WriteStartObject();
            json.WriteString("parameter", fault.Parameter);
            json.WriteString("code", fault.Error.Code);
            json.WriteString("message", fault.Message);
            if (fault.Allowed is { } allowed) json.WriteStrings("allowed", allowed);
            if (fault.DidYouMean is { } nearest) json.WriteString("did_you_mean", nearest);
            json.WriteString("example", fault.Example ?? fault.Error.Example);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }
}
